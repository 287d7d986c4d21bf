"""Each class of failure that README's table names, made on real sockets.

A function here sets one up and returns the urls of the WebSocket and of REST; its name is the
table's, with underscores.
"""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest
import trustme

from tests.dialling import BTC, NOBODY
from tests.feeds import QUICK, simulated, subscription
from tests.raw_server import (
    RawServer,
    Script,
    answer,
    greet,
    hang_up,
    refuse_version,
    silence,
    upgrade,
)
from tests.toy_server import ToyServer
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed import backoff, commands, transport, venue
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.token_sources import EnvironmentToken, TokenSettings
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.background import BackgroundSimulator
from tui.simulator.faults import Garbage

Urls = tuple[str, str]
PASSWORD = "hunter2"
_ELSEWHERE = "ws://exchange.test:9001"
_SPARE_FILES = 8


@dataclass
class Place:
    """Where a failure is made. `settled` runs before the first dial, `flowing` once data flow.

    The next dial comes `pause` seconds after a failure, so that there is time to read of it.
    """

    patch: pytest.MonkeyPatch
    folder: Path
    stack: ExitStack
    settings: ConnectionSettings = replace(QUICK, connect_timeout=10.0)  # noqa: RUF009 (immutable)
    wanted: tuple[Subscription, ...] = (BTC,)
    pause: float = 5.0
    name: str = "binance"
    kind: str = ""
    tokens: Mapping[str, TokenSettings] = field(default_factory=dict)
    settled: Callable[[], object] = lambda: None
    flowing: Callable[[], object] = lambda: None

    def serve(self, script: Script) -> str:
        return self.stack.enter_context(RawServer(script)).ws_url

    def simulate(self) -> BackgroundSimulator:
        return self.stack.enter_context(simulated())[1]

    def certify(
        self, *, trusted: bool = True, host: str = "127.0.0.1",
        begins: datetime | None = None, ends: datetime | None = None,
    ) -> str:  # fmt: skip
        """A TLS server with a certificate that this process may trust."""
        authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if trusted:
            authority.cert_pem.write_to_path(self.folder / "ca.pem")
            self.patch.setenv("SSL_CERT_FILE", str(self.folder / "ca.pem"))
        authority.issue_cert(host, not_before=begins, not_after=ends).configure_cert(context)
        server = self.stack.enter_context(RawServer(upgrade(), tls=context))
        return server.ws_url.replace("ws:", "wss:")

    def use_proxy(self, port: int | str, scheme: str = "http") -> None:
        port = str(port).rpartition(":")[2]
        self.patch.setenv("http_proxy", f"{scheme}://trader:{PASSWORD}@127.0.0.1:{port}")

    def log_in(self, *known: str) -> Urls:
        """A feed with a login that knows these tokens; ours is in an environment variable."""
        self.name, self.kind = "desk", "jsonfeed"
        self.wanted = (Subscription(Symbol("desk", "BTC"), Interval(1, "m")),)
        self.tokens = {"desk": TokenSettings(EnvironmentToken("DESK_TOKEN"))}
        server = self.stack.enter_context(ToyServer(known))
        return f"{server.ws_url}/ws", server.rest_url

    def cannot_connect(self, number: int) -> None:
        """Every TCP connection of this process fails like this."""

        async def fail(*_: object) -> NoReturn:
            raise OSError(number, os.strerror(number))

        self.patch.setattr(asyncio.SelectorEventLoop, "sock_connect", fail)

    def engine(self, ws_url: str, rest_url: str) -> Engine:
        self.patch.setattr(backoff, "after", lambda fault, *_: fault.retry_after + self.pause)
        settings = ExchangeSettings(ws_url, rest_url, self.kind)
        exchanges = {self.name: load_exchange(self.name, settings)}
        engine = Engine(exchanges, self.settings, 20, Random(5), tokens=self.tokens)
        self.stack.callback(engine.stop)
        return engine


Make = Callable[[Place], Urls | str]


def name_not_found(place: Place) -> str:
    def unknown(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    place.patch.setattr(socket, "getaddrinfo", unknown)
    return _ELSEWHERE


def refused(place: Place) -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return f"ws://127.0.0.1:{probe.getsockname()[1]}"


def no_answer(place: Place) -> str:
    place.settings = replace(QUICK, connect_timeout=0.2)
    return place.serve(silence)


def no_network(place: Place) -> str:
    place.cannot_connect(errno.ENETUNREACH)
    return refused(place)


def no_route(place: Place) -> str:
    place.cannot_connect(errno.EHOSTUNREACH)
    return refused(place)


def firewall_of_this_machine(place: Place) -> str:
    place.cannot_connect(errno.EPERM)
    return refused(place)


def other_network_error(place: Place) -> str:
    place.cannot_connect(errno.EIO)
    return refused(place)


def too_many_open_files(place: Place) -> str:
    place.settled = lambda: place.stack.enter_context(no_file_left())
    return refused(place)


@contextmanager
def no_file_left() -> Iterator[None]:
    """This process can open no file, until the block ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/dev/fd"))  # noqa: PTH208 numbers, no paths
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + _SPARE_FILES, hard))
    taken: list[int] = []
    try:
        while True:
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        assert error.errno == errno.EMFILE
    try:
        yield
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def hung_up_on(place: Place) -> str:
    return place.serve(hang_up)


def another_protocol(place: Place) -> str:
    return place.serve(greet(b"SSH-2.0-OpenSSH_9.9\r\n"))


def no_tls(place: Place) -> str:
    return place.serve(greet(b"HTTP/1.1 400 Bad Request\r\n\r\n")).replace("ws:", "wss:")


def tls_too_old(place: Place) -> str:
    return place.serve(refuse_version).replace("ws:", "wss:")


def certificate_expired(place: Place) -> str:
    past = datetime.now(UTC) - timedelta(days=2)
    return place.certify(begins=past - timedelta(days=2), ends=past)


def certificate_from_the_future(place: Place) -> str:
    return place.certify(begins=datetime.now(UTC) + timedelta(days=2))


def certificate_of_another_host(place: Place) -> str:
    return place.certify(host="elsewhere.test")


def certificate_of_a_stranger(place: Place) -> str:
    return place.certify(trusted=False)


def proxy_refused(place: Place) -> str:
    place.use_proxy(refused(place))
    return _ELSEWHERE


def proxy_login(place: Place) -> str:
    place.use_proxy(place.serve(answer("407 Proxy Authentication Required")))
    return _ELSEWHERE


def proxy_says_no(place: Place) -> str:
    place.use_proxy(place.serve(answer("403 Forbidden")))
    return _ELSEWHERE


def proxy_unusable(place: Place) -> str:
    place.use_proxy(1, "gopher")
    return _ELSEWHERE


def _answering(status: str, *headers: str) -> Make:
    page = b"<html><script>alert(1)</script><b>Sorry</b></html>"
    html = "Content-Type: text/html; charset=utf-8"
    return lambda place: place.serve(answer(status, html, *headers, body=page))


def broken_off(place: Place) -> Urls:
    return _struck(place, lambda exchange: exchange.drop())


def closed(place: Place) -> Urls:
    return _struck(place, lambda exchange: exchange.close(4000, "\x1b[31m<b>bye</b>"))


def restart(place: Place) -> Urls:
    return _struck(place, lambda exchange: exchange.close(1012, "maintenance"))


def silent_feed(place: Place) -> Urls:
    place.settings = replace(QUICK, stale_after=0.3)
    return _struck(place, lambda exchange: exchange.stall(30.0))[0], NOBODY


def _struck(place: Place, strike: Callable[[BackgroundSimulator], None]) -> Urls:
    exchange = place.simulate()
    place.flowing = lambda: strike(exchange)
    return exchange.ws_url, exchange.rest_url


def message_too_large(place: Place) -> str:
    return place.serve(upgrade(b"\x81\x7f" + (2**30).to_bytes(8, "big")))


def broken_frames(place: Place) -> str:
    return place.serve(upgrade(b"\xf1\x00"))


def no_pong(place: Place) -> str:
    place.settings = replace(QUICK, heartbeat_interval=0.1, pong_timeout=0.1)
    return place.serve(upgrade())


def unreadable(place: Place) -> Urls:
    place.patch.setattr(venue, "_SPOILT", 0.5)
    exchange = place.simulate()
    place.flowing = lambda: exchange.inject(Garbage(60.0, each=9))
    return exchange.ws_url, exchange.rest_url


def no_confirmation(place: Place) -> str:
    place.patch.setattr(commands, "ACK_TIMEOUT", 0.1)
    return place.serve(upgrade())


def no_history(place: Place) -> str:
    return place.simulate().ws_url


def unknown_symbol(place: Place) -> Urls:
    place.wanted = (subscription("BTCUSTD"),)
    exchange = place.simulate()
    return exchange.ws_url, exchange.rest_url


def token_refused(place: Place) -> Urls:
    place.patch.setenv("DESK_TOKEN", "wrong")
    return place.log_in("right")


def no_token(place: Place) -> Urls:
    place.patch.delenv("DESK_TOKEN", raising=False)
    return place.log_in("right")


def no_turn(place: Place) -> Urls:
    names = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "BNBUSDT", "ADAUSDT")
    lengths = ("1m", "3m", "5m", "15m", "30m", "1h", "2h")
    place.wanted = tuple(subscription(name, length) for name in names for length in lengths)
    exchange = place.simulate()
    return exchange.ws_url, exchange.rest_url


def attempts_used_up(place: Place) -> str:
    place.settings = replace(QUICK, max_reconnect_attempts=1)
    place.pause = 0.05
    return refused(place)


def our_own_fault(place: Place) -> str:
    async def fail(*_: Any) -> NoReturn:
        raise ZeroDivisionError

    place.patch.setattr(transport, "dial", fail)
    return _ELSEWHERE


FAILURES: dict[str, Make] = {
    make.__name__.replace("_", " ").replace("tls", "TLS"): make
    for make in (
        name_not_found, refused, no_answer, no_network, no_route, firewall_of_this_machine,
        other_network_error, too_many_open_files, hung_up_on, another_protocol, no_tls,
        tls_too_old, certificate_expired, certificate_from_the_future,
        certificate_of_another_host, certificate_of_a_stranger, proxy_refused, proxy_login,
        proxy_says_no, proxy_unusable, broken_off, closed, restart, silent_feed,
        unreadable, message_too_large, broken_frames, no_pong, no_confirmation, no_history,
        unknown_symbol, token_refused, no_token, no_turn, attempts_used_up, our_own_fault,
    )
} | {
    "captive portal": _answering("200 OK"),
    "redirect": _answering("302 Found", "Location: ws://elsewhere.test/"),
    "not found": _answering("404 Not Found"),
    "fault of the exchange": _answering("503 Service Unavailable"),
    "429": _answering("429 Too Many Requests", "Retry-After: 42"),
    "418": _answering("418 I'm a teapot", "Retry-After: 150"),
    "403": _answering("403 Forbidden"),
    "401": _answering("401 Unauthorized"),
    "451": _answering("451 Unavailable For Legal Reasons"),
}  # fmt: skip
