"""Faults on the way to an exchange, on real sockets: names, addresses, TLS, proxies."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.dialling import BTC, dialling, failed, port_of
from tests.feeds import QUICK, Crowd, crowds, eventually, forms, is_live, simulated
from tests.raw_server import (
    RawServer,
    answer,
    forward,
    refuse_version,
    silence,
    trickle,
    tunnel,
    upgrade,
)
from tui.feed.status import ConnectionState


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all", "ws", "wss", "socks", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)


Lookup = Callable[[int], list[tuple[socket.AddressFamily, str]]]
LOOPBACK = [(socket.AF_INET, "127.0.0.1")]
# Certificates that prove nothing, and what is said of them.
UNPROVEN = {
    "expired": "certificate has expired",
    "wrong host": "certificate is for another host",
    "self-signed": "no authority known here",
}


def _name(monkeypatch: pytest.MonkeyPatch, lookup: Lookup) -> None:
    """`exchange.test` is looked up like this from now on; the argument counts the look-ups."""
    system, lookups = socket.getaddrinfo, iter(range(1_000_000))

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host != "exchange.test":
            return system(host, port, *args, **kwargs)
        found = lookup(next(lookups))
        return [(family, socket.SOCK_STREAM, 6, "", (ip, port)) for family, ip in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@crowds
def test_n5_a_name_that_is_not_known_is_said_and_looked_up_again(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown_at_first(lookups: int) -> list[tuple[socket.AddressFamily, str]]:
        if lookups < 4:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return LOOPBACK

    with simulated() as (_, exchange):
        _name(monkeypatch, unknown_at_first)
        url = exchange.ws_url.replace("127.0.0.1", "exchange.test")
        with dialling(url, rest_url=exchange.rest_url, crowd=crowd) as engine:
            reason = failed(engine, crowd).reason
            assert reason.startswith("The name exchange.test could not be looked up")
            eventually(lambda: is_live(engine, *crowd))


def test_n5_a_resolver_that_hangs_ends_with_the_dial_and_its_threads_do_not_pile_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()

    def hang(_: int) -> list[tuple[socket.AddressFamily, str]]:
        released.wait(30)
        return LOOPBACK

    _name(monkeypatch, hang)
    before = threading.active_count()
    try:
        with dialling("ws://exchange.test:1", replace(QUICK, connect_timeout=0.05)) as engine:
            assert failed(engine).reason.startswith("exchange.test:1 did not answer in time")
            eventually(lambda: engine.status(BTC).attempt >= 4)
            assert threading.active_count() - before <= 6
            began = time.monotonic()
            engine.stop()
            assert time.monotonic() - began < 1.0
    finally:
        released.set()


@crowds
def test_n6_a_first_address_that_refuses_does_not_hide_the_second(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated() as (_, exchange):
        _name(monkeypatch, lambda _: [(socket.AF_INET6, "::1"), *LOOPBACK])
        url = exchange.ws_url.replace("127.0.0.1", "exchange.test")
        with dialling(url, rest_url=exchange.rest_url, crowd=crowd) as engine:
            eventually(lambda: is_live(engine, *crowd))
            assert [engine.status(each).attempt for each in crowd] == [0] * len(crowd)


@crowds
def test_n7_nobody_listening_is_one_sentence_and_no_hot_loop(crowd: Crowd) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with dialling(f"ws://127.0.0.1:{port}", crowd=crowd) as engine:
        status = failed(engine, crowd)
        assert status.state is ConnectionState.BACKOFF
        assert status.reason.startswith(f"127.0.0.1:{port} refused the connection")
        assert "Error" not in status.reason and "Errno" not in status.reason


@crowds
@pytest.mark.parametrize("script", [silence, trickle(0.1)], ids=["n8 silence", "n9 trickle"])
def test_n8_n9_one_limit_spans_the_whole_handshake(script: Any, crowd: Crowd) -> None:
    with RawServer(script) as server:
        settings = replace(QUICK, connect_timeout=0.4)
        with dialling(server.ws_url, settings, crowd=crowd) as engine:
            words = f"127.0.0.1:{server.port} did not answer in time"
            assert failed(engine, crowd).reason.startswith(words)
            eventually(lambda: len(server.arrivals) >= 2)
            assert server.arrivals[1] - server.arrivals[0] <= 0.4 + 0.25 + 0.5


def _tls(authority: trustme.CA, certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = datetime.now(UTC) - timedelta(days=2)
    if certificate == "self-signed":
        authority = trustme.CA()
    host = "elsewhere.test" if certificate == "wrong host" else "127.0.0.1"
    ends = past if certificate == "expired" else None
    authority.issue_cert(host, not_before=past - timedelta(days=2), not_after=ends).configure_cert(
        context
    )
    return context


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that this process trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


@forms("certificate", UNPROVEN)
def test_n10_an_exchange_that_cannot_prove_itself_is_parked_and_never_spoken_to(
    certificate: str, crowd: Crowd, authority: trustme.CA
) -> None:
    with RawServer(upgrade(), tls=_tls(authority, certificate)) as server:
        with dialling(f"wss://127.0.0.1:{server.port}", crowd=crowd) as engine:
            status = failed(engine, crowd)
            assert status.state is ConnectionState.PARKED
            assert UNPROVEN[certificate] in status.reason and "127.0.0.1" in status.reason
            assert status.retry_in and status.retry_in >= 300
        assert len(server.arrivals) == 0


@crowds
def test_n10_a_server_of_an_old_tls_version_is_never_spoken_to(crowd: Crowd) -> None:
    with (
        RawServer(refuse_version) as server,
        dialling(f"wss://127.0.0.1:{server.port}", crowd=crowd) as engine,
    ):
        status = failed(engine, crowd)
        assert status.state is ConnectionState.PARKED
        assert "speaks no version of TLS that is safe" in status.reason
        assert engine.connections()[0].uptime is None


@crowds
def test_n10_one_that_can_is_spoken_to(crowd: Crowd, authority: trustme.CA) -> None:
    with simulated() as (_, exchange):
        script, rest_url = forward(port_of(exchange.ws_url)), exchange.rest_url
        with (
            RawServer(script, tls=_tls(authority, "good")) as server,
            dialling(f"wss://127.0.0.1:{server.port}", rest_url=rest_url, crowd=crowd) as engine,
        ):
            eventually(lambda: is_live(engine, *crowd))


def _use_proxy(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("http_proxy", f"http://trader:hunter2@127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@crowds
def test_n20_a_proxy_of_the_environment_is_used(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated() as (_, exchange), RawServer(tunnel(port_of(exchange.ws_url))) as way_out:
        _use_proxy(monkeypatch, way_out.port)
        url = "ws://exchange.test:9001"
        with dialling(url, rest_url=exchange.rest_url, crowd=crowd) as engine:
            eventually(lambda: is_live(engine, *crowd))


@pytest.mark.parametrize("wants", ["a login", "nothing"])
def test_n20_a_proxy_s_password_is_never_told(
    wants: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with RawServer(answer("407 Proxy Authentication Required")) as login:
        _use_proxy(monkeypatch, login.port if wants == "a login" else 1)
        with dialling("ws://exchange.test:9001") as engine, caplog.at_level("DEBUG", "tui"):
            status = failed(engine)
            assert "hunter2" not in status.reason + caplog.text
            assert status.state is ConnectionState.BACKOFF


@forms("proxy", ["http://[::1", "nonsense"])
def test_n20_a_proxy_url_that_cannot_be_read_is_no_fault_of_ours(
    proxy: str, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with dialling("ws://exchange.test:9001", crowd=crowd) as engine:
        assert failed(engine, crowd).reason.startswith("The proxy of the environment ")
