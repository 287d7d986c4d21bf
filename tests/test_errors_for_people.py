"""What a person reads when something fails is what README's table says, for each failure in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.failures import FAILURES, PASSWORD, Place, Urls
from tests.feeds import eventually
from tests.raw_server import RawServer, answer
from tui.feed.engine import Engine
from tui.market.symbol import Subscription
from tui.stream import StreamOptions, stream
from tui.widgets.waiting import waiting_for

_README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\b(?:HOST|PROXY|CODE|SYMBOL|WORDS|COUNT)\b")
_LONGEST = 15.0


def _table() -> dict[str, str]:
    """README's sentences by class of failure."""
    section = _README.partition("### When something is wrong")[2].partition("\n## ")[0]
    rows = dict(_ROW.findall(section))
    del rows["Failure"]
    return {name: said for name, said in rows.items() if set(name) != {"-"}}


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(".+?".join(map(re.escape, _PLACEHOLDER.split(sentence))))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name in ("http", "https", "all", "ws", "wss", "socks", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)
    with ExitStack() as stack:
        yield Place(monkeypatch, tmp_path, stack)


class _Heard(Exception):  # noqa: N818 the way out of the stream, not a mistake
    pass


def _hear(place: Place, engine: Engine, wanted: re.Pattern[str]) -> tuple[list[str], str]:
    """All that `stream --states` said until it said what is wanted, and what the pane says then."""
    said: list[str] = []

    def note(sentence: str, subscription: Subscription) -> None:
        said.append(sentence)
        if wanted.search(sentence):
            raise _Heard(waiting_for(engine.view(subscription, 1), ()))

    def say(line: str) -> None:
        found = json.loads(line)
        if found["type"] == "candle":
            flowing, place.flowing = place.flowing, lambda: None
            flowing()
        elif found["reason"]:
            note(found["reason"], next(s for s in place.wanted if is_about(found, s)))

    def is_about(found: dict[str, str], subscription: Subscription) -> bool:
        waits = engine.status(subscription).reason == found["reason"]
        return waits and found["symbol"] == subscription.symbol.name

    def complain(text: str) -> None:
        subscription = next(s for s in place.wanted if text.startswith(f"{s.symbol}: "))
        if engine.status(subscription).rejected:
            note(text, subscription)

    options = StreamOptions(states=True, duration=_LONGEST)
    try:
        stream(engine, place.wanted, options, say, complain)
    except _Heard as heard:
        return said, str(heard)
    raise AssertionError(f"it said only {said}")


def test_every_class_of_failure_is_in_the_table_and_can_be_made() -> None:
    assert _table().keys() == FAILURES.keys()


@pytest.mark.parametrize("failure", _table())
def test_the_pane_and_the_stream_say_what_the_table_says(
    failure: str, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    made = FAILURES[failure](place)
    ws_url, rest_url = made if isinstance(made, tuple) else (made, "http://127.0.0.1:1")
    engine = place.engine(ws_url, rest_url)
    place.settled()
    sentence = _pattern(_table()[failure])
    with caplog.at_level("DEBUG", "tui"):
        said, pane = _hear(place, engine, sentence)
    assert sentence.search(pane)
    for text in (*said, pane, caplog.text if failure != "our own fault" else ""):
        assert not re.search(rf"<|\x1b|Errno|Traceback|{PASSWORD}|[a-z]Error|Exception", text)


def _of_rest(made: Urls | str) -> str:
    """The same place for requests."""
    ws_url = made if isinstance(made, str) else made[0]
    return ws_url.replace("ws:", "http:").replace("wss:", "https:")


# What can happen to requests as well; whom aiohttp trusts it reads only once, when it is loaded.
_OF_REQUESTS = [
    "name not found", "refused", "no network", "no route", "firewall of this machine",
    "hung up on", "no TLS", "TLS too old", "certificate of a stranger", "proxy refused",
    "captive portal", "redirect", "not found", "fault of the exchange", "429", "418", "403",
    "401", "451",
]  # fmt: skip


@pytest.mark.parametrize("failure", _OF_REQUESTS)
def test_a_request_that_fails_says_the_same(failure: str, place: Place) -> None:
    rest_url = _of_rest(FAILURES[failure](place))
    engine = place.engine("ws://127.0.0.1:1", rest_url)
    engine.start()
    sentence = _pattern(_table()[failure])
    eventually(lambda: engine.symbols("binance").error)
    assert sentence.fullmatch(engine.symbols("binance").error)


def test_a_proxy_that_wants_a_login_for_requests_over_tls_is_named(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(answer("407 Proxy Authentication Required")) as proxy:
        monkeypatch.setenv("https_proxy", f"http://trader:{PASSWORD}@127.0.0.1:{proxy.port}")
        engine = place.engine("ws://127.0.0.1:1", "https://exchange.test")
        engine.start()
        eventually(lambda: engine.symbols("binance").error)
        error = engine.symbols("binance").error
    assert error == (
        f"The proxy 127.0.0.1:{proxy.port} wants a login; put USER:PASSWORD@ into its url."
    )


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:99999", "http://[::1", "nonsense"])
def test_a_proxy_url_that_cannot_be_read_is_told_for_requests_too(
    proxy: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    engine = place.engine("ws://127.0.0.1:1", "https://exchange.test")
    engine.start()
    eventually(lambda: engine.symbols("binance").error)
    assert engine.symbols("binance").error == (
        "The proxy of the environment cannot be used; https_proxy takes http://host:port."
    )
