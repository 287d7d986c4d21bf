"""What was asked to be watched: from text to subscriptions that an exchange can serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui.config import Config
from tui.errors import TradexError, UsageError, choice, unknown
from tui.layout_text import Layout, is_meant, parse
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.tab import Tab
from tui.text import clean


def asked_for(symbols: Sequence[str], interval: str | None, config: Config) -> Tab:
    """What `binance:BTCUSDT@5m` and the like, or a layout of them, ask for: each once, in order.

    What is left out comes from `interval` and `config`. Raises UsageError for what cannot be.
    """
    length = parse_interval(interval, config) if interval else None
    written = any(map(is_meant, symbols))
    layout = parse(" | ".join(symbols)) if written else Layout(tuple(symbols))
    found = [served(_parse(text, config, length), config) for text in layout.panes]
    return Tab(tuple(dict.fromkeys(found)), columns=layout.columns)


def subscriptions(
    symbols: Sequence[str], interval: str | None, config: Config
) -> list[Subscription]:
    """The panes of what is asked for, whatever their columns."""
    return list(asked_for(symbols, interval, config).panes)


def default_symbols(config: Config) -> Sequence[str]:
    """What is watched when nothing was asked for: the default exchange's best known symbols."""
    return config.open_exchange(config.exchange).default_symbols


def served(subscription: Subscription, config: Config) -> Subscription:
    """The subscription in its exchange's spelling; raises UsageError when it has none such."""
    symbol, interval = subscription.symbol, subscription.interval
    exchange = config.open_exchange(symbol.exchange)
    if interval not in exchange.intervals:
        offered = choice(str(interval), [str(i) for i in sorted(exchange.intervals)])
        raise UsageError(f"{exchange.title} has no candles of {interval}.", offered)
    return replace(subscription, symbol=Symbol(symbol.exchange, exchange.spelling(symbol.name)))


def still_served(tab: Tab, interval: str | None, config: Config) -> tuple[Tab, list[str]]:
    """What a tab remembers, as far as it can still be served, and a notice for the rest."""
    length = parse_interval(interval, config) if interval else None
    kept, notices = [], []
    for pane in tab.panes:
        try:
            kept.append(served(replace(pane, interval=length or pane.interval), config))
        except TradexError as error:
            notices.append(f"{pane} is left out: {error.message}")
    zoomed = tab.zoomed if len(kept) == len(tab.panes) else None
    return replace(tab, panes=tuple(kept), zoomed=zoomed), notices


def parse_interval(text: str, config: Config, exchange: str | None = None) -> Interval:
    """Read `5m`; raises UsageError that names those of the exchange, or of the default one."""
    try:
        return Interval.parse(text)
    except ValueError:
        offered = sorted(config.open_exchange(exchange or config.exchange).intervals)
        raise unknown("interval", text, [str(i) for i in offered]) from None


def _parse(text: str, config: Config, interval: Interval | None) -> Subscription:
    text = clean(text, 64)
    name, at, length = text.partition("@")
    try:
        symbol = Symbol.parse(name, config.exchange)
    except ValueError:
        message = f"'{text}' is not a symbol."
        raise UsageError(message, "Write BTCUSDT or binance:BTCUSDT.") from None
    if at:
        interval = parse_interval(length, config, symbol.exchange)
    return Subscription(symbol, interval or _usual_interval(symbol.exchange, config))


def _usual_interval(exchange: str, config: Config) -> Interval:
    """The configured interval, or the nearest one that the exchange has."""
    usual = config.interval
    offered = config.open_exchange(exchange).intervals
    return min(offered, key=lambda i: abs(i.milliseconds - usual.milliseconds))
