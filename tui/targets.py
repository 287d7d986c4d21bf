"""What was asked to be watched: from text to subscriptions that an exchange can serve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tui.config import Config
from tui.errors import TradexError, UsageError, choice, unknown
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.text import clean


def subscriptions(
    symbols: Sequence[str], interval: str | None, config: Config
) -> list[Subscription]:
    """The subscriptions of `binance:BTCUSDT@5m` and the like, in order and once each.

    What is left out comes from `interval` and `config`. Raises UsageError for what cannot be.
    """
    length = parse_interval(interval, config) if interval else None
    found = [_parse(text, config, length) for text in symbols]
    return list(dict.fromkeys(served(subscription, config) for subscription in found))


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


def remembered_subscriptions(
    panes: Iterable[Subscription], interval: str | None, config: Config
) -> tuple[list[Subscription], list[str]]:
    """What the workspace remembers, as far as it can still be served, and a notice for the rest."""
    length = parse_interval(interval, config) if interval else None
    kept, notices = [], []
    for pane in panes:
        try:
            kept.append(served(replace(pane, interval=length or pane.interval), config))
        except TradexError as error:
            notices.append(f"{pane} is left out: {error.message}")
    return kept, notices


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
