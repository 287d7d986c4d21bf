"""Logins and an exchange's own pings: the plain JSON protocol of the guide, on real sockets."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.feeds import QUICK, Events, eventually, is_live
from tests.toy_exchange import SECOND, Json, ToyExchange
from tests.toy_server import ToyServer, is_whole
from tui.errors import TradexError
from tui.feed.engine import Engine
from tui.feed.secret import Secret
from tui.feed.settings import ConnectionSettings
from tui.feed.status import CandleChanged, ConnectionState, StateChanged
from tui.feed.token_sources import TokenSettings
from tui.market.symbol import Subscription, Symbol

BTC = Subscription(Symbol("toy", "BTC"), SECOND)
COINS = [Subscription(Symbol("toy", f"COIN{n}"), SECOND) for n in range(12)]
SHARED = replace(QUICK, symbols_per_connection=50, stale_after=30.0)
STALE_TOKEN, GOOD_TOKEN = "token-1-stale-8d1f", "token-2-good-77aa"


class Source:
    """Gives these tokens one after the other, the last one again and again; fails while `down`."""

    def __init__(self, *tokens: str) -> None:
        self.asked = 0
        self.down = False
        self._tokens = tokens

    async def read(self) -> Secret:
        self.asked += 1
        if self.down:
            raise TradexError("The token command failed (code 1).", "no network")
        return Secret(self._tokens[min(self.asked, len(self._tokens)) - 1])


@contextmanager
def trading(
    server: ToyServer, source: Source | None = None, settings: ConnectionSettings = SHARED,
    ws_url: str = "", spacing: float = 0.01,
) -> Iterator[Engine]:  # fmt: skip
    """A started engine on the toy exchange that wants one subscription."""
    toy = ToyExchange(ws_url or server.ws_url, server.rest_url, spacing)
    tokens = {"toy": TokenSettings(source)} if source else {}
    engine = Engine({"toy": toy}, settings, 5, Random(5), tokens=tokens)
    engine.start()
    try:
        engine.acquire(BTC)
        yield engine
    finally:
        engine.stop()


def flows(engine: Engine, candles: int = 2) -> None:
    """Wait for so many more candles that close."""
    events = Events(engine, candles=True)
    for _ in range(candles):
        events.next(CandleChanged, lambda e: e.subscription == BTC and e.candle.closed)


def parked(engine: Engine) -> str:
    """Why, once the feed is parked."""
    eventually(lambda: engine.status(BTC).state is ConnectionState.PARKED)
    return engine.status(BTC).reason


def test_n16_an_upgrade_that_wants_a_login_gets_one_more_try_and_is_then_parked() -> None:
    source = Source(GOOD_TOKEN)
    with ToyServer([GOOD_TOKEN]) as server:
        server.answers = [(401, {})] * 5
        with trading(server, source) as engine:
            assert "wants a login" in parked(engine)
            assert len(server.upgrades) == 2
            assert GOOD_TOKEN not in engine.status(BTC).reason
            server.answers = []
            engine.reconnect(BTC)  # a person may always try again
            eventually(lambda: is_live(engine, BTC))


@pytest.mark.parametrize("refuse", [None, 4001, 4003], ids=["error", "close 4001", "close 4003"])
def test_p2_p39_a_refused_token_is_fetched_anew_once_and_the_feed_comes_up(
    refuse: int | None,
) -> None:
    source = Source(STALE_TOKEN, GOOD_TOKEN)
    with ToyServer([GOOD_TOKEN]) as server:
        server.refuse = refuse
        with trading(server, source) as engine:
            eventually(lambda: is_live(engine, BTC))
            shown = [message["token"] for message in server.heard_of("auth")]
            assert shown == [STALE_TOKEN, GOOD_TOKEN]
            assert source.asked == 2
            flows(engine)
            eventually(lambda: is_whole(engine, BTC))


@pytest.mark.parametrize("refuse", [None, 4001], ids=["error", "close 4001"])
def test_p2_p39_a_token_that_is_never_taken_parks_the_feed_after_two_tries(
    refuse: int | None,
) -> None:
    source = Source(STALE_TOKEN)
    with ToyServer([GOOD_TOKEN]) as server:
        server.refuse = refuse
        with trading(server, source) as engine:
            assert "oken refused" in parked(engine)
            assert (len(server.upgrades), source.asked) == (2, 2)
            assert server.heard_of("subscribe") == []
            assert engine.status(BTC).retry_in is None


def test_p2_a_violation_of_its_policy_is_no_endless_loop_either() -> None:
    with ToyServer() as server:
        with trading(server) as engine:
            for times in range(1, 4):
                eventually(lambda: server.heard_of("subscribe")[times - 1 :])  # noqa: B023 - at once
                server.close(1008, "policy")
            assert "1008" in parked(engine)
        assert len(server.upgrades) == 3


def test_p39_a_token_that_expires_in_mid_session_is_replaced_and_no_candle_is_lost() -> None:
    source = Source(STALE_TOKEN, GOOD_TOKEN)
    with ToyServer([STALE_TOKEN]) as server, trading(server, source) as engine:
        eventually(lambda: is_live(engine, BTC))
        flows(engine)
        server.tokens = {GOOD_TOKEN}
        events = Events(engine)
        server.close(4001, "token expired")
        down = events.next(StateChanged)
        assert (down.state, "token expired" in down.reason) == (ConnectionState.BACKOFF, True)
        eventually(lambda: is_live(engine, BTC))
        assert source.asked == 2
        flows(engine)
        eventually(lambda: is_whole(engine, BTC))


def test_p39_a_source_that_is_down_is_said_in_words_and_asked_until_it_is_back() -> None:
    source = Source(GOOD_TOKEN)
    source.down = True
    with ToyServer([GOOD_TOKEN]) as server, trading(server, source) as engine:
        eventually(lambda: "The token command failed" in engine.status(BTC).reason)
        eventually(lambda: source.asked >= 3)
        assert server.heard_of("auth") == server.heard_of("subscribe") == []
        source.down = False
        eventually(lambda: is_live(engine, BTC))


def test_p40_nothing_goes_out_before_the_exchange_has_taken_the_token() -> None:
    """What a person asked for while it was down goes last of all."""
    source = Source(GOOD_TOKEN)
    with ToyServer([GOOD_TOKEN]) as server:
        server.login_delay = 0.3
        with trading(server, source) as engine:
            for coin in COINS:
                engine.acquire(coin)
            eventually(lambda: is_live(engine, BTC, *COINS))
            server.close(1001, "restart")
            eventually(lambda: len(server.heard_of("auth")) == 2)
            eventually(lambda: is_live(engine, BTC, *COINS))
        for number in (1, 2):
            kinds = [message["type"] for socket, message in server.heard if socket == number]
            assert kinds[0] == "auth"
            assert kinds.count("auth") == 1
            assert kinds.count("subscribe") == 1 + len(COINS)


def test_p35_a_ping_is_answered_with_all_its_fields_before_what_waits_in_the_queue() -> None:
    asked: Json = {"type": "ping", "id": 7, "nonce": "ü", "more": {"a": [1, None]}}
    with ToyServer() as server:
        server.on_subscribe = asked
        with trading(server, spacing=0.3) as engine:
            for coin in COINS:
                engine.acquire(coin)
            eventually(lambda: len(server.heard_of("pong")) >= 2)
        kinds = [message["type"] for _, message in server.heard]
        assert server.heard_of("pong")[0] == asked | {"type": "pong"}
        assert kinds[:4] == ["subscribe", "pong", "subscribe", "pong"]


def test_p35_a_thousand_pings_are_answered_seldom_and_hold_up_nothing() -> None:
    with ToyServer() as server, trading(server) as engine:
        eventually(lambda: is_live(engine, BTC))
        pings: list[Json] = [{"type": "ping", "id": number} for number in range(1_000)]
        server.say(*pings, {"type": "ping", "id": "no answer wanted", "reply": False})
        flows(engine)
        eventually(lambda: server.heard_of("pong")[-1]["id"] == 999)
        assert len(server.heard_of("pong")) < 500
        assert is_live(engine, BTC) and len(server.upgrades) == 1
        eventually(lambda: is_whole(engine, BTC))


def test_p36_pongs_that_come_twice_unasked_or_for_another_ping_change_nothing() -> None:
    def pongs(ping: Json) -> list[Json]:
        right, other = {"type": "pong", "id": ping["id"]}, {"type": "pong", "id": 999}
        return [other, right, right, other]

    settings = replace(SHARED, heartbeat_interval=0.2, pong_timeout=5.0)
    with ToyServer() as server:
        server.pongs = pongs
        with trading(server, settings=settings) as engine:
            eventually(lambda: is_live(engine, BTC))
            server.say({"type": "pong"}, {"type": "pong", "id": 12_345})
            eventually(lambda: len(server.heard_of("ping")) >= 5)
            assert is_live(engine, BTC) and len(server.upgrades) == 1
            assert engine.connections()[0].round_trip is not None


def test_p36_a_pong_that_nobody_asked_for_measures_no_round_trip() -> None:
    with ToyServer() as server, trading(server) as engine:
        eventually(lambda: is_live(engine, BTC))
        server.say({"type": "pong"}, {"type": "pong", "id": 0})
        flows(engine)
        assert engine.connections()[0].round_trip is None


@pytest.mark.parametrize(
    "pongs",
    [lambda _: [], lambda _: [{"type": "pong", "id": 999}]],
    ids=["none", "those of other pings"],
)
def test_p36_without_its_own_pong_a_ping_has_failed(pongs: Any) -> None:
    settings = replace(SHARED, heartbeat_interval=0.3, pong_timeout=0.5)
    with ToyServer() as server:
        server.pongs = pongs
        with trading(server, settings=settings) as engine:
            events = Events(engine)
            down = events.next(StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
            assert down.reason.startswith("The exchange did not answer our ping")


def test_s6_no_token_is_sent_to_a_stranger_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    system = socket.getaddrinfo

    def getaddrinfo(host: str, *args: Any, **kwargs: Any) -> Any:
        return system("127.0.0.1" if host == "exchange.test" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    source = Source(GOOD_TOKEN)
    with ToyServer([GOOD_TOKEN]) as server:
        ws_url = f"ws://exchange.test:{server.port}"
        with trading(server, source, ws_url=ws_url) as engine:
            eventually(lambda: engine.status(BTC).reason)
            reason = engine.status(BTC).reason
            assert f"No token is sent to exchange.test:{server.port} unprotected." in reason
            assert "wss://" in reason
        assert (server.heard, source.asked) == ([], 0)
        assert not [upgrade for upgrade in server.upgrades if GOOD_TOKEN in upgrade]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_s7_a_redirect_takes_no_token_elsewhere(status: int) -> None:
    source = Source(GOOD_TOKEN)
    with ToyServer([GOOD_TOKEN]) as elsewhere, ToyServer([GOOD_TOKEN]) as server:
        server.answers = [(status, {"Location": f"{elsewhere.ws_url}/ws"})] * 2
        with trading(server, source) as engine:
            eventually(lambda: is_live(engine, BTC))
        assert (elsewhere.upgrades, elsewhere.heard) == ([], [])
        assert len(server.upgrades) == 3
        assert len(server.heard_of("auth")) == 1


def test_s4_a_login_leaves_its_token_in_no_log_line_and_no_text_for_people(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    source = Source(STALE_TOKEN, GOOD_TOKEN)
    with ToyServer([GOOD_TOKEN]) as server, trading(server, source) as engine:
        events = Events(engine)
        eventually(lambda: is_live(engine, BTC))
        shown = [repr(events.waiting(StateChanged)), repr(engine.connections()), repr(engine)]
    logged = [record.getMessage() for record in caplog.records]
    assert len(server.heard_of("auth")) == 2 and logged
    for token in (STALE_TOKEN, GOOD_TOKEN):
        assert not [text for text in [*shown, *logged] if token in text]
