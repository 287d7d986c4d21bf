"""The ways to pull the demo's plug: all faults there are, and what they say they do."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from tests.simulated import Exchange, play
from tui.simulator.faults import Answer, Fault
from tui.simulator.plug import WAYS, Way


def test_every_kind_of_fault_can_be_made_by_name() -> None:
    made = [fault for way in WAYS for fault in way.faults]
    assert {type(fault) for fault in made} == set(get_args(Fault))
    answers = [fault for fault in made if isinstance(fault, Answer)]
    assert {fault.status for fault in answers} >= {429, 418, 451, 403, 200}
    assert {fault.form for fault in answers if fault.status == 429} == {"seconds", "date", "epoch"}
    assert len({way.name for way in WAYS}) == len(WAYS)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_what_lasts_says_for_how_long(way: Way) -> None:
    for fault in way.faults:
        seconds = getattr(fault, "seconds", None)
        if seconds is not None and seconds < 1e6:
            assert re.search(rf"\b{seconds:g} s\b", way.help)


def test_all_of_them_at_once_are_survived_and_lifted() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@kline_1m")
        for way in WAYS:
            for fault in way.faults:
                exchange.simulator.inject(fault)
        exchange.simulator.lift()
        await client.wait_closed()
        await exchange.dial("/ws/btcusdt@kline_1m")
        assert await exchange.klines(symbol="BTCUSDT", interval="1m", limit=5)

    play(scenario)
