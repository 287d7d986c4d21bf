"""The candle that is still forming, with the newest price in it."""

from __future__ import annotations

from dataclasses import replace

from tui.market.candle import Candle
from tui.market.interval import Interval


def with_price(
    candle: Candle, price: float | None, price_time: int | None, interval: Interval
) -> Candle:
    """`candle` with `price`, traded at `price_time` (ms UTC), as its close if it is of its time.

    Trades come ahead of candle reports. A closed candle stays as it is.
    """
    if candle.closed or price is None or price_time is None:
        return candle
    if not candle.open_time <= price_time < interval.after(candle.open_time):
        return candle
    return replace(candle, close=price, high=max(candle.high, price), low=min(candle.low, price))
