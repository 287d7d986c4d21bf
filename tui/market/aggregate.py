"""Candles made from trades, for exchanges that publish none and for the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tui.market.candle import Candle
from tui.market.interval import Interval


class CandleBuilder:
    """Trades in, candles out: an interval without a trade closes too, at the price before it.

    Trades are taken in the order given; one that belongs to an interval already closed is
    counted in `late` and changes nothing, since a closed candle never opens again.
    """

    def __init__(self, interval: Interval) -> None:
        self.interval = interval
        self.late = 0
        self.forming: Candle | None = None

    def add(self, price: float, size: float, time: int) -> Iterator[Candle]:
        """Yield the candles that this trade's time closes, then the forming one with it inside."""
        open_time = self.interval.floor(time)
        if self.forming and open_time < self.forming.open_time:
            self.late += 1
            return
        yield from self.advance(time)
        if self.forming is None or not self.forming.trades:
            self.forming = Candle(open_time, price, price, price, price, size, trades=1, as_of=time)
        else:
            self.forming = _grown(self.forming, price, size, time)
        yield self.forming

    def advance(self, now: int) -> Iterator[Candle]:
        """Yield every candle that has ended by `now` (exchange time, ms), closed."""
        while self.forming and (end := self.interval.after(self.forming.open_time)) <= now:
            yield replace(self.forming, closed=True, as_of=end)
            price = self.forming.close
            self.forming = Candle(end, price, price, price, price, 0.0, as_of=end)


def _grown(candle: Candle, price: float, size: float, time: int) -> Candle:
    return replace(
        candle,
        high=max(candle.high, price),
        low=min(candle.low, price),
        close=price,
        volume=candle.volume + size,
        trades=candle.trades + 1,
        as_of=time,
    )
