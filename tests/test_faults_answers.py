"""What a server may answer to an upgrade instead of a WebSocket, on real sockets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.dialling import BTC, dialling, failed, port_of
from tests.feeds import (
    Crowd,
    Events,
    crowds,
    eventually,
    forms,
    is_live,
    simulated,
    subscription,
)
from tests.raw_server import (
    RawServer,
    answer,
    forward,
    silence,
    upgrade,
)
from tui.feed.status import ConnectionState, StateChanged

PAGE = b"<html><script>alert(1)</script>Please log in</html>"
ANOTHER = subscription("KSMUSDT")


def _in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@crowds
@pytest.mark.parametrize("status", ["429 Too Many Requests", "418 I'm a teapot"])
@pytest.mark.parametrize(
    "told",
    [
        lambda: "300",
        lambda: format_datetime(_in(300), usegmt=True),
        lambda: str(int(_in(300).timestamp())),
    ],
    ids=["seconds", "date", "epoch"],
)
def test_n12_n13_the_exchange_s_word_when_to_come_back_is_kept_by_all(
    status: str, told: Callable[[], str], crowd: Crowd
) -> None:
    """Also by a person who asks for a new dial, and by the REST side of the same host."""
    with (
        RawServer(answer(status, f"Retry-After: {told()}")) as server,
        RawServer(silence) as rest,
        dialling(server.ws_url, rest_url=rest.rest_url, crowd=crowd) as engine,
    ):
        asked = failed(engine, crowd)
        assert asked.retry_in and 295 <= asked.retry_in <= 303
        eventually(lambda: rest.arrivals)  # the list of symbols, asked for with the dial
        events = Events(engine)
        engine.reconnect(BTC)
        events.of_each(crowd, StateChanged, lambda e: e.state is ConnectionState.BACKOFF)
        for each in crowd:
            kept = engine.status(each).retry_in
            assert kept and 295 <= kept <= 303
        engine.acquire(ANOTHER)
        eventually(lambda: (engine.status(ANOTHER).retry_in or 0) > 290)
        assert len(engine.connections()) == 2
        assert (len(server.arrivals), len(rest.arrivals)) == (1, 1)


@crowds
def test_n12_after_the_wait_it_comes_back(crowd: Crowd) -> None:
    with simulated() as (_, exchange):
        busy = answer("429 Too Many Requests", "Retry-After: 1")
        with (
            RawServer(busy, forward(port_of(exchange.ws_url))) as server,
            dialling(server.ws_url, rest_url=exchange.rest_url, crowd=crowd) as engine,
        ):
            eventually(lambda: is_live(engine, *crowd))
            assert server.arrivals[1] - server.arrivals[0] >= 1.0


@crowds
def test_n14_a_region_that_is_not_served_is_parked_with_what_to_do(crowd: Crowd) -> None:
    with (
        RawServer(answer("451 Unavailable For Legal Reasons", body=PAGE)) as server,
        dialling(server.ws_url, crowd=crowd) as engine,
    ):
        status = failed(engine, crowd)
        assert (status.state, status.retry_in) == (ConnectionState.PARKED, None)
        assert "Not available in your region" in status.reason and "host" in status.reason
        assert len(server.arrivals) == 1


@crowds
def test_n15_a_gate_s_page_of_a_mebibyte_is_waited_for_a_minute_and_not_shown(crowd: Crowd) -> None:
    body = PAGE.ljust(2**20)
    with (
        RawServer(answer("403 Forbidden", "Content-Type: text/html", body=body)) as server,
        dialling(server.ws_url, crowd=crowd) as engine,
    ):
        status = failed(engine, crowd)
        assert status.state is ConnectionState.BACKOFF
        assert status.retry_in and status.retry_in >= 59
        assert "gate refused" in status.reason and "<" not in status.reason


@forms("said", ["500", "502", "503", "503 after 1", "504"])
def test_n17_a_fault_of_the_exchange_is_waited_for_as_it_says(said: str, crowd: Crowd) -> None:
    code, _, wait = said.partition(" after ")
    with simulated() as (_, exchange):
        broken = answer(f"{code} Broken", *[f"Retry-After: {wait}"] * bool(wait), body=PAGE)
        with (
            RawServer(broken, broken, forward(port_of(exchange.ws_url))) as server,
            dialling(server.ws_url, rest_url=exchange.rest_url, crowd=crowd) as engine,
        ):
            assert f"HTTP {code}" in failed(engine, crowd).reason
            eventually(lambda: is_live(engine, *crowd))
            first, second, third = server.arrivals
            assert min(second - first, third - second) >= float(wait or 0.24)


@crowds
def test_n18_a_login_page_is_said_in_words_and_not_shown(crowd: Crowd) -> None:
    with simulated() as (_, exchange):
        portal = answer("200 OK", "Content-Type: text/html", body=PAGE)
        with (
            RawServer(portal, portal, forward(port_of(exchange.ws_url))) as server,
            dialling(server.ws_url, rest_url=exchange.rest_url, crowd=crowd) as engine,
        ):
            reason = failed(engine, crowd).reason
            assert reason.startswith("A proxy or login page answered") and "<" not in reason
            eventually(lambda: is_live(engine, *crowd))


@forms("code", [301, 302, 307, 308])
def test_n19_s7_no_redirect_is_followed_by_the_socket_or_by_a_request(
    code: int, crowd: Crowd
) -> None:
    with RawServer(silence) as elsewhere:
        moved = [
            answer(f"{code} Moved", f"Location: {url}/stream")
            for url in (elsewhere.ws_url, elsewhere.rest_url)
        ]
        with (
            RawServer(moved[0]) as server,
            RawServer(moved[1]) as rest,
            dialling(server.ws_url, rest_url=rest.rest_url, crowd=crowd) as engine,
        ):
            assert f"HTTP {code}" in failed(engine, crowd).reason
            eventually(lambda: engine.connections()[0].attempt >= 3)
            eventually(lambda: engine.symbols("binance").error)
            assert elsewhere.arrivals == []


@crowds
def test_n19_a_redirect_to_itself_is_no_loop(crowd: Crowd) -> None:
    with (
        RawServer(answer("302 Found", "Location: /stream")) as server,
        dialling(server.ws_url, crowd=crowd) as engine,
    ):
        failed(engine, crowd)
        assert len(server.arrivals) == 1


@crowds
def test_n23_frames_that_come_with_the_handshake_are_not_lost(crowd: Crowd) -> None:
    klines = [_kline(each.symbol.name) for each in crowd]
    with (
        RawServer(upgrade(*klines, *klines)) as server,
        dialling(server.ws_url, crowd=crowd) as engine,
    ):
        for each in crowd:
            eventually(lambda: engine.view(each, 1).candles)  # noqa: B023 - called at once
            assert engine.view(each, 1).candles[0].values == (1.0, 3.0, 1.0, 2.0, 4.0)


def _kline(name: str) -> str:
    return (
        f'{{"stream":"{name.lower()}@kline_1s","data":{{"e":"kline","E":1800000000500,'
        f'"s":"{name}","k":{{"t":1800000000000,"T":1800000000999,"i":"1s","o":"1","c":"2","h":"3",'
        '"l":"1","v":"4","n":5,"x":false}}}'
    )
