"""What a rule measures in the views of its subscriptions: pure, and only of live data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.alerts.crossing import Reading
from tui.alerts.rule import RSI_PERIOD, Change, Price, Rsi, Rule, Spread, Stale, Volume
from tui.alerts.strength import rsi
from tui.feed.status import ConnectionState, SeriesView
from tui.market.candle import Candle
from tui.market.symbol import Subscription

Views = Mapping[Subscription, SeriesView]

# Candles that may come between two looks.
_SWING = 6
# Wilder's smoothing has forgotten where it began.
_RSI_CANDLES = 15 * RSI_PERIOD
# Older prices (s) are not compared with another exchange's.
_SPREAD_AGE = 10.0


@dataclass(frozen=True, slots=True)
class Trace:
    """What the last look saw: the `newest` candle's open time, and the price's surroundings.

    `high` and `low` are the extremes of the candle that opened at `open_time`, with the prices
    seen in it: trades may come before the candle that has them, and must not count twice.
    """

    newest: int
    open_time: int
    high: float
    low: float


def trace_of(view: SeriesView, before: Trace | None) -> Trace:
    """What a look at a live view leaves, after the one that left `before`."""
    newest, price = view.candles[-1], view.price or 0.0
    time = max(newest.open_time, view.subscription.interval.floor(view.price_time or 0))
    highs, lows = [price], [price]
    if newest.open_time == time:
        highs.append(newest.high)
        lows.append(newest.low)
    if before and before.open_time == time:
        highs.append(before.high)
        lows.append(before.low)
    return Trace(newest.open_time, time, max(highs), min(lows))


def candles_for(rule: Rule) -> int:
    """How many of the newest candles a rule looks at."""
    match rule:
        case Change(subject, window=window):
            return window // subject.interval.milliseconds + 2 + _SWING
        case Volume(count=count):
            return count + 1 + _SWING
        case Rsi():
            return _RSI_CANDLES
        case _:
            return _SWING


def is_live(view: SeriesView) -> bool:
    """Whether the price is of now, and nothing before it is in doubt."""
    live = view.status.state is ConnectionState.LIVE
    whole = view.uncertain_from is None and view.price is not None
    return live and whole and bool(view.candles)


def measured(rule: Rule, views: Views, trace: Trace | None) -> Reading | None:
    """The reading of live views; None when what it needs is not known.

    `trace` is None where the data were not live all the time since the last look: then only what
    is so now counts.
    """
    match rule:
        case Price(subject):
            return _swing(views[subject], trace)
        case Change(subject):
            return _change(rule, views[subject], trace)
        case Volume(subject):
            return _volume(rule, views[subject].candles, trace)
        case Rsi(subject):
            closes = [candle.close for candle in _whole(views[subject])]
            value = rsi(closes, RSI_PERIOD)
            return None if value is None else Reading.of(value)
        case Spread(first, second):
            return _spread(views[first], views[second])
        case Stale():
            raise TypeError("staleness is not measured in live data")


def age(view: SeriesView, waited: float) -> Reading:
    """How long (s) a subscription has been without data; one that never had any `waited` so long.

    Nothing but data make it young.
    """
    status = view.status
    if status.quiet and status.state is ConnectionState.LIVE:
        return Reading.of(0.0)
    if status.data_age is None:
        return Reading(waited, float("inf"), waited)
    return Reading.of(status.data_age)


def _swing(view: SeriesView, trace: Trace | None) -> Reading | None:
    """The price, and the extremes that the exchange's candles had since the last look."""
    price = view.price
    if price is None:
        return None
    since = [c for c in view.candles if trace and c.open_time >= trace.open_time]
    lows, highs = [price], [price]
    for candle in since:
        same = trace and candle.open_time == trace.open_time
        if not (trace and same and candle.low >= trace.low):
            lows.append(candle.low)
        if not (trace and same and candle.high <= trace.high):
            highs.append(candle.high)
    return Reading(price, min(lows), max(highs))


def _change(rule: Change, view: SeriesView, trace: Trace | None) -> Reading | None:
    swing, before = _swing(view, trace), _price_before(view, rule.window)
    if swing is None or before is None:
        return None
    now, least, most = (p / before - 1 for p in (swing.now, swing.least, swing.most))
    if rule.direction:
        return Reading(now, least, most)
    return Reading(abs(now), abs(now), max(abs(least), abs(most)))


def _price_before(view: SeriesView, window: int) -> float | None:
    """The open of the candle of `window` ms ago; where nothing was traded the close before it."""
    if view.price_time is None:
        return None
    time = view.subscription.interval.floor(view.price_time - window)
    if any(hole.start <= time < hole.end for hole in view.holes):
        return None
    candle = next((c for c in reversed(view.candles) if c.open_time <= time), None)
    if candle is None:
        return None
    return candle.open if candle.open_time == time else candle.close


def _volume(rule: Volume, candles: Sequence[Candle], trace: Trace | None) -> Reading | None:
    """The newest candle's ratio, or that of the one before it while that is higher.

    So a burst that goes on over candles is one. What closed while nobody looked rings no more.
    """
    ratios = [
        (candle, ratio)
        for index, candle in enumerate(candles)
        if (ratio := _ratio(candles, index, rule.count)) is not None
    ]
    if not ratios:
        return None
    now = max(ratio for _, ratio in ratios[-2:])
    fresh = [r for c, r in ratios if (c.open_time >= trace.newest if trace else not c.closed)]
    opened = trace is not None and ratios[-1][0].open_time > trace.newest
    least = min(now, ratios[-2:][0][1]) if opened else now
    return Reading(now, least, max(fresh, default=0.0))


def _ratio(candles: Sequence[Candle], index: int, count: int) -> float | None:
    total = sum(candle.volume for candle in candles[max(0, index - count) : index])
    return candles[index].volume * count / total if index >= count and total > 0 else None


def _whole(view: SeriesView) -> Sequence[Candle]:
    """The candles after the last hole."""
    start = view.holes[-1].end if view.holes else 0
    return [candle for candle in view.candles if candle.open_time >= start]


def _spread(first: SeriesView, second: SeriesView) -> Reading | None:
    ages = [view.status.data_age for view in (first, second)]
    if first.price is None or second.price is None:
        return None
    if any(age is None or age > _SPREAD_AGE for age in ages):
        return None
    low, high = sorted((first.price, second.price))
    return Reading.of(high / low - 1)
