"""Finding symbols by a few letters, and reading what was typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.errors import UsageError, unknown
from tui.feed.engine import Engine
from tui.feed.status import SymbolDirectory
from tui.market.interval import Interval
from tui.market.nearest import nearest_symbols
from tui.market.symbol import Subscription, Symbol, SymbolInfo


@dataclass(frozen=True, slots=True)
class Typed:
    """`binance:BTCUSDT@5m` in its parts; empty where nothing was typed."""

    exchange: str
    name: str
    interval: str

    @classmethod
    def parse(cls, text: str) -> Typed:
        """Take the parts apart; nothing is checked."""
        symbol, _, interval = text.partition("@")
        exchange, colon, name = symbol.partition(":")
        return cls(exchange.lower(), name, interval) if colon else cls("", symbol, interval)


def matches(query: str, symbols: Iterable[SymbolInfo], limit: int = 50) -> list[SymbolInfo]:
    """The symbols that `query` could mean, best first, those that trade before those that do not.

    Exact, then by base asset, by beginning, by part, by its letters in order; among equals the
    quote assets come first in which most symbols are quoted.
    """
    folded = query.upper()
    known = list(symbols)
    quotes = Counter(info.quote for info in known)
    ranked = [
        ((rank, not info.trading, -quotes[info.quote], info.symbol.name), info)
        for info in known
        if (rank := _rank(folded, info)) is not None
    ]
    return [info for _, info in sorted(ranked, key=lambda entry: entry[0])[:limit]]


def resolve(text: str, engine: Engine, exchange: str, interval: Interval) -> Subscription:
    """The subscription that `text` names; the defaults fill what it leaves out.

    Raises UsageError with the nearest names. While an exchange's symbols are not known, any
    name is taken as it stands.
    """
    typed = Typed.parse(text)
    exchange = typed.exchange or exchange
    if exchange not in engine.exchange_names:
        raise unknown("exchange", exchange, engine.exchange_names)
    symbol = Symbol(exchange, _name(typed.name, engine.symbols(exchange)))
    return Subscription(symbol, _interval(typed.interval, engine, exchange) or interval)


def directories(engine: Engine, exchange: str) -> Mapping[str, SymbolDirectory]:
    """The symbols of one exchange, or of all when `exchange` is empty."""
    names = [exchange] if exchange in engine.exchange_names else engine.exchange_names
    return {name: engine.symbols(name) for name in names}


def _rank(query: str, info: SymbolInfo) -> int | None:
    name = info.symbol.name.upper()
    if name == query:
        return 0
    if name.startswith(query):
        return 1 if info.base.upper() == query else 2
    if query in name:
        return 3
    letters = iter(name)
    return 4 if all(letter in letters for letter in query) else None


def _name(typed: str, directory: SymbolDirectory) -> str:
    if not typed:
        raise UsageError("Type a symbol's name.")
    name = typed if typed != typed.lower() else typed.upper()
    if not directory.symbols:
        return name
    by_fold = {known.casefold(): known for known in directory.symbols}
    if found := by_fold.get(typed.casefold()):
        return found
    close = ", ".join(nearest_symbols(typed, directory.symbols.values()))
    hint = f"Did you mean {close}?" if close else ""
    raise UsageError(f"{directory.exchange} has no symbol '{name}'.", hint)


def _interval(typed: str, engine: Engine, exchange: str) -> Interval | None:
    if not typed:
        return None
    known = {str(interval): interval for interval in engine.intervals(exchange)}
    if typed not in known:
        raise unknown("interval", typed, known)
    return known[typed]
