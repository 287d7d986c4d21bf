"""Declared feeds through the whole engine, on real sockets: the guide's protocol, and others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import pytest

from tests.declared import config_of
from tests.feeds import QUICK, Events, eventually, is_live
from tests.toy_exchange import Json
from tests.toy_server import ToyServer, is_whole
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import CandleChanged, ConnectionState, Rejected
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

SECOND = Interval(1, "s")
BTC = Subscription(Symbol("desk", "BTC"), SECOND)
COINS = [Subscription(Symbol("desk", f"COIN{n}"), SECOND) for n in range(12)]
SHARED = replace(QUICK, symbols_per_connection=50, stale_after=30.0)
BEGIN = 1_800_000_000_000
CONFIRMING = """
command_spacing = 0.01
subscribe = {type = "subscribe", symbol = "{symbol}", id = "{id}"}
unsubscribe = {type = "unsubscribe", symbol = "{symbol}", id = "{id}"}
ack = [{type = "subscribed", id = "{id}"}, {type = "unsubscribed", id = "{id}"}]
"""
TRADES = """
subscribe = {type = "subscribe", symbol = "{symbol}"}
[exchanges.desk.trade]
when = {type = "trade"}
rows = "data"
symbol = "s"
price = "p"
size = "q"
time = "t"
id = "i"
"""


def declared(server: ToyServer, keys: str = "", *, rest: bool = True, name: str = "desk") -> str:
    """The config's section of a feed on the toy's server."""
    rest_url = f'rest_url = "{server.rest_url}"\n' if rest else ""
    urls = f'ws_url = "{server.ws_url}/ws"\n{rest_url}'
    return f'[exchanges.{name}]\nkind = "jsonfeed"\n{urls}intervals = ["1s"]\n{keys}\n'


@contextmanager
def following(text: str, settings: ConnectionSettings = SHARED) -> Iterator[Engine]:
    """A started engine on what a config declares."""
    config = config_of(text)
    feeds = {name: config.open_exchange(name) for name in config.exchanges}
    engine = Engine(feeds, settings, 5, Random(5), tokens=config.tokens)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def flows(events: Events, candles: int = 2) -> None:
    """Wait for so many more candles that close."""
    for _ in range(candles):
        events.next(CandleChanged, lambda e: e.subscription == BTC and e.candle.closed)


def test_a_feed_of_urls_alone_is_live_and_whole_over_an_outage() -> None:
    with ToyServer() as server, following(declared(server)) as engine:
        events = Events(engine, candles=True)
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        flows(events)
        server.close(1001, "restart")
        eventually(lambda: len(server.upgrades) == 2)
        eventually(lambda: is_live(engine, BTC))
        flows(events)
        eventually(lambda: is_whole(engine, BTC))
        asked = {"type": "subscribe", "symbol": "BTC", "channel": "candles", "interval": "1s"}
        assert server.heard_of("subscribe") == [asked, asked]


def test_a_feed_without_rest_is_live_by_its_socket_alone() -> None:
    with ToyServer() as server, following(declared(server, rest=False)) as engine:
        events = Events(engine, candles=True)
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        flows(events)
        assert is_whole(engine, BTC) and not engine.status(BTC).reason


def test_the_guide_s_pings_are_sent_at_each_heartbeat_and_answered() -> None:
    settings = replace(SHARED, heartbeat_interval=0.2, pong_timeout=5.0)
    with ToyServer() as server, following(declared(server), settings) as engine:
        engine.acquire(BTC)
        eventually(lambda: len(server.heard_of("ping")) >= 4)
        assert is_live(engine, BTC) and len(server.upgrades) == 1
        server.say({"type": "ping", "id": 7, "nonce": "ü"})
        eventually(lambda: server.heard_of("pong") == [{"type": "pong", "id": 7, "nonce": "ü"}])


def test_a_feed_that_confirms_shares_a_socket_and_is_left_symbol_by_symbol() -> None:
    with ToyServer() as server, following(declared(server, CONFIRMING)) as engine:
        leases = {coin: engine.acquire(coin) for coin in COINS}
        eventually(lambda: is_live(engine, *COINS))
        assert len(server.upgrades) == 1
        leases.pop(COINS[0]).release()
        eventually(lambda: server.heard_of("unsubscribe"))
        assert server.heard_of("unsubscribe")[0]["symbol"] == "COIN0"
        assert is_live(engine, *COINS[1:])


def test_an_error_that_names_a_symbol_rejects_that_one_only() -> None:
    refusal = {"type": "error", "symbol": "COIN1", "message": "No such \x1b[31msymbol."}
    with ToyServer() as server, following(declared(server)) as engine:
        events = Events(engine)
        for subscription in (BTC, *COINS[:3]):
            engine.acquire(subscription)
        eventually(lambda: len(server.heard_of("subscribe")) == 4)
        server.say(refusal)
        rejected = events.next(Rejected)
        assert (rejected.subscription, rejected.reason) == (COINS[1], "No such symbol.")
        eventually(lambda: is_live(engine, BTC, COINS[0], COINS[2]))


def test_a_message_with_a_missing_field_is_logged_with_field_and_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wrong: Json = {"type": "candle", "symbol": "BTC", "interval": "1s", "timestamp": BEGIN,
                   "open": 1, "high": 1, "low": 1, "volume": 1, "isClosed": False}  # fmt: skip
    with ToyServer() as server, following(declared(server)) as engine:
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        server.say(wrong)
        eventually(lambda: engine.connections()[0].malformed)
        assert is_live(engine, BTC)
    (line,) = [r.getMessage() for r in caplog.records if "bad frame" in r.getMessage()]
    assert line.startswith("desk sent a bad frame: close: nothing at 'close' in {")


def test_a_feed_with_a_wrong_path_says_which_field_in_which_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.feed.venue._SPOILT_FROM_THE_START", 0.5)
    wrong = """
        [exchanges.desk.candle]
        when = {type = "candle"}
        symbol = "symbol"
        time = "timestamp"
        open = "open"
        high = "high"
        low = "low"
        close = "last"
    """
    with ToyServer() as server, following(declared(server, wrong)) as engine:
        engine.acquire(BTC)
        flaw = "could not be read; it dials again. The last: close: nothing at 'last' in {\"type\""
        eventually(lambda: flaw in engine.status(BTC).reason)


def test_candles_are_made_of_the_trades_of_a_feed_that_has_only_those() -> None:
    def trade(number: int, price: float, time: int) -> Json:
        return {"s": "BTC", "p": str(price), "q": 0.5, "t": BEGIN + time, "i": number}

    with ToyServer() as server, following(declared(server, TRADES, rest=False)) as engine:
        engine.acquire(BTC)
        eventually(lambda: server.heard_of("subscribe"))
        server.say({"type": "trade", "data": [trade(1, 9.0, 900), trade(2, 2.0, 1_000)]})
        server.say({"type": "trade", "data": [trade(3, 4.0, 1_500), trade(2, 2.0, 1_000)]})
        server.say({"type": "trade", "data": [trade(4, 3.0, 1_999), trade(5, 8.0, 2_000)]})
        eventually(lambda: engine.view(BTC, 9).price == 8.0)
        made = {c.open_time: c for c in engine.view(BTC, 9).candles}[BEGIN + 1_000]
    assert made.values == Candle(0, 2.0, 4.0, 2.0, 3.0, 1.5).values
    assert (made.closed, made.trades) == (True, 3)


def test_two_feeds_of_one_kind_stand_side_by_side() -> None:
    with ToyServer() as one, ToyServer() as other:
        both = declared(one) + declared(other, 'title = "Other"', name="other")
        with following(both) as engine:
            theirs = Subscription(Symbol("other", "BTC"), SECOND)
            engine.acquire(BTC)
            engine.acquire(theirs)
            eventually(lambda: is_live(engine, BTC, theirs))
            one.close(1001)
            eventually(lambda: len(one.upgrades) == 2)
            eventually(lambda: is_live(engine, BTC, theirs))
            assert len(other.upgrades) == 1
            assert engine.status(theirs).state is ConnectionState.LIVE
