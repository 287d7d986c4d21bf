"""Longer candles made of shorter ones, for exchanges that publish only some lengths."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby

from tui.market.candle import Candle
from tui.market.interval import Interval


def coarser(candles: Iterable[Candle], interval: Interval) -> list[Candle]:
    """Candles of `interval` out of shorter ones in order of time; an absent one had no trades.

    Volumes are added as decimals: the sum is equal to the exchange's own to the last digit. None
    is called closed, and none has an `as_of`: that takes more than its parts.
    """
    groups = groupby(candles, key=lambda candle: interval.floor(candle.open_time))
    return [_joined(open_time, list(parts)) for open_time, parts in groups]


def _joined(open_time: int, parts: list[Candle]) -> Candle:
    return Candle(
        open_time,
        parts[0].open,
        max(part.high for part in parts),
        min(part.low for part in parts),
        parts[-1].close,
        float(sum(Decimal(repr(part.volume)) for part in parts)),
        trades=sum(part.trades for part in parts),
    )
