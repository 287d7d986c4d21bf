"""Finding symbols by a few letters, reading what was typed, and what to say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tui.errors import UsageError, unknown
from tui.feed.engine import Engine
from tui.feed.status import SymbolDirectory
from tui.market.interval import Interval
from tui.market.nearest import letters_of, nearest_symbols
from tui.market.symbol import Subscription, Symbol, SymbolInfo
from tui.text import clean

# So many candles an alert may look back; there are as many as that of each subscription.
_MOST_CANDLES = 240


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


def matches(
    query: str, symbols: Iterable[SymbolInfo], exchange: str, limit: int = 50
) -> list[SymbolInfo]:
    """The symbols that `query` could mean, best first: those of the same letters before all.

    Then those of `exchange`, those that trade first. Each by base asset, by beginning, by part, by
    its letters in order; among equals the quote assets come first that its exchange has most of.
    """
    folded, letters = query.upper(), letters_of(query)
    known = list(symbols)
    quotes = Counter((info.symbol.exchange, info.quote) for info in known)

    def order(rank: int, info: SymbolInfo) -> tuple[bool, bool, int, bool, int, str]:
        elsewhere = info.symbol.exchange != exchange
        rarity = -quotes[info.symbol.exchange, info.quote]
        return rank > 0, elsewhere, rank, not info.trading, rarity, info.symbol.name

    ranked = [
        (order(rank, info), info)
        for info in known
        if (rank := _rank(folded, letters, info)) is not None
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
    symbol = Symbol(exchange, _name(typed.name, engine, exchange))
    return Subscription(symbol, _interval(typed.interval, engine, exchange) or interval)


def resolve_for(
    text: str, window: int, engine: Engine, exchange: str, interval: Interval
) -> Subscription:
    """The same with candles that can look back `window` ms (0: any will do), if none are named.

    The default ones where they can, since others may show them already.
    """
    found = resolve(text, engine, exchange, interval)
    offered = engine.intervals(found.symbol.exchange)
    if "@" in text and found.interval in offered:
        return found
    if "@" in text:
        raise unknown("interval", str(found.interval), [str(each) for each in offered])
    fit = [i for i in offered if window <= _MOST_CANDLES * i.milliseconds] or offered[-1:]
    usual = min(fit, key=lambda i: abs(i.milliseconds - found.interval.milliseconds))
    return Subscription(found.symbol, usual)


def directories(engine: Engine, exchange: str) -> Mapping[str, SymbolDirectory]:
    """The symbols of one exchange, or of all when `exchange` is empty; none of an unknown one."""
    return {name: engine.symbols(name) for name in engine.exchange_names if exchange in ("", name)}


def offered(known: Mapping[str, SymbolDirectory]) -> list[SymbolInfo]:
    """All symbols of these exchanges; of one without a list, its examples."""
    return [info for directory in known.values() for info in _infos(directory)]


def market(info: SymbolInfo) -> str:
    """`BTC/USDT`; empty where the exchange does not say."""
    return f"{info.base}/{info.quote}".strip("/")


def remark(
    typed: Typed,
    known: Mapping[str, SymbolDirectory],
    exchange: str,
    shown: Collection[str],
    *,
    found: bool,
) -> str:
    """What to say below the hits: who cannot be asked, what is awaited; empty when all is well.

    `exchange` is the default one, `shown` are those with panes; the rest are only counted.
    """
    aimed_at = known[typed.exchange or exchange]
    unasked = [d for d in known.values() if d.error and not d.symbols]
    if any(d is aimed_at or d.exchange in shown for d in unasked):
        return _unasked(sorted(unasked, key=lambda d: (d is not aimed_at, d.exchange not in shown)))
    if not aimed_at.listed:
        return f"{aimed_at.exchange} has no list of symbols; any name may be tried."
    if not aimed_at.symbols:
        return f"Loading the symbols of {aimed_at.exchange}; any name works."
    if found:
        return ""
    name = clean(typed.name, 32)
    unlisted = [f"{d.exchange}:{name}" for d in known.values() if not d.listed]
    untold = f"; {' or '.join(unlisted)} may be there" if unlisted else ""
    return f"Nothing was found for '{name}'{untold}."


def _unasked(failed: list[SymbolDirectory]) -> str:
    """The first's reason in full, and how many more there are."""
    first, *more = failed
    if not more:
        return first.error
    count = f"{len(more)} more exchange{'s' if len(more) > 1 else ''}"
    return f"{first.error} No symbols of {count} either."


def _infos(directory: SymbolDirectory) -> Iterable[SymbolInfo]:
    for name in directory.examples:
        yield SymbolInfo(Symbol(directory.exchange, name), "", "", 0, 0, trading=True)
    yield from directory.symbols.values()


def _rank(query: str, letters: str, info: SymbolInfo) -> int | None:
    name = info.symbol.name.upper()
    if name == query or (letters and letters_of(name) == letters):
        return 0
    if name.startswith(query):
        return 1 if info.base.upper() == query else 2
    if query in name:
        return 3
    rest = iter(name)
    return 4 if all(letter in rest for letter in query) else None


def _name(typed: str, engine: Engine, exchange: str) -> str:
    if not typed:
        raise UsageError("Type a symbol's name.")
    directory = engine.symbols(exchange)
    if not directory.listed:
        return engine.spelling(exchange, typed)
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
