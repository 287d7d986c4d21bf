"""What the config declares of a JSON feed, checked: from `[exchanges.NAME]` to its parts.

A feed that declares no `subscribe` speaks the protocol of the guide to live market data, whose
messages are `{"type": "candle", "symbol": "EURUSD", "timestamp": 1700000000000, ...}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tui.exchange.jsonfeed import rules
from tui.exchange.jsonfeed.fields import (
    Field,
    OneOf,
    Reader,
    Time,
    count,
    name_text,
    number,
    truth,
)
from tui.exchange.jsonfeed.frames import Shape, Template
from tui.exchange.jsonfeed.history import History
from tui.exchange.jsonfeed.parts import (
    Bar,
    CandleParts,
    Frames,
    Subject,
    TradeParts,
)
from tui.exchange.jsonfeed.paths import JsonPath, column
from tui.exchange.settings import ExchangeSettings
from tui.market.interval import Interval
from tui.rules import Rules, read_table

_SYMBOL = ("symbol", "symbol:lower", "symbol:upper")
_ASKED = (*_SYMBOL, "interval", "limit", "start", "end")
_ANY, _NUMBER = ".+", "[0-9]{1,19}"
_PRICES = ("open", "high", "low", "close")
_KNOWN_AS = {"timestamp": "time"}
_GUIDE: dict[str, Any] = {
    "subscribe": {"type": "subscribe", "symbol": "{symbol}", "channel": "candles"},
    "unsubscribe": {"type": "unsubscribe", "symbol": "{symbol}", "channel": "candles"},
    "error": [{"type": "error", "message": "{message}", "symbol": "{symbol}"}],
    "ping": {"type": "ping"},
    "pong": [{"type": "pong"}],
    "server_ping": [{"type": "ping"}],
    "server_pong": {"type": "pong"},
    "login": {"type": "auth", "token": "{token}"},
    "logged_in": [{"type": "authenticated"}],
    "login_refused": [{"type": "error", "code": "auth", "message": "{message}"}],
    "login_refused_closes": frozenset({4001, 4003}),
}
_GUIDE_CANDLE: dict[str, Any] = {
    "when": {"type": "candle"}, "symbol": "symbol", "time": "timestamp", "open": "open",
    "high": "high", "low": "low", "close": "close", "volume": "volume", "closed": "isClosed",
}  # fmt: skip
_GUIDE_HISTORY: dict[str, Any] = {
    "path": "/ohlcv?symbol={symbol}&timeframe={interval}&limit={limit}",
    "columns": ["timestamp", "open", "high", "low", "close", "volume"],
}
_INTERVAL = {"interval": "{interval}"}
Intervals = Mapping[Interval, str | int]


@dataclass(frozen=True, slots=True)
class Declaration:
    """A JSON feed: what it is called, what it has, how it is talked to and read.

    `intervals` have their words on the wire; `case` is upper, lower, or kept as symbols are
    typed; `command_spacing` is seconds between two frames of ours.
    """

    title: str
    intervals: Intervals
    symbols: tuple[str, ...]
    case: str
    command_spacing: float
    history_page: int
    omits_empty: bool
    frames: Frames
    candle: CandleParts | None
    trade: TradeParts | None
    history: History | None


def declaration(name: str, settings: ExchangeSettings) -> Declaration:
    """What `[exchanges.NAME]` declares; raises ValueError that names the key that is wrong."""
    prefix = f"exchanges.{name}."
    _check_urls(settings, prefix)
    options = _with_guide(settings.options, has_rest=bool(settings.rest_url))
    top = _Section(options, prefix)
    intervals = options.get("intervals") or {Interval(1, "m"): "1m"}
    candle = top.section("candle", rules.CANDLE)
    trade = top.section("trade", rules.TRADE)
    history = top.section("history", rules.HISTORY)
    return Declaration(
        title=options.get("title") or name.capitalize(),
        intervals=intervals,
        symbols=tuple(options.get("symbols", ())),
        case=options.get("case", "kept"),
        command_spacing=options.get("command_spacing", 0.1),
        history_page=options.get("history_page", 500),
        omits_empty=options.get("omits_empty", candle is None),
        frames=_frames(top),
        candle=_candle(candle, intervals) if candle else None,
        trade=_trade(trade) if trade else None,
        history=_history(history, intervals) if history else None,
    )


def _check_urls(settings: ExchangeSettings, prefix: str) -> None:
    if not settings.ws_url:
        raise ValueError(f"{prefix}ws_url is missing; a jsonfeed has no address of its own")
    for key, url in (("ws_url", settings.ws_url), ("rest_url", settings.rest_url)):
        if url and "{" in url:
            raise ValueError(f"{prefix}{key} has a place {{}} in it; a token goes into login only")
    if settings.rest_url and "?" in settings.rest_url:
        raise ValueError(f"{prefix}rest_url has a query; put it into history.path")
    if settings.options.get("history") and not settings.rest_url:
        raise ValueError(f"{prefix}rest_url is missing; history needs it")


def _with_guide(declared: Mapping[str, Any], *, has_rest: bool) -> dict[str, Any]:
    """What is declared, and the guide's protocol where nothing is."""
    own_frames = "subscribe" in declared
    several = "intervals" in declared
    guide: dict[str, Any] = {} if own_frames else dict(_GUIDE)
    if several and not own_frames:
        guide |= {key: guide[key] | _INTERVAL for key in ("subscribe", "unsubscribe")}
    if "candle" not in declared and "trade" not in declared:
        guide["candle"] = _GUIDE_CANDLE | ({"interval": "interval"} if several else {})
    if has_rest:
        guide["history"] = _GUIDE_HISTORY
    return guide | dict(declared)


class _Section:
    """One table of a declaration; what is wrong in it is told with the name of the key."""

    def __init__(self, table: Mapping[str, Any], prefix: str) -> None:
        self.table = table
        self.prefix = prefix

    def section(self, key: str, keys: Rules) -> _Section | None:
        """The table below a key."""
        if key not in self.table:
            return None
        prefix = f"{self.prefix}{key}."
        return _Section(read_table(self.table[key], keys, prefix), prefix)

    def fault(self, key: str, reason: str) -> ValueError:
        return ValueError(f"{self.prefix}{key} {reason}")

    def template(self, key: str, places: Iterable[str]) -> Template | None:
        """The frame to send; None for none."""
        found = self.table.get(key)
        try:
            return Template.parse(found, tuple(places)) if found else None
        except ValueError as error:
            raise self.fault(key, str(error)) from error

    def shapes(self, key: str, patterns: Mapping[str, str]) -> tuple[Shape, ...]:
        """What the messages of a kind look like."""
        try:
            return tuple(Shape.parse(found, patterns) for found in self.table.get(key, ()))
        except ValueError as error:
            raise self.fault(key, str(error)) from error

    def field(self, key: str, read: Reader) -> Field | None:
        """Where a value stands, and what it is."""
        path: JsonPath | None = self.table.get(key)
        return Field(key, path, read) if path else None

    def needed(self, key: str, read: Reader) -> Field:
        """A field that there must be."""
        field = self.field(key, read)
        if field is None:
            raise self.fault(key, "is missing; say where in the message it stands")
        return field


def _frames(top: _Section) -> Frames:
    for key, other in (("ping", "pong"), ("server_ping", "server_pong"), ("login", "logged_in")):
        if top.table.get(key) and not top.table.get(other):
            raise top.fault(other, f"is missing; {key} needs it")
    wanted = (*_SYMBOL, "interval", "id")
    frames = Frames(
        subscribe=top.template("subscribe", wanted),
        unsubscribe=top.template("unsubscribe", wanted),
        ack=top.shapes("ack", {"id": _NUMBER}),
        error=top.shapes("error", {"message": _ANY, "symbol": _ANY, "id": _NUMBER}),
        ping=top.template("ping", ["id"]),
        pong=top.shapes("pong", {"id": _NUMBER}),
        server_ping=top.shapes("server_ping", {"id": _ANY}),
        server_pong=top.template("server_pong", ["id"]),
        login=top.template("login", ["token"]),
        logged_in=top.shapes("logged_in", {}),
        login_refused=top.shapes("login_refused", {"message": _ANY}),
        login_refused_closes=top.table.get("login_refused_closes", frozenset()),
    )
    _check_frames(top, frames)
    return frames


def _check_frames(top: _Section, frames: Frames) -> None:
    """What is sent must have the places that what comes is matched by."""
    asked = frames.subscribe.places if frames.subscribe else frozenset[str]()
    if frames.ack and "id" not in asked:
        raise top.fault("subscribe", "has no {id}; ack needs it")
    if not all("id" in shape.names for shape in frames.ack):
        raise top.fault("ack", "has no {id}; without it nothing is known to be confirmed")
    if frames.login and "token" not in frames.login.places:
        raise top.fault("login", "has no {token}")
    answers = frames.server_pong.places if frames.server_pong else frozenset[str]()
    if not all(answers <= shape.names for shape in frames.server_ping):
        raise top.fault("server_ping", "has no {id}; server_pong needs it")


def _subject(section: _Section, patterns: Mapping[str, str], read: Reader | None) -> Subject:
    """`read` makes an interval of its word; None where there are none."""
    if "when" not in section.table:
        raise section.fault("when", 'is missing; say what marks it, such as {type = "candle"}')
    when = section.shapes("when", patterns)
    in_marks = frozenset.intersection(*(shape.names for shape in when)) if when else frozenset()
    symbol = None if "symbol" in in_marks else section.needed("symbol", name_text)
    interval = None if "interval" in in_marks or not read else section.field("interval", read)
    return Subject(when, section.table.get("rows"), symbol, interval)


def _bar(section: _Section, unit: str) -> Bar:
    first, high, low, last = (section.needed(key, number) for key in _PRICES)
    volume = section.field("volume", number)
    return Bar(section.needed("time", Time(unit)), first, high, low, last, volume)


def _unit(section: _Section) -> str:
    unit: str = section.table.get("time_unit", "ms")
    return unit


def _candle(section: _Section, intervals: Intervals) -> CandleParts:
    words = sorted((str(word) for word in intervals.values()), key=len, reverse=True)
    patterns = {"symbol": _ANY, "interval": "|".join(map(re.escape, words))}
    subject = _subject(section, patterns, OneOf({str(w): i for i, w in intervals.items()}))
    marked = all("interval" in shape.names for shape in subject.when)
    if len(intervals) > 1 and not (subject.interval or marked):
        raise section.fault("interval", "is missing; candles of several intervals must say theirs")
    path, read = section.table.get("closed", (None, truth))
    as_of_unit = section.table.get("as_of_unit", _unit(section))
    return CandleParts(
        subject,
        _bar(section, _unit(section)),
        at_end=section.table.get("time_is") == "end",
        closed=Field("closed", path, read) if path else None,
        as_of=section.field("as_of", Time(as_of_unit)),
    )


def _trade(section: _Section) -> TradeParts:
    return TradeParts(
        _subject(section, {"symbol": _ANY}, None),
        section.needed("time", Time(_unit(section))),
        section.needed("price", number),
        section.field("size", number),
        section.field("id", count),
    )


def _history(section: _Section, intervals: Intervals) -> History:
    if "path" not in section.table:
        raise section.fault("path", "is missing; say what to ask for, such as /candles?s={symbol}")
    path, _, query = section.table["path"].partition("?")
    try:
        params = [(key, Template.line(value, _ASKED)) for key, value in _pairs(query)]
        target = Template.line(path, (*_SYMBOL, "interval"))
    except ValueError as error:
        raise section.fault("path", str(error)) from error
    places = target.places.union(*(template.places for _, template in params))
    if not places & set(_SYMBOL):
        raise section.fault("path", "has no {symbol}")
    if len(intervals) > 1 and "interval" not in places:
        raise section.fault("path", "has no {interval}, of which there are several")
    unit = _unit(section)
    return History(
        target, tuple(params), unit, section.table.get("rows"), _bar(_columns(section), unit)
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    pairs = parse_qsl(query, keep_blank_values=True)
    if len(dict(pairs)) < len(pairs):
        raise ValueError("has one parameter twice")
    return pairs


def _columns(section: _Section) -> _Section:
    """By what it is, where a value stands in a row."""
    found = section.table.get("columns")
    if found is None:
        raise section.fault("columns", 'is missing; say what they are, such as ["time", "open"]')
    prefix = f"{section.prefix}columns."
    if isinstance(found, dict):
        return _Section(read_table(found, rules.COLUMNS, prefix), prefix)
    places = {_KNOWN_AS.get(word, word): column(at, word) for at, word in enumerate(found)}
    return _Section(places, prefix)
