"""What is asked for comes back under the same name and length, for every symbol and interval.

The simulated exchange stands between: it is written from the exchanges' own documents.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession

from tests.declared import desk
from tests.simulated import TALKATIVE, Exchange, play
from tui.exchange import base, load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.market.candle import Candle
from tui.market.events import Ack, CandleReport, Event, Inventory, Malformed, Refusal, Trade
from tui.market.interval import SECOND, Interval
from tui.market.symbol import Subscription, Symbol

ALL_INTERVALS = (
    'intervals = ["1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", '
    '"1d", "3d", "1w", "1M"]\n'
)


@dataclass(frozen=True, slots=True)
class Kind:
    """An exchange, a dialect that answers it at a path, and symbols as people type them."""

    exchange: base.Exchange
    dialect: str
    path: str
    typed: tuple[tuple[str, str], ...]


KINDS = {
    "binance": Kind(
        load_exchange("binance"), "binance", "/stream",
        (("btcusdt", "BTCUSDT"), ("DOGEUSDT", "DOGEUSDT")),
    ),
    "coinbase": Kind(
        load_exchange("coinbase"), "coinbase", "/",
        (("btc-usd", "BTC-USD"), ("DOGE-USD", "DOGE-USD"), ("ETH-BTC", "ETH-BTC")),
    ),
    "kraken": Kind(
        load_exchange("kraken"), "kraken", "/v2",
        (("xbt/usd", "BTC/USD"), ("DOGE/USD", "DOGE/USD"), ("ETH/XBT", "ETH/BTC")),
    ),
    "kraken v1": Kind(
        load_exchange("kraken", ExchangeSettings(options={"protocol": 1})), "kraken", "/",
        (("btc/usd", "BTC/USD"), ("XDG/USD", "DOGE/USD"), ("ETH/XBT", "ETH/BTC")),
    ),
    "guide": Kind(
        desk('case = "upper"\n' + ALL_INTERVALS), "json", "/ws",
        (("eurusd", "EURUSD"), ("BTCUSD", "BTCUSD")),
    ),
}  # fmt: skip
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


async def heard(
    server: Exchange, kind: Kind, asked: Subscription
) -> tuple[list[Event], CandleReport | Trade]:
    """All events up to the first candle, or trade where there are none, of a market that moves."""
    wanted = Trade if kind.exchange.from_trades else CandleReport
    client = await server.dial(kind.path)
    for command in kind.exchange.subscribe([asked], (), 1):
        await client.send(command.text)
    events = list[Event]()
    market = asyncio.create_task(_moves(server))
    while not (data := [e for e in events if isinstance(e, wanted)]):
        events += kind.exchange.parse(str(await client.recv()))
    market.cancel()
    await client.close()
    return events, data[0]


async def _moves(server: Exchange) -> None:
    """The market's time passes, a second every few milliseconds."""
    while True:
        server.clock.now += SECOND
        await asyncio.sleep(0.005)


@every_kind
def test_each_interval_of_each_symbol_comes_back_as_what_was_asked_for(kind: Kind) -> None:
    exchange = kind.exchange

    async def scenario(server: Exchange) -> None:
        for typed, name in kind.typed:
            for interval in exchange.intervals:
                asked = Subscription(Symbol(exchange.name, exchange.spelling(typed)), interval)
                events, data = await heard(server, kind, asked)
                assert data.name == asked.symbol.name == name
                assert exchange.from_trades or getattr(data, "interval", None) == interval
                assert not [e for e in events if isinstance(e, Refusal | Malformed)]
                confirmed = {n for e in events if isinstance(e, Inventory) for n in e.names}
                confirmed |= {e.name or name for e in events if isinstance(e, Ack)}
                assert confirmed <= {name}

    play(scenario, limits=TALKATIVE, dialect=kind.dialect)


@every_kind
def test_each_interval_over_rest_has_candles_of_its_length(kind: Kind) -> None:
    exchange = kind.exchange

    async def rows(server: Exchange, asked: Subscription) -> list[Candle]:
        start = asked.interval.after(asked.interval.floor(server.clock.now), -5)
        request = exchange.history_request(asked, start, 5)
        assert request
        async with (
            ClientSession(server.simulator.rest_url) as http,
            http.get(request.path, params=request.params) as response,
        ):
            body = await response.read()
        found = exchange.parse_history(asked, body, server.clock.now)
        return [candle for candle in found if candle.open_time >= start]

    async def scenario(server: Exchange) -> None:
        name = exchange.spelling(kind.typed[0][0])
        for interval in exchange.intervals:
            candles = await rows(server, Subscription(Symbol(exchange.name, name), interval))
            times = [candle.open_time for candle in candles]
            assert times == [interval.after(times[0], n) for n in range(len(times))]
            assert len(times) >= (5 if interval < Interval(1, "M") else 1)
            server.clock.now += SECOND

    play(scenario, limits=TALKATIVE, dialect=kind.dialect)
