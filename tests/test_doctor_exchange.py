"""What `doctor` finds of an exchange: on real sockets, in the states that an exchange can be in."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests import failures
from tests.failures import Place
from tests.raw_server import RawServer, answer, silence, upgrade
from tui.doctor import requests, stream, way
from tui.doctor.exchange import examine_exchange
from tui.doctor.findings import Finding, State
from tui.doctor.requests import Clocks
from tui.doctor.way import Resolve
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.token_sources import EnvironmentToken, TokenSource
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.background import BackgroundSimulator
from tui.simulator.faults import Answer, At, BadPage, Fault, Stall
from tui.simulator.server import Simulator, wall_ms

CANARY = "c4n4ry-of-gold"
SYMBOLS = {"binance": "BTCUSDT", "coinbase": "BTC-USD", "kraken": "BTC/USD", "desk": "BTCUSDT"}
NOBODY = ("ws://127.0.0.1:1", "http://127.0.0.1:1")
_HANGING_RESOLVER = """
import asyncio, threading
from tui.doctor import way
way.LOOKUP_LIMIT = 0.1
ask = way.examine_way(way.way_of("wss://exchange.test"), 0.0, lambda *_, **__: hang.wait())
hang = threading.Event()
print(*(finding.said for finding in asyncio.run(ask)))
"""
_ANSWERS = max(stream.OPEN_LIMIT, requests.ANSWER_LIMIT)
_OF_THE_DEAD = way.LOOKUP_LIMIT + way.CONNECTION_LIMIT + _ANSWERS
OK, NOTE, FAIL, SKIPPED = State.OK, State.NOTE, State.FAIL, State.SKIPPED


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name in ("http", "https", "all", "ws", "wss", "socks", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)
    with ExitStack() as stack:
        yield Place(monkeypatch, tmp_path, stack)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is waited for, and so is the next trade of a quiet market."""
    monkeypatch.setattr(way, "CONNECTION_LIMIT", 20.0)
    monkeypatch.setattr(stream, "OPEN_LIMIT", 20.0)
    monkeypatch.setattr(stream, "DATA_LIMIT", 20.0)
    monkeypatch.setattr(requests, "ANSWER_LIMIT", 20.0)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not answer is not waited for long."""
    monkeypatch.setattr(stream, "OPEN_LIMIT", 0.3)
    monkeypatch.setattr(requests, "ANSWER_LIMIT", 0.3)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Data are not waited for long."""
    monkeypatch.setattr(stream, "DATA_LIMIT", 1.5)


def found(
    urls: tuple[str, str],
    name: str = "binance",
    token: TokenSource | None = None,
    resolve: Resolve = socket.getaddrinfo,
) -> dict[str, Finding]:
    """The findings by name on an exchange at these urls; of two with one name the last."""
    kind = "jsonfeed" if name == "desk" else ""
    exchange = load_exchange(name, ExchangeSettings(*urls, kind))
    wanted = Subscription(Symbol(name, SYMBOLS[name]), Interval(1, "m"))
    clocks = Clocks(time.time, time.monotonic)
    group = asyncio.run(examine_exchange(exchange, wanted, token, clocks, resolve))
    assert group.name == name
    for finding in group.findings:
        assert finding.said.isprintable() and finding.said.endswith(".")
        assert finding.advice.isprintable() and finding.advice[-1:] in ("", ".")
        assert CANARY not in str(finding)
    return {finding.name: finding for finding in group.findings}


@contextmanager
def simulated(dialect: str = "binance", fault: Fault | None = None, **options: Any) -> Iterator[
    tuple[str, str]
]:  # fmt: skip
    with BackgroundSimulator(Simulator(dialect=dialect, seed=7, **options)) as exchange:
        if fault:
            exchange.inject(fault)
        yield exchange.ws_url, exchange.rest_url


def states(findings: dict[str, Finding]) -> dict[str, State]:
    return {name: finding.state for name, finding in findings.items()}


@pytest.mark.parametrize("name", SYMBOLS)
def test_an_exchange_that_is_well_is_said_to_be(name: str) -> None:
    with simulated("json" if name == "desk" else name) as urls:
        findings = found(urls, name)
    assert states(findings) == dict.fromkeys(
        ("connection", "WebSocket", "REST", "clock", "limits"), OK
    )
    assert findings["connection"].said.endswith("without TLS: this very machine.")
    assert f"the first data of {SYMBOLS[name]} came" in findings["WebSocket"].said
    assert f"candles of {SYMBOLS[name]}" in findings["REST"].said


def test_what_is_left_of_the_limits_is_told_where_the_exchange_tells_it() -> None:
    with simulated("binance") as urls:
        assert found(urls)["limits"].said == (
            "2 of the 5000 a minute that this program allows itself are used. "
            "It may be dialled 40 times at once."
        )
    with simulated("kraken") as urls:
        assert found(urls, "kraken")["limits"].said.startswith("Kraken does not tell what is left")


def test_limits_that_others_have_nearly_used_up_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_NEARLY_ALL", 1 / 5_000)
    with simulated() as urls:
        limits = found(urls)["limits"]
    assert (limits.state, limits.advice) == (
        NOTE, "Close other programs that ask this exchange from your address."
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ahead", "said"),
    [(3_700_000, "62 minutes behind"), (-7_300_000, "2 hours ahead of")],
)
def test_a_clock_that_is_wrong_is_told_with_how_much(ahead: int, said: str) -> None:
    with simulated(clock=lambda: wall_ms() + ahead) as urls:
        clock = found(urls)["clock"]
    assert clock.state is FAIL and said in clock.said
    assert "timedatectl" in clock.advice


@pytest.mark.parametrize(
    ("asked", "answered", "state", "said"),
    [
        (100.2, 100.4, OK, "This machine's clock agrees with Toy's."),
        (97.0, 103.9, OK, "This machine's clock agrees with Toy's."),  # so far as that can be known
        (102.1, 102.2, NOTE, "This machine's clock is 2 s ahead of Toy's."),
        (98.0, 98.5, NOTE, "This machine's clock is 2 s behind Toy's."),
        (106.1, 106.2, FAIL, "This machine's clock is 6 s ahead of Toy's."),
        (94.0, 94.9, FAIL, "This machine's clock is 6 s behind Toy's."),
    ],
)
def test_only_what_is_certain_of_a_clock_counts(
    asked: float, answered: float, state: State, said: str
) -> None:
    finding = requests.of_clock("Toy", 100_000, asked, answered)
    assert (finding.state, finding.said) == (state, said)


def test_nobody_who_listens_is_told_once() -> None:
    findings = found(NOBODY)
    assert states(findings) == {"connection": FAIL, "WebSocket": SKIPPED, "REST": SKIPPED}
    assert findings["connection"].said == "127.0.0.1:1 refused the connection."
    assert findings["connection"].advice == "Check the url in [exchanges]."


def _unknown(*_: object, **__: object) -> NoReturn:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_a_name_that_is_not_known_is_told() -> None:
    findings = found(("wss://ws.exchange.test", "https://exchange.test"), resolve=_unknown)
    assert states(findings) == {"lookup": FAIL, "WebSocket": SKIPPED, "REST": SKIPPED}
    assert findings["lookup"].said == "The name exchange.test could not be looked up."
    assert findings["lookup"].advice == "Check the network."


def test_a_resolver_that_hangs_holds_up_nothing_nor_the_end() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _HANGING_RESOLVER], capture_output=True, text=True, timeout=20
    )
    assert ended.stdout == "The lookup of the name exchange.test got no answer in 0.1 s.\n"


@pytest.mark.usefixtures("hurried")
def test_servers_that_never_answer_are_told_within_their_limits() -> None:
    with RawServer(silence) as server:
        findings = found((server.ws_url, server.rest_url))
    said = f"{server.ws_url.removeprefix('ws://')} did not answer in time."
    assert [findings[name].said for name in ("WebSocket", "REST")] == [said, said]


def test_when_everything_is_dead_it_takes_fifteen_seconds_at_most() -> None:
    assert _OF_THE_DEAD <= 15.0


@pytest.mark.parametrize(
    "doubt", ["expired", "from_the_future", "of_another_host", "of_a_stranger"]
)
def test_a_certificate_that_proves_nothing_is_told(doubt: str, place: Place) -> None:
    url = getattr(failures, f"certificate_{doubt}")(place)
    findings = found((url, url.replace("wss", "https")))
    assert states(findings) == {"connection": FAIL, "WebSocket": SKIPPED, "REST": SKIPPED}
    assert "could not prove who it is: " in findings["connection"].said
    assert findings["connection"].advice.startswith("Check ")


def test_a_certificate_that_is_good_is_told_with_its_days(place: Place) -> None:
    now = datetime.now(UTC)
    url = place.certify(begins=now - timedelta(days=1), ends=now + timedelta(days=2, hours=1))
    (connection,) = asyncio.run(way.examine_way(way.way_of(url), time.time(), _unknown))
    assert connection.state is OK
    assert connection.said.endswith(
        " is reached over TLSv1.3; its certificate is valid for 2 more days."
    )


@pytest.mark.parametrize(
    ("fault", "said", "advice"),
    [
        (Answer(200, 60), "A proxy or login page answered", "Log in with a browser."),
        (Answer(451, 60), "Not available in your region", "Set another host in [exchanges]."),
        (Answer(429, 60, retry_after=30), "The exchange asked for fewer calls", "Wait 30 s."),
        (Answer(418, 60, retry_after=300), "The exchange banned", "Run fewer copies, wait 300 s."),
        (Answer(503, 60), "The exchange has a fault of its own (HTTP 503)", "Try again later."),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Answer) else "",
)
def test_what_an_exchange_answers_instead_of_service_is_told(
    fault: Fault, said: str, advice: str
) -> None:
    with simulated(fault=fault) as urls:
        findings = found(urls)
    for name in ("WebSocket", "REST"):
        assert findings[name].state is FAIL
        assert findings[name].said.startswith(said)
        assert findings[name].advice == advice
    assert "clock" not in findings


def test_a_refusal_of_the_one_does_not_hide_that_the_other_is_well() -> None:
    with simulated(fault=Answer(451, 60, At.UPGRADE)) as urls:
        assert states(found(urls)) == {
            "connection": OK, "WebSocket": FAIL, "REST": OK, "clock": OK, "limits": OK
        }  # fmt: skip


@pytest.mark.parametrize("name", SYMBOLS)
def test_answers_that_cannot_be_read_are_told(name: str) -> None:
    with RawServer(answer("200 OK", "Content-Type: application/json", body=b"non{sense")) as server:
        unread = found((NOBODY[0], server.rest_url), name)["REST"]
    assert unread.state is FAIL and " answered with something else than " in unread.said


def test_answers_that_break_off_are_told() -> None:
    with simulated(fault=BadPage("cut", 60)) as urls:
        assert "did not speak the expected protocol" in found(urls)["REST"].said


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ["binance", "coinbase", "desk"])
def test_a_feed_that_sends_nothing_is_wrong_where_there_is_always_trade(name: str) -> None:
    state = NOTE if name == "desk" else FAIL
    with simulated("json" if name == "desk" else name, Stall(60)) as urls:
        silent = found(urls, name)["WebSocket"]
    assert silent.state is state
    assert f"but no data of {SYMBOLS[name]} came within" in silent.said


@pytest.mark.usefixtures("impatient")
def test_a_feed_that_confirms_nothing_is_told() -> None:
    with RawServer(upgrade()) as server:
        silent = found((server.ws_url, NOBODY[1]))["WebSocket"]
    assert "but did not confirm the subscription of BTCUSDT" in silent.said


@pytest.mark.usefixtures("impatient")
def test_a_feed_that_cannot_be_read_is_told() -> None:
    with RawServer(upgrade("\x1b]0;owned\x07nonsense")) as server:
        assert (
            "but sends what cannot be read: " in found((server.ws_url, NOBODY[1]))["WebSocket"].said
        )


def test_the_password_of_a_url_is_never_told() -> None:
    user = f"//trader:{CANARY}@"
    with simulated() as (ws_url, rest_url):
        urls = ws_url.replace("//", user), rest_url.replace("//", user)
        assert found(urls)["WebSocket"].state is OK
    assert found((NOBODY[0].replace("//", user), NOBODY[1].replace("//", user)))


def test_a_proxy_of_the_environment_is_named(place: Place) -> None:
    place.use_proxy(1)
    findings = found(("ws://exchange.test", "http://exchange.test"))
    assert findings["connection"].said == (
        "The way to exchange.test:80 leads through the proxy 127.0.0.1:1."
    )
    assert findings["WebSocket"].said == "The proxy 127.0.0.1:1 refused the connection."


def test_a_proxy_that_cannot_be_used_is_told_with_the_variable_as_it_is_spelt(
    monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    monkeypatch.setenv("http_proxy", "foo")
    monkeypatch.setenv("https_proxy", "foo")
    refused = found(("wss://exchange.test", "https://exchange.test"))["WebSocket"]
    assert refused.advice == "https_proxy takes http://host:port."


def test_a_token_that_is_taken_is_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", CANARY)
    with simulated("json", token=CANARY) as urls:
        findings = found(urls, "desk", EnvironmentToken("DESK_TOKEN"))
    assert (findings["token"].said, findings["token"].state) == ("It can be read.", OK)
    assert findings["WebSocket"].state is OK


def test_a_token_that_is_refused_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", CANARY)
    with simulated("json", token="another") as urls:
        refused = found(urls, "desk", EnvironmentToken("DESK_TOKEN"))["WebSocket"]
    assert refused.said.startswith("The exchange did not take our token (")
    assert (refused.state, refused.advice) == (FAIL, "Check the token.")


def test_a_token_that_cannot_be_read_is_told_and_nobody_is_dialled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DESK_TOKEN", raising=False)
    with simulated("json") as urls:
        findings = found(urls, "desk", EnvironmentToken("DESK_TOKEN"))
    assert findings["token"].said == "The environment variable DESK_TOKEN is not set."
    assert (findings["WebSocket"].state, findings["REST"].state) == (SKIPPED, OK)


def test_no_token_is_sent_unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_TOKEN", CANARY)

    def resolve(*_: object, **__: object) -> list[Any]:
        return [(None, None, None, None, ("127.0.0.1", 0))]

    async def reached(_: way.Way, __: float) -> Finding:
        return Finding("connection", OK, "It is reached.")

    monkeypatch.setattr(way, "_examine_connection", reached)
    urls = "ws://exchange.test", "http://127.0.0.1:1"
    refused = found(urls, "desk", EnvironmentToken("DESK_TOKEN"), resolve)["WebSocket"]
    assert refused.said == "No token is sent to exchange.test unprotected."
    assert refused.advice == "Use wss:// in its url."
