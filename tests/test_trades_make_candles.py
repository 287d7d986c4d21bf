"""Candles made of what an exchange says of its trades are the exchange's own candles."""

from __future__ import annotations

import json

import pytest
from aiohttp import ClientSession

from tests.simulated import Exchange, play
from tui.exchange import load_exchange
from tui.market.aggregate import CandleBuilder
from tui.market.candle import Candle
from tui.market.events import Trade
from tui.market.interval import MINUTE, SECOND, Interval
from tui.market.symbol import Subscription, Symbol

ONE = Interval(1, "m")
STEP = 5 * SECOND
MINUTES = 4
# How a client asks for trades, by the dialect: path, symbol, frame.
ASKED: dict[str, tuple[str, str, dict[str, object]]] = {
    "binance": ("/stream", "BTCUSDT", {"method": "SUBSCRIBE", "params": ["btcusdt@aggTrade"]}),
    "coinbase": (
        "/", "BTC-USD",
        {"type": "subscribe", "product_ids": ["BTC-USD"], "channels": ["matches"]},
    ),
    "kraken": (
        "/v2", "BTC/USD",
        {"method": "subscribe", "params": {"channel": "trade", "symbol": ["BTC/USD"]}},
    ),
}  # fmt: skip


async def _trades(exchange: Exchange, dialect: str) -> list[Trade]:
    """All trades of some minutes, as our reader of that exchange understands them."""
    path, name, frame = ASKED[dialect]
    reader, found = load_exchange(dialect), list[Trade]()
    client = await exchange.dial(path)
    await client.send(json.dumps(frame))
    end = exchange.clock.now + MINUTES * MINUTE
    while exchange.clock.now < end:
        exchange.clock.now += STEP
        newest = 0
        while newest < exchange.clock.now - 3 * SECOND:
            for event in reader.parse(str(await client.recv())):
                if isinstance(event, Trade) and event.name == name:
                    found.append(event)
                    newest = event.time
    return found


async def _rows(exchange: Exchange, subscription: Subscription, start: int) -> dict[int, Candle]:
    """The closed candles over REST, as our reader understands them, a while later."""
    exchange.clock.now += 5 * MINUTE
    reader = load_exchange(subscription.symbol.exchange)
    request = reader.history_request(subscription, start, MINUTES)
    assert request
    async with (
        ClientSession(exchange.simulator.rest_url) as http,
        http.get(request.path, params=request.params) as response,
    ):
        body = await response.read()
    return {c.open_time: c for c in reader.parse_history(subscription, body, exchange.clock.now)}


@pytest.mark.parametrize("dialect", ASKED)
def test_candles_of_trades_equal_the_exchanges_own(dialect: str) -> None:
    async def compare(exchange: Exchange) -> None:
        subscription = Subscription(Symbol(dialect, ASKED[dialect][1]), ONE)
        start = ONE.floor(exchange.clock.now)
        trades = await _trades(exchange, dialect)
        made = {c.open_time: c for c in CandleBuilder(ONE).add(trades) if c.closed}
        rows = await _rows(exchange, subscription, start)
        both = made.keys() & rows.keys()
        assert len(both) >= MINUTES - 2
        assert {t: made[t].values for t in both} == {t: rows[t].values for t in both}
        assert all(rows[t].closed and made[t].volume > 0 for t in both)

    play(compare, dialect=dialect)
