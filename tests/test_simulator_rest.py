"""The simulated exchange's REST API over real HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession

from tests.simulated import TRADING
from tui.market.interval import HOUR, MINUTE, Interval
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator

_NOW = 1_795_435_200_000 + 30_500  # half a minute past noon
_MINUTE = 1_795_435_200_000

Get = Callable[..., Awaitable[ClientResponse]]


def _ask(scenario: Callable[[Get], Awaitable[None]], limits: Limits = Limits()) -> None:  # noqa: B008 frozen
    async def run() -> None:
        async with (
            Simulator(seed=7, clock=lambda: _NOW, limits=limits) as exchange,
            ClientSession(exchange.rest_url) as http,
        ):

            async def get(path: str, **params: str | int) -> ClientResponse:
                response = await http.get(f"/api/v3/{path}", params=params)
                await response.read()
                return response

            await scenario(get)

    asyncio.run(run())


async def _klines(get: Get, **params: str | int) -> list[list[Any]]:
    response = await get("klines", **{"symbol": "BTCUSDT", "interval": "1m", **params})
    assert response.status == 200
    rows: list[list[Any]] = await response.json()
    return rows


async def _opens(get: Get, **params: str | int) -> list[int]:
    return [row[0] for row in await _klines(get, **params)]


def _minutes(first: int, last: int) -> list[int]:
    """Open times from `first` to `last` minutes after noon, both inside."""
    return [_MINUTE + i * MINUTE for i in range(first, last + 1)]


def test_klines_pages_as_documented() -> None:
    async def scenario(get: Get) -> None:
        at = _MINUTE
        table: list[tuple[dict[str, int], list[int]]] = [
            ({}, _minutes(-499, 0)),
            ({"limit": 3}, _minutes(-2, 0)),
            ({"limit": 5000}, _minutes(-999, 0)),
            ({"startTime": at - 10 * MINUTE, "limit": 3}, _minutes(-10, -8)),
            ({"startTime": at - 10 * MINUTE + 1, "limit": 3}, _minutes(-9, -7)),
            ({"startTime": at - MINUTE}, _minutes(-1, 0)),
            ({"startTime": at + MINUTE}, []),
            ({"endTime": at - MINUTE, "limit": 2}, _minutes(-2, -1)),
            ({"endTime": at - MINUTE - 1, "limit": 2}, _minutes(-3, -2)),
            ({"startTime": at - 5 * MINUTE, "endTime": at - 3 * MINUTE}, _minutes(-5, -3)),
            ({"startTime": at - 9 * MINUTE, "endTime": at, "limit": 2}, _minutes(-9, -8)),
            ({"startTime": at - MINUTE, "endTime": at - 2 * MINUTE}, []),
        ]
        for params, opens in table:
            assert await _opens(get, **params) == opens, params

    _ask(scenario)


def test_rows_have_the_documented_fields_and_the_last_one_is_forming() -> None:
    async def scenario(get: Get) -> None:
        closed, forming = await _klines(get, limit=2)
        assert len(closed) == 12
        assert closed[6] == closed[0] + 59_999 < _NOW < forming[6]
        for row in (closed, forming):
            open_, high, low, close = map(float, row[1:5])
            assert 0 < low <= min(open_, close) <= max(open_, close) <= high
            assert all(
                isinstance(row[i], str) and len(row[i].split(".")[1]) == 8 for i in range(1, 6)
            )
            assert low <= float(row[7]) / float(row[5]) <= high
            assert 0 <= float(row[9]) <= float(row[5])
            assert isinstance(row[8], int)
        assert 0 < forming[8] < closed[8] * 3

    _ask(scenario)


@pytest.mark.parametrize("interval", ["1s", "3m", "4h", "3d", "1w", "1M"])
def test_every_interval_stands_on_its_grid(interval: str) -> None:
    async def scenario(get: Get) -> None:
        step = Interval.parse(interval)
        opens = await _opens(get, interval=interval, limit=20)
        assert opens == [step.after(step.floor(_NOW), i - 19) for i in range(20)]

    _ask(scenario)


def test_history_begins_when_the_exchange_opened() -> None:
    async def scenario(get: Get) -> None:
        opens = await _opens(get, interval="1M", limit=1000)
        assert opens[0] == 1_514_764_800_000
        assert len(opens) == 107

    _ask(scenario)


def test_a_halted_market_has_history_and_no_present() -> None:
    async def scenario(get: Get) -> None:
        until = CATALOGUE["XMRUSDT"].until or 0
        rows = await _klines(get, symbol="XMRUSDT", interval="1h", limit=2)
        assert [row[0] for row in rows] == [until - HOUR, until]

    _ask(scenario)


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("klines", {"symbol": "NOSUCH", "interval": "1m"}, -1121),
        ("klines", {"symbol": "btcusdt", "interval": "1m"}, -1100),
        ("klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120),
        ("klines", {"symbol": "BTCUSDT"}, -1102),
        ("klines", {"interval": "1m"}, -1102),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "x"}, -1100),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": "0"}, -1130),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "startTime": "-5"}, -1100),
        ("exchangeInfo", {"symbol": "NOSUCH"}, -1121),
        ("exchangeInfo", {"symbols": '["BTCUSDT","NOSUCH"]'}, -1121),
        ("exchangeInfo", {"symbols": "BTCUSDT"}, -1100),
    ],
)
def test_bad_requests_are_answered_with_400_and_a_code(
    path: str, params: dict[str, str], code: int
) -> None:
    async def scenario(get: Get) -> None:
        response = await get(path, **params)
        assert response.status == 400
        assert (await response.json())["code"] == code

    _ask(scenario)


def test_exchange_info_names_status_and_digits() -> None:
    async def scenario(get: Get) -> None:
        everything = await (await get("exchangeInfo")).json()
        symbols = {row["symbol"]: row for row in everything["symbols"]}
        assert symbols.keys() >= set(TRADING)
        assert sum(row["status"] == "TRADING" for row in symbols.values()) == len(TRADING) >= 200
        assert symbols["XMRUSDT"]["status"] == "BREAK"
        filters = {row["filterType"]: row for row in symbols["BTCUSDT"]["filters"]}
        assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
        assert filters["LOT_SIZE"]["stepSize"] == "0.00001000"
        two = await (await get("exchangeInfo", symbols='["ETHBTC","BTCEUR"]')).json()
        assert [row["symbol"] for row in two["symbols"]] == ["ETHBTC", "BTCEUR"]

    _ask(scenario)


def test_agg_trades_continue_from_an_id_and_sum_to_the_kline() -> None:
    async def scenario(get: Get) -> None:
        newest = await (await get("aggTrades", symbol="BTCUSDT", limit=500)).json()
        ids = [row["a"] for row in newest]
        assert ids == list(range(ids[0], ids[0] + 500))
        again = await get("aggTrades", symbol="BTCUSDT", fromId=ids[100], limit=10)
        assert await again.json() == newest[100:110]
        forming = (await _klines(get, limit=1))[0]
        inside = [row for row in newest if row["T"] >= _MINUTE]
        assert f"{sum(float(row['q']) for row in inside):.8f}" == forming[5]
        assert sum(row["l"] - row["f"] + 1 for row in inside) == forming[8]
        beyond = await get("aggTrades", symbol="BTCUSDT", fromId=ids[-1] + 1)
        assert await beyond.json() == []

    _ask(scenario)


def test_the_clock_of_the_exchange_is_in_the_answer_and_in_the_date() -> None:
    async def scenario(get: Get) -> None:
        response = await get("time")
        assert await response.json() == {"serverTime": _NOW}
        assert response.headers["Date"] == "Mon, 23 Nov 2026 12:00:30 GMT"
        assert await (await get("ping")).json() == {}

    _ask(scenario)


def test_weight_is_counted_and_refused_then_banned() -> None:
    async def scenario(get: Get) -> None:
        assert (await get("exchangeInfo")).headers["X-MBX-USED-WEIGHT-1M"] == "20"
        assert (await get("klines", symbol="BTCUSDT", interval="1d")).status == 200
        assert (await get("klines", symbol="BTCUSDT", interval="1d")).status == 200
        refused = await get("klines", symbol="BTCUSDT", interval="1d")
        assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
        assert json.loads(await refused.text())["code"] == -1003
        answers = [await get("ping") for _ in range(11)]
        assert [answer.status for answer in answers] == [429] * 9 + [418] * 2
        assert answers[-1].headers["Retry-After"] == "120"

    _ask(scenario, Limits(request_weight_per_minute=24))
