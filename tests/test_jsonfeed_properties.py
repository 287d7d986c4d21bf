"""Any declaration is a feed or one line; a declared feed reads any bytes and any JSON."""

from __future__ import annotations

import json
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from tests.declared import BEGIN, DECLARATIONS, FEEDS, desk, of
from tests.sane_events import assert_sane
from tui.config import load
from tui.errors import ConfigError, ExchangeError
from tui.exchange.jsonfeed import rules
from tui.exchange.jsonfeed.feed import JsonFeed

every_feed = pytest.mark.parametrize("feed", FEEDS.values(), ids=FEEDS)

_words = st.sampled_from(
    ["type", "candle", "data", "0", "-1", "k.o", "$.ts", "{symbol}", "{interval}", "{id}",
     "{token}", "{message}", "x{symbol}y", "1m", "5m", "ms", "s", "iso", "end", "upper", "", "{",
     "[1]", "{}", "/ohlcv?s={symbol}&n={limit}", "/x?from={start}&to={end}", "time",
     "open", "\x1b[31m", "ü"]
)  # fmt: skip
_scalars = _words | st.text(max_size=4) | st.booleans() | st.integers(-9, 9) | st.floats()
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=8,
)
_keys = st.sampled_from([*rules.OPTIONS, *rules.CANDLE, *rules.TRADE, *rules.HISTORY])


@st.composite
def _declarations(draw: st.DrawFn) -> dict[str, Any]:
    """One that is right, with up to four keys left out, added or changed."""
    keys = draw(st.sampled_from(list(DECLARATIONS.values())))
    declared: dict[str, Any] = tomllib.loads(f"[exchanges.desk]\n{keys}")["exchanges"]["desk"]
    for _ in range(draw(st.integers(0, 4))):
        tables = [declared, *(table for table in declared.values() if isinstance(table, dict))]
        table = draw(st.sampled_from(tables))
        key = draw(st.sampled_from([*table, draw(_keys)]))
        table.pop(key, None)
        if draw(st.booleans()):
            table[key] = draw(_values)
    return declared


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from([BEGIN, BEGIN // 1_000, "candle", "pong", "1m", "ohlc", "EURUSD", "1.5"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_words, inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(declared=_declarations(), body=_json)
def test_any_declaration_is_a_feed_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, declared: dict[str, Any], body: Any
) -> None:
    file = tmp_path_factory.mktemp("any") / "config.toml"
    section = {"kind": "jsonfeed", "ws_url": "wss://h", "rest_url": "https://h", **declared}
    file.write_text(tomli_w.dumps({"exchanges": {"desk": section}}), "utf-8")
    feed = _loaded(file)
    if feed:
        assert_sane(feed.parse(json.dumps(body)))
        wanted = [of("EURUSD", interval) for interval in feed.intervals]
        for command in (*feed.subscribe(wanted, (), 1), *feed.unsubscribe(wanted, wanted, 1)):
            assert command.text and command.covers
        assert feed.history_request(wanted[0], BEGIN, 5)


def _loaded(file: Path) -> JsonFeed | None:
    try:
        feed = load(file, {}).open_exchange("desk")
    except ConfigError as error:
        assert str(error).isprintable()
        assert "exchanges.desk." in str(error)
        return None
    assert isinstance(feed, JsonFeed)
    return feed


@every_feed
@given(frame=st.binary(max_size=100) | st.text(max_size=100))
def test_p16_any_frame_is_read_or_malformed(feed: JsonFeed, frame: bytes | str) -> None:
    assert_sane(feed.parse(frame))


@every_feed
@given(message=_json)
def test_p16_any_json_is_read_or_malformed(feed: JsonFeed, message: Any) -> None:
    assert_sane(feed.parse(json.dumps(message)))
    with suppress(ExchangeError):
        candles = feed.parse_history(of("X"), json.dumps(message).encode(), BEGIN)
        times = [candle.open_time for candle in candles]
        assert times == sorted(set(times))
    feed.parse_complaint(json.dumps(message).encode())


def test_a_message_of_a_hundred_thousand_wrong_rows_is_told_once() -> None:
    feed = desk("""
        [exchanges.desk.trade]
        when = {}
        rows = "d"
        symbol = "s"
        time = "t"
        price = "p"
    """)
    (event,) = feed.parse('{"d":[' + ",".join(["{}"] * 100_000) + "]}")
    assert_sane([event])
