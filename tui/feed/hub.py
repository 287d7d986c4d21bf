"""All series in one place: events in, views out, one lock between the threads.

The engine's thread applies; any thread may lease and view. Nothing here waits for anything.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from tui.feed.clock import ExchangeClock
from tui.feed.outlet import Outlet
from tui.feed.record import Record
from tui.feed.status import (
    CandleChanged,
    FeedEvent,
    FeedStatus,
    GapOpened,
    GapRepaired,
    Rejected,
    SeriesView,
)
from tui.market.candle import Candle
from tui.market.events import CandleReport, Ticker, Trade
from tui.market.series import Change
from tui.market.symbol import Subscription, SymbolInfo

Data = CandleReport | Trade | Ticker


class Hub:
    """Series by subscription, counted leases, the set of what is to be drawn again."""

    def __init__(self, capacity: int) -> None:
        self.lock = threading.Lock()
        self.strays = 0
        self._capacity = capacity
        self._records: dict[Subscription, Record] = {}
        self._by_name: dict[str, dict[str, list[Record]]] = {}
        self._clocks: dict[str, ExchangeClock] = {}
        self._dirty: set[Subscription] = set()
        self._outlets: list[Outlet] = []

    # Leases

    def acquire(self, subscription: Subscription) -> bool:
        """Count one more lease; True for the first."""
        with self.lock:
            record = self._records.get(subscription) or self._add(subscription)
            record.leases += 1
            self._dirty.add(subscription)
            return record.leases == 1

    def release(self, subscription: Subscription) -> bool:
        """Count one lease less; True when it was the last and the series is gone."""
        with self.lock:
            record = self._records[subscription]
            record.leases -= 1
            if record.leases:
                return False
            del self._records[subscription]
            symbol = subscription.symbol
            self._by_name[symbol.exchange][symbol.name].remove(record)
            return True

    def _add(self, subscription: Subscription) -> Record:
        record = Record(subscription, self._capacity)
        self._records[subscription] = record
        symbol = subscription.symbol
        self._by_name.setdefault(symbol.exchange, {}).setdefault(symbol.name, []).append(record)
        return record

    # What comes in

    def apply(self, exchange: str, event: Data, now: float) -> None:
        """One live event of an exchange, at monotonic `now`."""
        with self.lock:
            records = self._by_name.get(exchange, {}).get(event.name)
            if not records:
                self.strays += 1
                return
            if isinstance(event, CandleReport):
                self._apply_candle(records, event, now)
                return
            for record in records:
                record.data_at = now
                if isinstance(event, Trade):
                    record.quote(event.price, event.time)
                else:
                    record.ticker = event
                    record.quote(event.last, event.time)
                self._dirty.add(record.subscription)

    def _apply_candle(self, records: list[Record], report: CandleReport, now: float) -> None:
        candle = report.candle
        self.clock(records[0].subscription.symbol.exchange).observe(candle.as_of, now)
        for record in records:
            if record.subscription.interval != report.interval:
                continue
            record.data_at = now
            record.quote(candle.close, candle.as_of)
            record.begin(candle.open_time)
            if not self._note(record, candle, "live"):
                continue
            record.flowing()
            if record.uncertain_from is None and record.jumped():
                self._open_gap(record, record.series.holes()[-1].start)

    def merge(self, subscription: Subscription, candles: Iterable[Candle]) -> int:
        """Candles over REST, oldest first; returns how many changed the series."""
        with self.lock:
            record = self._records.get(subscription)
            rows = list(candles)
            if record is None or not rows:
                return 0
            newest = rows[-1]
            following = subscription.interval.after(newest.open_time)
            record.begin(following if newest.closed else newest.open_time)
            record.quote(newest.close, newest.open_time)
            return sum(self._note(record, row, record.origin(row.open_time)) for row in rows)

    def _note(self, record: Record, candle: Candle, origin: str) -> bool:
        change = record.series.apply(candle)
        if change is Change.NOTHING:
            return False
        self._dirty.add(record.subscription)
        if self._outlets:
            revised = change is Change.REVISED
            self.publish(CandleChanged(record.subscription, candle, origin, revised))
        return True

    def clock(self, exchange: str) -> ExchangeClock:
        """The exchange's time as learned from its own stamps."""
        return self._clocks.setdefault(exchange, ExchangeClock())

    # Gaps

    def lapse(self, subscription: Subscription) -> None:
        """The link was lost: from the last closed candle on nothing is certain."""
        with self.lock:
            record = self._records.get(subscription)
            if record and record.uncertain_from is None and record.series.last:
                self._open_gap(record, record.first_uncertain())

    def _open_gap(self, record: Record, start: int) -> None:
        record.lapse(start)
        self._dirty.add(record.subscription)
        self.publish(GapOpened(record.subscription, start))

    def repair_from(self, subscription: Subscription, now: float) -> int | None:
        """The open time from which history must be asked for again; None when all is whole."""
        with self.lock:
            record = self._records.get(subscription)
            time = self.clock(subscription.symbol.exchange).now(now)
            return record.repair_from(time, now) if record else None

    def reload_from(self, subscription: Subscription) -> int | None:
        """Where a load starts: the last closed candle or what is missing before it.

        None when nothing was loaded yet.
        """
        with self.lock:
            record = self._records.get(subscription)
            return record.reload_from() if record else None

    def loaded(self, subscription: Subscription, start: int | None, filled: int) -> bool:
        """A load from `start` is done; True when it left no hole, which ends the uncertainty."""
        with self.lock:
            record = self._records.get(subscription)
            if record is None:
                return True
            record.loaded = True
            if record.missing(start):
                return False
            gap = record.close_gap(whole=True)
            self._dirty.add(subscription)
            if gap:
                self.publish(GapRepaired(subscription, gap.start, gap.end, filled))
            return True

    def give_up(self, subscription: Subscription, now: float) -> None:
        """The exchange does not have what is missing: a hole stays; ask again, but seldom."""
        with self.lock:
            if record := self._records.get(subscription):
                record.put_off(now)
                record.close_gap(whole=False)
                self._dirty.add(subscription)

    def reject(self, subscription: Subscription, reason: str, nearest: tuple[str, ...]) -> None:
        """The subscription cannot be served; says so to everyone who looks."""
        with self.lock:
            record = self._records.get(subscription)
            if record is None or record.rejected:
                return
            record.rejected = reason
            self._dirty.add(subscription)
            self.publish(Rejected(subscription, reason, nearest))

    def describe(self, info: SymbolInfo) -> None:
        """What the exchange says of a symbol: its digits."""
        with self.lock:
            symbol = info.symbol
            for record in self._by_name.get(symbol.exchange, {}).get(symbol.name, []):
                record.info = info
                self._dirty.add(record.subscription)

    # What goes out

    def listen(self, outlet: Outlet) -> None:
        """Everything from now on goes to `outlet` too."""
        with self.lock:
            self._outlets.append(outlet)

    def publish(self, event: FeedEvent) -> None:
        """Hand one event to all outlets, on the engine's thread."""
        for outlet in self._outlets:
            outlet.put(event)

    def touch(self, subscriptions: Iterable[Subscription]) -> None:
        """Something about these changed that is shown."""
        with self.lock:
            self._dirty.update(subscriptions)

    def take_dirty(self) -> frozenset[Subscription]:
        """What changed since the last call."""
        with self.lock:
            dirty, self._dirty = self._dirty, set()
        return frozenset(dirty)

    def record(self, subscription: Subscription) -> Record | None:
        """The state behind a subscription, to read; None when nobody holds a lease."""
        return self._records.get(subscription)

    def view(self, subscription: Subscription, count: int, status: FeedStatus) -> SeriesView:
        """The newest `count` candles and all that belongs to them; raises KeyError unleased."""
        with self.lock:
            return self._records[subscription].view(count, status)
