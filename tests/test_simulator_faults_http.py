"""Faults at the door: what an upgrade and a REST request are answered instead."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientResponse, ClientSession
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from tests.simulated import NOON, Clock, Exchange, ask, eventually, play
from tui.market.interval import MINUTE
from tui.simulator.background import BackgroundSimulator
from tui.simulator.faults import Answer, At, BadPage, Duplicate, Faults, Shutdown, Slow, Stall
from tui.simulator.server import Simulator


async def _get(exchange: Exchange, path: str, **params: str | int) -> ClientResponse:
    url = f"{exchange.simulator.rest_url}/api/v3/{path}"
    async with ClientSession() as http, http.get(url, params=params) as response:
        await response.read()
        return response


async def _klines(exchange: Exchange, **params: str | int) -> ClientResponse:
    return await _get(exchange, "klines", symbol="BTCUSDT", interval="1m", **params)


async def _refused(exchange: Exchange) -> Response:
    with pytest.raises(InvalidStatus) as refused:
        await exchange.dial("/ws")
    return refused.value.response


@pytest.mark.parametrize(
    ("status", "kind", "holds"),
    [
        (418, "application/json", lambda body: "banned until" in json.loads(body)["msg"]),
        (429, "application/json", lambda body: json.loads(body)["code"] == -1003),
        (451, "application/json", lambda body: "restricted location" in json.loads(body)["msg"]),
        (403, "text/html", lambda body: body.startswith("<!DOC") and len(body) == 2**20),
        (500, "text/html", lambda body: "Error 500" in body),
        (200, "text/html", lambda body: "Sign in" in body),
    ],
)
def test_a_status_is_answered_at_the_upgrade_and_by_rest(
    status: int, kind: str, holds: Callable[[str], bool]
) -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(Answer(status, seconds=60))
        refused = await _refused(exchange)
        assert refused.status_code == status
        assert "Retry-After" not in refused.headers
        response = await _klines(exchange)
        assert (response.status, response.content_type) == (status, kind)
        assert holds(await response.text())
        exchange.simulator.lift()
        assert (await _klines(exchange)).status == 200
        await exchange.dial("/ws")

    play(scenario)


def test_retry_after_comes_in_three_forms() -> None:
    async def scenario(exchange: Exchange) -> None:
        async def header(form: Any) -> str:
            exchange.simulator.lift()
            exchange.simulator.inject(Answer(429, seconds=60, retry_after=7.5, form=form))
            return (await _refused(exchange)).headers["Retry-After"]

        assert await header("seconds") == "8"
        date = parsedate_to_datetime(await header("date"))
        assert date == datetime.fromtimestamp(NOON / 1000 + 8, UTC)
        assert await header("epoch") == str(NOON // 1000 + 8)

    play(scenario)


def test_rest_and_upgrades_can_fail_apart() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(Answer(503, seconds=60, at=At.REST))
        await exchange.dial("/ws")
        assert (await _klines(exchange)).status == 503
        exchange.simulator.lift()
        exchange.simulator.inject(Answer(503, seconds=60, at=At.UPGRADE))
        assert (await _refused(exchange)).status_code == 503
        assert (await _klines(exchange)).status == 200

    play(scenario)


def test_an_answer_ends_after_its_time() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(Answer(500, seconds=0.2))
        ends = time.monotonic() + 0.2
        assert (await _klines(exchange)).status == 500
        while (await _klines(exchange)).status == 500:
            pass
        assert time.monotonic() >= ends

    play(scenario)


def test_a_fault_lasts_as_long_as_it_says_from_when_it_last_came() -> None:
    clock = Clock(0)
    faults = Faults(lambda: float(clock.now))
    faults.add(Stall(5))
    faults.add(Duplicate(9))
    clock.now = 4
    assert faults.active(Stall) == [Stall(5)]
    faults.add(Stall(5))
    clock.now = 8
    assert set(faults.lasting()) == {Stall(5), Duplicate(9)}
    clock.now = 9
    assert faults.lasting() == []


def test_a_handshake_can_be_slow_while_rest_is_not(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(Slow(1.5, seconds=60, at=At.UPGRADE))
        with pytest.raises(TimeoutError):
            await exchange.dial("/ws", open_timeout=0.1)
        started = time.monotonic()
        assert (await _klines(exchange)).status == 200
        assert time.monotonic() - started < 1.5
        client = await exchange.dial("/ws")
        assert time.monotonic() - started >= 1.5
        assert await ask(client, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}

    play(scenario)
    assert not caplog.records


def test_rest_can_be_slow_while_a_handshake_is_not() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(Slow(1.5, seconds=60, at=At.REST))
        started = time.monotonic()
        await exchange.dial("/ws")
        assert time.monotonic() - started < 1.5
        assert (await _klines(exchange)).status == 200
        assert time.monotonic() - started >= 1.5

    play(scenario)


def test_a_page_can_be_empty_and_the_list_of_symbols_is_not() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(BadPage("empty", seconds=60))
        assert await (await _klines(exchange)).json() == []
        assert (await (await _get(exchange, "exchangeInfo")).json())["symbols"]
        exchange.simulator.lift()
        assert len(await (await _klines(exchange)).json()) == 500

    play(scenario)


def test_an_overlapping_page_is_true_but_begins_and_ends_too_early() -> None:
    async def scenario(exchange: Exchange) -> None:
        asked = {"startTime": NOON - 10 * MINUTE, "endTime": NOON - MINUTE}
        right = await (await _klines(exchange, **asked)).json()
        exchange.simulator.inject(BadPage("overlap", seconds=60))
        wrong = await (await _klines(exchange, **asked)).json()
        assert [row[0] for row in wrong] == [NOON + i * MINUTE for i in range(-15, -5)]
        assert wrong[5:] == right[:5]
        assert len(await (await _klines(exchange)).json()) == 500
        assert await (await _klines(exchange, startTime=NOON + MINUTE)).json() == []

    play(scenario)


def test_a_page_can_be_garbage() -> None:
    async def scenario(exchange: Exchange) -> None:
        right = await (await _klines(exchange, limit=5)).text()
        exchange.simulator.inject(BadPage("garbage", seconds=60))
        bodies = {await (await _klines(exchange, limit=5)).text("latin-1") for _ in range(30)}
        assert right not in bodies
        assert len(bodies) > 20

    play(scenario)


def test_a_body_can_be_cut_short() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(BadPage("cut", seconds=60))
        for path in ("klines?symbol=BTCUSDT&interval=1m", "exchangeInfo"):
            with pytest.raises(ClientPayloadError):
                await _get(exchange, path)

    play(scenario)


def test_a_background_simulator_takes_every_fault_and_lifts_it() -> None:
    async def dial(url: str) -> None:
        async with connect(url + "/ws", proxy=None):
            pass

    with BackgroundSimulator(Simulator(seed=7)) as background:
        background.inject(Answer(451, seconds=60))
        with pytest.raises(InvalidStatus):
            asyncio.run(dial(background.ws_url))
        background.lift()
        asyncio.run(dial(background.ws_url))


def test_faults_that_last_do_not_hold_up_the_end() -> None:
    async def scenario(exchange: Exchange) -> None:
        mine = asyncio.all_tasks()
        exchange.simulator.inject(Shutdown(after=60))
        exchange.simulator.inject(Slow(60, seconds=60))
        waiting = asyncio.create_task(_klines(exchange))
        await asyncio.sleep(0.05)
        await asyncio.wait_for(exchange.simulator.stop(), 2)
        await eventually(waiting.done)
        assert waiting.exception()
        assert asyncio.all_tasks() <= mine

    play(scenario)
