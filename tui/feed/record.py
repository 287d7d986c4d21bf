"""One subscription's state in the hub: its series, its newest price, what is missing."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from math import floor, log10

from tui.feed.status import FeedStatus, SeriesView
from tui.market.candle import Candle
from tui.market.events import Ticker
from tui.market.series import CandleSeries, Hole
from tui.market.symbol import Subscription, SymbolInfo

# A candle that the exchange did not close this long (ms) after its end is asked for over REST.
CLOSE_GRACE = 5_000
_REPAIRS_SHOWN = 50
_FIRST_PUT_OFF = 15.0
_LONGEST_PUT_OFF = 3_600.0


class Record:
    """Times are exchange ms, except `data_at` and the put-off, which are monotonic seconds."""

    def __init__(self, subscription: Subscription, capacity: int) -> None:
        self.subscription = subscription
        self.series = CandleSeries(subscription.interval, capacity)
        self.leases = 0
        self.info: SymbolInfo | None = None
        self.ticker: Ticker | None = None
        self.price: float | None = None
        self.price_time = 0
        self.data_at: float | None = None
        self.rejected = ""
        self.loaded = False
        self.uncertain_from: int | None = None
        self.repairs: deque[Hole] = deque(maxlen=_REPAIRS_SHOWN)
        self.gaps_found = 0
        self.gaps_repaired = 0
        self._began: int | None = None
        self._put_off_until = 0.0
        self._put_off_for = 0.0

    def quote(self, price: float, time: int) -> None:
        """The newest price wins, by exchange time."""
        if time >= self.price_time:
            self.price, self.price_time = price, time

    def begin(self, open_time: int) -> None:
        """The first candle seen forming: what opened before it is history."""
        if self._began is None or (self.data_at is None and open_time < self._began):
            self._began = open_time

    def origin(self, open_time: int) -> str:
        """What a candle that comes over REST is to someone who follows this series."""
        before = self._began is not None and open_time < self._began
        return "history" if before else "backfill"

    # What is missing

    def first_uncertain(self) -> int:
        """The first candle that may have changed or appeared unseen since the link was lost."""
        closed = self.series.last_closed
        if closed:
            return self.subscription.interval.after(closed.open_time)
        return self.series.newest(len(self.series))[0].open_time

    def reload_from(self) -> int | None:
        if not self.loaded:
            return None
        starts = [hole.start for hole in self.series.holes()[:1]]
        starts += self.series.unconfirmed()[:1]
        closed = self.series.last_closed
        first = closed or self.series.last
        return min([first.open_time, *starts]) if first else None

    def jumped(self) -> bool:
        """Whether the newest candle does not follow the one before it."""
        last, holes = self.series.last, self.series.holes()
        return bool(last and holes and holes[-1].end == last.open_time)

    def repair_from(self, time: int | None, now: float) -> int | None:
        """The first candle that is missing or overdue at exchange `time`; None if all is well."""
        if self.rejected or now < self._put_off_until or not self.series.last:
            return None
        starts = [hole.start for hole in self.series.holes()[:1]]
        if time is not None:
            last = self.series.last
            open_times = self.series.unconfirmed()[:1] + [last.open_time] * (not last.closed)
            starts += [t for t in open_times if self._overdue(t, time)]
            following = self.subscription.interval.after(last.open_time)
            starts += [following] * (last.closed and self._overdue(following, time))
        return min(starts, default=None)

    def _overdue(self, open_time: int, time: int) -> bool:
        return self.subscription.interval.after(open_time) + CLOSE_GRACE <= time

    def missing(self, start: int | None) -> bool:
        return any(start is None or hole.end > start for hole in self.series.holes())

    def flowing(self) -> None:
        """The stream brought a candle: what is missing next will be asked for at once."""
        self._put_off_for = 0.0

    def lapse(self, start: int) -> None:
        """From `start` on nothing is certain until history was asked."""
        self.uncertain_from = start
        self.gaps_found += 1

    def close_gap(self, *, whole: bool) -> Hole | None:
        """End the uncertainty; the range it covered, if there was one."""
        start, last = self.uncertain_from, self.series.last
        self.uncertain_from = None
        if start is None or last is None or not whole:
            return None
        gap = Hole(start, max(last.open_time, start))
        self.gaps_repaired += 1
        if gap.end > gap.start:
            self.repairs.append(gap)
        return gap

    def put_off(self, now: float) -> None:
        """The exchange does not have it: ask again after 15 s, then twice as long each time."""
        wait = min(_LONGEST_PUT_OFF, max(_FIRST_PUT_OFF, 2 * self._put_off_for))
        self._put_off_for, self._put_off_until = wait, now + wait

    # What is shown

    def view(self, count: int, status: FeedStatus) -> SeriesView:
        info = self.info
        return SeriesView(
            subscription=self.subscription,
            revision=self.series.revision,
            candles=self._with_newest_price(self.series.newest(count)),
            holes=self.series.holes(),
            repaired=tuple(self.repairs),
            uncertain_from=self.uncertain_from,
            price=self.price,
            price_time=self.price_time or None,
            price_digits=info.price_digits if info else _likely_digits(self.price),
            volume_digits=info.volume_digits if info else 3,
            ticker=self.ticker,
            status=status,
        )

    def _with_newest_price(self, candles: tuple[Candle, ...]) -> tuple[Candle, ...]:
        """The forming candle follows the trades between two of its reports."""
        price = self.price
        last = candles[-1] if candles else None
        if last is None or last.closed or price is None or self.price_time <= last.as_of:
            return candles
        if self.subscription.interval.after(last.open_time) <= self.price_time:
            return candles
        high, low = max(last.high, price), min(last.low, price)
        return (*candles[:-1], replace(last, close=price, high=high, low=low))


def _likely_digits(price: float | None) -> int:
    """Decimals to show until the exchange's list of symbols is there: five significant ones."""
    if not price:
        return 2
    return max(2, min(8, 4 - floor(log10(price))))
