"""Reading the line that a person typed: `BTCUSDT > 65000`, `BTCUSDT -2% 5m`."""

from __future__ import annotations

import re
from collections.abc import Callable

from tui.alerts.rule import Change, Price, Rsi, Rule, Spread, Stale, Volume
from tui.errors import UsageError
from tui.market.interval import DAY, HOUR, MINUTE, SECOND
from tui.market.symbol import Subscription
from tui.text import clean

FORMS = (
    "BTCUSDT > 65000",
    "BTCUSDT < 60000 back 0.5%",
    "BTCUSDT -2% 5m",
    "BTCUSDT volume 3x",
    "BTCUSDT rsi > 70",
    "binance:BTCUSDT coinbase:BTC-USD spread > 0.5%",
    "BTCUSDT stale 30s",
)

# The subscription that a word names, fit to look back so many ms with it (0: it need not).
Find = Callable[[str, int], Subscription]

_NUMBER = re.compile(r"(\d{1,15}(\.\d{0,18})?|\.\d{1,18})")
_SPAN = re.compile(r"([1-9]\d{0,4})([smhd])")
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_WIDEST = 200


def parse(line: str, find: Find) -> Rule:
    """The rule that a line says; raises UsageError that says what is wrong, or all the forms.

    What `find` raises for a symbol goes through.
    """
    match _words(line):
        case [symbol, ">" | "<" as sign, level]:
            return Price(find(symbol, 0), sign == ">", _number(level, "a price"))
        case [symbol, ">" | "<" as sign, level, "back", band]:
            price = _number(level, "a price")
            return Price(find(symbol, 0), sign == ">", price, _ratio(band, most=50))
        case [symbol, "volume", times]:
            return Volume(find(symbol, 0), _times(times))
        case [symbol, "volume", times, "of", count]:
            return Volume(find(symbol, 0), _times(times), _count(count))
        case [symbol, "rsi", ">" | "<" as sign, level]:
            return Rsi(find(symbol, 0), sign == ">", _number(level, "a level", most=100))
        case [symbol, "stale", age]:
            return Stale(find(symbol, 0), _span(age) / SECOND)
        case [one, other, "spread", ">", ratio]:
            return _spread(find(one, 0), find(other, 0), _ratio(ratio))
        case [symbol, percent, window] if percent.endswith("%"):
            return _change(symbol, percent, _span(window), find)
    typed = clean(line, 60)
    raise UsageError(f"'{typed}' is no alert.", f"Write one such as {', '.join(FORMS)}.")


def _words(line: str) -> list[str]:
    text = re.sub(r"([<>])=?", r" \1 ", clean(line, _WIDEST))
    words = re.sub(r"\s+%", "%", text).split()
    return [word.lower() if index else word for index, word in _named(words)]


def _named(words: list[str]) -> list[tuple[bool, str]]:
    """Which of them may be keywords: not the symbols, whose spelling is the exchange's."""
    symbols = 2 if "spread" in (word.lower() for word in words[2:3]) else 1
    return [(index >= symbols, word) for index, word in enumerate(words)]


def _change(symbol: str, percent: str, window: int, find: Find) -> Change:
    direction = {"+": 1, "-": -1}.get(percent[0], 0)
    ratio = _ratio(percent[1:] if direction else percent)
    return Change(find(symbol, window), ratio, direction, window)


def _spread(one: Subscription, other: Subscription, ratio: float) -> Spread:
    if one.symbol == other.symbol:
        raise UsageError("A spread is between two symbols.", f"Both are {one.symbol}.")
    return Spread(one, other, ratio)


def _number(word: str, what: str, most: float = 1e15) -> float:
    value = float(word) if _NUMBER.fullmatch(word) else 0.0
    if not 0 < value <= most:
        limit = "" if most > 1e9 else f" and at most {most:g}"
        raise UsageError(
            f"'{clean(word, 32)}' is not {what}.", f"Write a number above 0{limit}, such as 65.5."
        )
    return value


def _ratio(word: str, most: float = 1_000) -> float:
    if not word.endswith("%"):
        raise UsageError(f"'{clean(word, 32)}' is no percentage.", "Write it as 0.5%.")
    return _number(word.removesuffix("%"), "a percentage", most) / 100


def _times(word: str) -> float:
    return _number(word.removesuffix("x"), "a multiple", 1e6)


def _count(word: str) -> int:
    count = int(word) if re.fullmatch(r"\d{1,3}", word) else 0
    if not 2 <= count <= 200:
        raise UsageError(f"'{clean(word, 32)}' is no count of candles.", "Write 2 to 200.")
    return count


def _span(word: str) -> int:
    match = _SPAN.fullmatch(word)
    if not match:
        raise UsageError(f"'{clean(word, 32)}' is no span of time.", "Write 30s, 5m, 1h or 1d.")
    return int(match[1]) * _UNITS[match[2]]
