"""The log when the same thing goes wrong again and again: some lines, not a line each time."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.dialling import dialling
from tests.feeds import eventually
from tests.raw_server import RawServer, upgrade
from tests.virtual_time import run_virtually
from tests.virtual_venue import exchange_of, made_up, venue_of


def test_b8_a_flood_of_bad_frames_is_one_line_in_ten_seconds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    flood = upgrade(*["this is no JSON"] * 20_000)
    with RawServer(flood) as server, dialling(server.ws_url) as engine:
        eventually(lambda: [c for c in engine._connections() if c.meter.malformed == 20_000])
    assert sum("bad frame" in record.message for record in caplog.records) == 1


def test_b8_an_exchange_that_is_away_for_hours_is_a_few_lines_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each failed dial is a line; how often is dialled has a limit of its own."""
    (feed,) = made_up(1)

    async def scenario() -> None:
        exchange = exchange_of([feed])
        async with venue_of(exchange, [feed]):
            exchange.vanish()
            await asyncio.sleep(5 * 3_600)

    with caplog.at_level(logging.INFO):
        run_virtually(scenario())
    assert 300 <= len(caplog.records) <= 5 * 60 * 6
