"""The keys of a declared JSON feed, and what each of them may be."""

from __future__ import annotations

from functools import partial
from typing import Any

from tui.exchange.jsonfeed.fields import TIME_UNITS, Reader, truth
from tui.exchange.jsonfeed.frames import same
from tui.exchange.jsonfeed.paths import JsonPath
from tui.exchange.settings import url_rule
from tui.market.interval import Interval
from tui.rules import FLAG, TABLE, TEXT, Rule, Rules, number, one_of, texts, whole


def _path(found: Any) -> JsonPath:
    return JsonPath.parse(TEXT.read(found))


def _closed(found: Any) -> tuple[JsonPath, Reader]:
    """Where a candle says that it is closed, and what tells that it is."""
    if isinstance(found, dict) and len(found) == 1:
        ((path, value),) = found.items()
        if not isinstance(value, str | int | float):
            raise ValueError
        return _path(path), partial(same, value)
    return _path(found), truth


def _frame(found: Any) -> Any:
    if not isinstance(found, dict | list | str):
        raise ValueError
    return found


def _shapes(found: Any) -> list[Any]:
    """All shapes that a kind of message may have; none of an empty text."""
    shapes = found if isinstance(found, list) else [found] if found != "" else []
    if not all(isinstance(shape, dict | str) for shape in shapes):
        raise ValueError
    return shapes


def _intervals(found: Any) -> dict[Interval, str | int]:
    """By interval, what it is called on the wire."""
    names = found if isinstance(found, dict) else dict(zip(found, found, strict=True))
    intervals = {Interval.parse(TEXT.read(name)): _wire(wire) for name, wire in names.items()}
    lengths = {interval.milliseconds for interval in intervals}
    words = {str(wire) for wire in intervals.values()}
    if not len(names) == len(lengths) == len(words) or not names:
        raise ValueError
    return intervals


def _wire(found: Any) -> str | int:
    if type(found) is int and abs(found) < 2**31:
        return found
    text: str = TEXT.read(found)
    if not text:
        raise ValueError
    return text


def _listed(found: Any) -> dict[Interval, str | int]:
    if not isinstance(found, dict | list):
        raise ValueError
    if isinstance(found, list) and not all(isinstance(name, str) for name in found):
        raise ValueError
    return _intervals(found)


def _codes(found: Any) -> frozenset[int]:
    code = whole(1000, 4999)
    if not isinstance(found, list):
        raise ValueError
    return frozenset(code.read(each) for each in found)


def _request(found: Any) -> str:
    text: str = TEXT.read(found)
    if not text.startswith("/"):
        raise ValueError
    return text


def _columns(found: Any) -> Any:
    if isinstance(found, dict):
        return found
    return texts(1).read(found)


FRAME = Rule("a table, a list, or the message as text", _frame)
SHAPES = Rule("a table of paths and values, a list of such tables, or a text", _shapes)
PATH = Rule("a path such as k.o, data.0.price or $.ts", _path)
_UNIT = one_of(*TIME_UNITS)
_SUBJECT: Rules = {"when": SHAPES, "rows": PATH, "symbol": PATH, "time": PATH, "time_unit": _UNIT}
VALUES: Rules = {"open": PATH, "high": PATH, "low": PATH, "close": PATH, "volume": PATH}

OPTIONS: Rules = {
    "ws_url": url_rule("ws", "wss", path=True),
    "rest_url": url_rule("http", "https", path=True),
    "title": TEXT,
    "intervals": Rule('a list such as ["1m", "1h"], or a table such as {1m = "60"}', _listed),
    "symbols": texts(0),
    "case": one_of("kept", "upper", "lower"),
    "command_spacing": number(0, 9, "seconds"),
    "history_page": whole(2, 10_000),
    "omits_empty": FLAG,
    **dict.fromkeys(("subscribe", "unsubscribe", "ping", "server_pong", "login"), FRAME),
    **dict.fromkeys(("ack", "error", "pong", "server_ping", "logged_in", "login_refused"), SHAPES),
    "login_refused_closes": Rule("a list of close codes, 1000 to 4999", _codes),
    **dict.fromkeys(("candle", "trade", "history"), TABLE),
}
CANDLE: Rules = {
    **_SUBJECT,
    **VALUES,
    "interval": PATH,
    "time_is": one_of("open", "end"),
    "closed": Rule("a path, or a table of one path and what stands there", _closed),
    "as_of": PATH,
    "as_of_unit": _UNIT,
}
TRADE: Rules = {**_SUBJECT, "price": PATH, "size": PATH, "id": PATH}
HISTORY: Rules = {
    "path": Rule("a path such as /candles?symbol={symbol}&limit={limit}", _request),
    "rows": PATH,
    "columns": Rule("a list of columns in their order, or a table of paths", _columns),
    "time_unit": _UNIT,
}
COLUMNS: Rules = {"time": PATH, **VALUES}
