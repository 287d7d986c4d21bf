"""The simulated Coinbase Exchange over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.simulated import NOON, Clock
from tui.market.interval import HOUR, MINUTE, SECOND
from tui.simulator.faults import Answer, BadPage
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator

_EAGER = Limits(request_burst=1000)
Get = Callable[..., Awaitable[tuple[int, Any]]]
Scenario = Callable[[Get, Simulator, Clock], Awaitable[None]]


def _ask(scenario: Scenario, limits: Limits | None = _EAGER, rest_lag: float = 0.0) -> None:
    async def run() -> None:
        clock = Clock(NOON + 30 * SECOND)
        async with (
            Simulator(
                dialect="coinbase", seed=7, clock=clock, limits=limits, rest_lag=rest_lag
            ) as exchange,
            ClientSession(exchange.rest_url) as http,
        ):

            async def get(path: str, **query: object) -> tuple[int, Any]:
                params = {name: str(value) for name, value in query.items()}
                async with http.get(path, params=params) as response:
                    assert response.headers["Date"]
                    return response.status, await response.json()

            await scenario(get, exchange, clock)

    asyncio.run(run())


def _window(start: int, end: int, granularity: int = 60) -> dict[str, object]:
    times = (datetime.fromtimestamp(time / 1000, UTC).isoformat() for time in (start, end))
    return {"granularity": granularity, **dict(zip(("start", "end"), times, strict=True))}


def test_products_say_what_can_be_had() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        _, rows = await get("/products")
        products = {row["id"]: row for row in rows}
        assert sum(row["status"] == "online" for row in rows) >= 200
        assert products.keys() >= {"BTC-USD", "ETH-EUR", "ETH-BTC", "BTC-USDT", "USDT-USD"}
        assert not products.keys() & {"BTC-USDC", "EUR-USD", "SHIB-USDT", "BTCUSDT"}
        assert products["BTC-USD"]["quote_increment"] == "0.01"
        assert products["BTC-USD"]["base_increment"] == "0.00000001"
        assert (products["LOOM-USD"]["status"], products["LOOM-USD"]["trading_disabled"]) == (
            "delisted",
            True,
        )
        assert await get("/products/BTC-USD") == (200, products["BTC-USD"])

    _ask(scenario)


@pytest.mark.parametrize("path", ["", "/candles", "/trades"])
def test_an_unknown_product_is_not_found(path: str) -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        assert await get(f"/products/NOPE-USD{path}") == (404, {"message": "NotFound"})

    _ask(scenario)


def test_the_time_is_the_exchange_s() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        expected = {"iso": "2026-11-23T12:00:30.000Z", "epoch": (NOON + 30_000) / 1000}
        assert await get("/time") == (200, expected)

    _ask(scenario)


def test_a_window_is_answered_newest_first_both_ends_included() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        _, rows = await get("/products/BTC-USD/candles", **_window(NOON - 300 * MINUTE, NOON))
        assert len(rows) == 301
        assert [row[0] for row in rows] == [NOON // 1000 - 60 * i for i in range(301)]
        assert all(low <= open_ <= high for _, low, high, open_, _, _ in rows)
        assert all(low <= close <= high for _, low, high, _, close, _ in rows)
        assert any(isinstance(row[1], float) for row in rows)

    _ask(scenario)


def test_an_odd_start_brings_the_row_that_it_falls_in_and_seconds_are_times_too() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        path, start = "/products/BTC-USD/candles", NOON - 90 * SECOND
        status, rows = await get(path, **_window(start, NOON - MINUTE))
        assert [row[0] * 1000 for row in rows] == [NOON - MINUTE, NOON - 2 * MINUTE]
        query = {"start": start // 1000, "end": NOON // 1000 - 60, "granularity": 60}
        assert await get(path, **query) == (status, rows)

    _ask(scenario)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (_window(NOON, NOON, 1800), "Unsupported granularity"),
        ({"granularity": "x"}, "granularity must be a number"),
        (_window(NOON - 301 * MINUTE, NOON), "granularity too small for the requested time range"),
        (_window(NOON, NOON - MINUTE), "start and end must be times"),
        ({"start": "yesterday", "end": "today"}, "start and end must be times"),
    ],
)
def test_a_window_that_cannot_be_is_refused(query: dict[str, object], message: str) -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        status, body = await get("/products/BTC-USD/candles", **query)
        assert status == 400
        assert body["message"].startswith(message)

    _ask(scenario)


@pytest.mark.parametrize("query", [{}, {"start": "2020-01-01T00:00:00Z"}, {"end": "2020-01-01"}])
def test_without_a_whole_window_comes_a_page_of_up_to_five_minutes_ago(
    query: dict[str, object],
) -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        clock.now = NOON + 4 * MINUTE + 59 * SECOND
        _, rows = await get("/products/BTC-USD/candles", granularity=60, **query)
        assert rows[0][0] * 1000 == NOON - MINUTE
        assert 300 < len(rows) <= 350

    _ask(scenario)


def test_minutes_without_trades_are_left_out() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        _, rows = await get("/products/WAXP-USD/candles", **_window(NOON - 5 * HOUR, NOON))
        assert 20 < len(rows) < 250
        assert all(row[5] > 0 for row in rows)

    _ask(scenario)


def test_candles_equal_the_trades_to_the_last_digit() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        _, rows = await get("/products/AAVE-USD/candles", **_window(NOON - MINUTE, NOON - MINUTE))
        _, trades = await get("/products/AAVE-USD/trades", limit=1000)
        assert all(a["trade_id"] == b["trade_id"] + 1 for a, b in pairwise(trades))
        minute = [t for t in trades if t["time"].startswith("2026-11-23T11:59:")][::-1]
        prices = [Decimal(trade["price"]) for trade in minute]
        values = min(prices), max(prices), prices[0], prices[-1]
        size = sum(Decimal(trade["size"]) for trade in minute)
        assert rows == [[NOON // 1000 - 60, *map(float, values), float(size)]]

    _ask(scenario)


def test_trades_are_paged_backwards_only() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        path = "/products/BTC-USD/trades"
        _, newest = await get(path, limit=7)
        ids = [trade["trade_id"] for trade in newest]
        _, older = await get(path, limit=7, after=ids[2])
        assert [trade["trade_id"] for trade in older] == [ids[2] - 1 - i for i in range(7)]
        assert older[:4] == newest[3:]
        assert await get(path, limit=7, before=ids[5] - 1000) == (200, newest)
        assert await get(path, limit=7, after=0) == (200, [])
        assert len((await get(path, limit=5000))[1]) == 1000

    _ask(scenario)


def test_rest_is_some_seconds_behind() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        window = _window(NOON - MINUTE, NOON)
        early = await get("/products/BTC-USD/candles", **window)
        page = await get("/products/BTC-USD/trades", limit=3)
        clock.now += 20 * SECOND
        _, rows = await get("/products/BTC-USD/candles", **window)
        assert rows != early[1]
        assert rows[1] == early[1][1]
        assert max(trade["time"] for trade in page[1]) <= "2026-11-23T12:00:10"
        clock.now = NOON + 20 * SECOND
        _, (only,) = await get("/products/BTC-USD/candles", **window)
        assert only[0] * 1000 == NOON - MINUTE

    _ask(scenario, rest_lag=20.0)


def test_too_many_requests_are_refused() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        refusal = 429, {"message": "Public rate limit exceeded"}
        statuses = [(await get("/time"))[0] for _ in range(16)]
        assert statuses == [200] * 15 + [429]
        assert await get("/time") == refusal
        clock.now += SECOND
        assert [(await get("/time"))[0] for _ in range(11)] == [200] * 10 + [429]
        clock.now += SECOND
        exchange.inject(Answer(429, 60))
        assert await get("/time") == refusal

    _ask(scenario, limits=None)


def test_bad_pages_are_of_history_only() -> None:
    async def scenario(get: Get, exchange: Simulator, clock: Clock) -> None:
        path, window = "/products/BTC-USD/candles", _window(NOON - 9 * MINUTE, NOON)
        _, true = await get(path, **window)
        exchange.inject(BadPage("overlap", 60))
        _, early = await get(path, **window)
        assert [row[0] for row in early] == [row[0] - 300 for row in true]
        exchange.lift()
        exchange.inject(BadPage("empty", 60))
        assert await get(path, **window) == (200, [])
        assert await get("/products/BTC-USD/trades") == (200, [])
        assert (await get("/products/BTC-USD"))[1]["id"] == "BTC-USD"

    _ask(scenario)
