"""All series in one place: events in, views out, one lock between the threads.

The engine's thread applies; any thread may lease and view. Nothing here waits for anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tui.exchange.base import Exchange
from tui.feed.board import Board
from tui.feed.clock import ExchangeClock
from tui.feed.gaps import LoadPlan
from tui.feed.intake import stamp_of, take
from tui.feed.record import Record
from tui.feed.status import (
    ConnectionState,
    FeedStatus,
    GapRepaired,
    Rejected,
    SeriesView,
    StateChanged,
)
from tui.feed.tape import Tape
from tui.market.aggregate import MissingTrades
from tui.market.candle import Candle
from tui.market.events import LATEST, Data, Trade
from tui.market.symbol import Subscription, SymbolInfo

_FIRST_QUIET = 60.0


class Hub(Board):
    """Series by subscription and counted leases."""

    def __init__(self, capacity: int, exchanges: Mapping[str, Exchange] | None = None) -> None:
        super().__init__()
        self._exchanges = exchanges or {}
        self.strays = 0
        self._capacity = capacity
        self._records: dict[Subscription, Record] = {}
        self._by_name: dict[str, dict[str, list[Record]]] = {}
        self._clocks: dict[str, ExchangeClock] = {}

    # Leases

    def acquire(self, subscription: Subscription) -> bool:
        """Count one more lease; True for the first."""
        with self.lock:
            record = self._records.get(subscription) or self._add(subscription)
            record.leases += 1
            self.mark(record)
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
        symbol = subscription.symbol
        record = Record(subscription, self._capacity, self._exchanges.get(symbol.exchange))
        self._records[subscription] = record
        self._by_name.setdefault(symbol.exchange, {}).setdefault(symbol.name, []).append(record)
        return record

    def watch_trades(self, subscription: Subscription) -> Tape:
        """Keep the trades of a leased subscription for one watcher more; KeyError unleased."""
        with self.lock:
            record = self._records[subscription]
            record.tape = record.tape or Tape()
            record.tape.watchers += 1
            return record.tape

    def unwatch_trades(self, subscription: Subscription, tape: Tape) -> None:
        """One watcher of this tape less; without any it is gone."""
        with self.lock:
            tape.watchers -= 1
            record = self._records.get(subscription)
            if record and record.tape is tape and not tape.watchers:
                record.tape = None

    def trades(self, subscription: Subscription) -> tuple[Trade, ...]:
        """The newest trades, oldest first, as far as they were watched."""
        with self.lock:
            record = self._records.get(subscription)
            return record.tape.trades if record and record.tape else ()

    # What comes in

    def apply(self, exchange: str, event: Data, now: float) -> None:
        """One live event of an exchange, at monotonic `now`."""
        with self.lock:
            records = self._by_name.get(exchange, {}).get(event.name)
            clock = self.clock(exchange)
            if not records or clock.doubts(stamp_of(event), now):
                self.strays += 1
                return
            heard = [take(self, record, event, clock, now) for record in records]
            self.strays += not any(heard)

    def merge(self, subscription: Subscription, candles: Iterable[Candle], now: float) -> int:
        """Candles over REST at monotonic `now`, oldest first; how many changed the series."""
        with self.lock:
            record = self._records.get(subscription)
            rows = list(candles)
            if record is None or not rows:
                return 0
            record.take_history(rows, now)
            if record.builder and not rows[-1].closed:
                rows += record.builder.rest(rows[-1])
            return self.fill(record, rows)

    def merge_trades(self, subscription: Subscription, trades: Iterable[Trade], since: int) -> None:
        """Trades over REST: what they make whole needs no other proof.

        Only candles from `since` (ms) on were asked for, and what lies within those there are.
        """
        with self.lock:
            record = self._records.get(subscription)
            if record and record.builder:
                known = list(trades)
                oldest = record.series.first.open_time if record.series.first else since
                candles = record.builder.add(known)
                self.fill(record, (c for c in candles if c.open_time >= min(since, oldest)))
                for trade in known:
                    if trade.last_id == record.builder.last_id:
                        record.quote(trade.price, trade.time)

    def awaits_trades(self, subscription: Subscription) -> bool:
        """Whether the stream, of which candles are made, has not begun since the link was lost."""
        record = self._records.get(subscription)
        return record is not None and record.builder is not None and record.builder.is_silent

    def missing_trades(self, subscription: Subscription, most: int) -> MissingTrades | None:
        """Which trades, `most` at most, would make the newest candle of trades whole."""
        with self.lock:
            record = self._records.get(subscription)
            return record.builder.missing(most) if record and record.builder else None

    def candle(self, subscription: Subscription, open_time: int) -> Candle | None:
        """The candle that opened at `open_time`, as it is known."""
        with self.lock:
            record = self._records.get(subscription)
            return record.series.get(open_time) if record else None

    def unseen(self, subscription: Subscription, candles: Iterable[Candle]) -> bool:
        """Whether these have trades that the stream did not bring."""
        with self.lock:
            record = self._records.get(subscription)
            return record is not None and any(map(record.unseen, candles))

    def clock(self, exchange: str) -> ExchangeClock:
        """The exchange's time as learned from its own stamps."""
        clock = self._clocks.get(exchange)
        if clock is None:
            clock = self._clocks[exchange] = ExchangeClock()
        return clock

    # Gaps

    def lose(self, subscription: Subscription) -> None:
        """The link was lost: from the last closed candle on nothing is certain."""
        with self.lock:
            if record := self._records.get(subscription):
                record.await_anew()
                self.lapse(record)

    def repair_from(self, subscription: Subscription, now: float) -> int | None:
        """The open time from which history must be asked for again; None when all is whole."""
        with self.lock:
            record = self._records.get(subscription)
            if record is None:
                return None
            time = self.clock(subscription.symbol.exchange).now(now)
            if record.inference and time is not None:
                for candle in record.inference.over(time):
                    record.gaps.doubted.add(candle.open_time)
                    self.note(record, candle, record.stream_origin(candle))
            for start in (record.skipped(time), record.torn(now)):
                if start is not None:
                    self.lapse(record, start)
            return record.repair_from(time, now)

    def load_plan(self, subscription: Subscription) -> LoadPlan | None:
        """Where a load has to start, and in which state of the series; None unleased."""
        with self.lock:
            record = self._records.get(subscription)
            if record is None:
                return None
            start = record.reload_from()
            known = frozenset() if start is None else record.series.times_from(start)
            return LoadPlan(start, record.gaps.ask(), tuple(record.gaps.holes(start)), known)

    def loaded(self, subscription: Subscription, plan: LoadPlan) -> bool:
        """A load by `plan` is done; True when nothing more is to be done about it.

        It ends the uncertainty that it began with, not one that came up meanwhile.
        """
        with self.lock:
            record = self._records.get(subscription)
            if record is None:
                return True
            record.take_load()
            self.mark(record)
            if record.gaps.holes(plan.start):
                return False
            if record.gaps.epoch == plan.epoch and (gap := record.gaps.close()):
                filled = record.gaps.filled
                self.publish(GapRepaired(subscription, gap.start, gap.end, filled))
            return True

    def concede(self, subscription: Subscription, plan: LoadPlan, before: int = LATEST) -> None:
        """The holes that were there before the load and are still: the exchange has them too.

        Not those that end after `before` (ms): it may not have them yet.
        """
        with self.lock:
            if record := self._records.get(subscription):
                left = record.gaps.holes(plan.start)
                vain = [hole for hole in left if hole in plan.holes and hole.end <= before]
                record.gaps.concede(vain, plan.epoch, certain=vain == left)
                self.mark(record)

    def accept(self, subscription: Subscription) -> None:
        """There is no history: what is missing stays missing, what is known is certain."""
        with self.lock:
            if record := self._records.get(subscription):
                record.take_load()
                record.gaps.accept()
                self.mark(record)

    def pause(self, subscription: Subscription, now: float) -> None:
        """Asking for what is overdue was in vain: ask again, but less often."""
        with self.lock:
            if record := self._records.get(subscription):
                record.gaps.pause(now)

    # Health

    def trouble(self, subscription: Subscription, reason: str) -> None:
        """The history does not come, and why; a load that succeeds ends it."""
        with self.lock:
            record = self._records.get(subscription)
            if record and record.trouble != reason:
                record.trouble = reason
                self.mark(record)
                state = ConnectionState.SYNCING
                self.publish(StateChanged(subscription, state, 0, None, reason))

    def age(self, subscription: Subscription, now: float) -> float | None:
        """How old the newest data of this subscription are, in seconds; None before the first."""
        with self.lock:
            record = self._records.get(subscription)
            time = self.clock(subscription.symbol.exchange).now(now)
            return record.age(now, time) if record else None

    def silent_for(self, subscription: Subscription, now: float) -> float:
        """Seconds since this subscription's data, unless its market is known to be quiet."""
        with self.lock:
            record = self._records.get(subscription)
            return record.silent_for(now) if record else 0.0

    def quiet(self, subscription: Subscription, now: float, longest: float) -> None:
        """The exchange confirmed that nothing was traded: silence is in order for a while."""
        with self.lock:
            if record := self._records.get(subscription):
                record.quiet_for = min(longest, max(_FIRST_QUIET, 2 * record.quiet_for))
                record.quiet_until = now + record.quiet_for
                self.turn(record, stale=False)

    def stale(self, subscription: Subscription) -> bool:
        """There were trades that the stream did not bring; True when that was known already."""
        with self.lock:
            record = self._records.get(subscription)
            known = record is None or record.stale
            if record:
                self.turn(record, stale=True)
            return known

    def reject(self, subscription: Subscription, reason: str, nearest: tuple[str, ...]) -> None:
        """The subscription cannot be served; says so to everyone who looks."""
        with self.lock:
            record = self._records.get(subscription)
            if record is None or record.rejected:
                return
            record.rejected = reason
            self.mark(record)
            self.publish(Rejected(subscription, reason, nearest))

    def pardon(self, subscription: Subscription) -> None:
        """The reason for a rejection is gone."""
        with self.lock:
            if record := self._records.get(subscription):
                record.rejected = ""
                self.mark(record)

    def rejected(self, exchange: str) -> list[Subscription]:
        """The leased subscriptions of an exchange that cannot be served."""
        with self.lock:
            records = (r for group in self._by_name.get(exchange, {}).values() for r in group)
            return [record.subscription for record in records if record.rejected]

    def describe(self, info: SymbolInfo) -> None:
        """What the exchange says of a symbol: its digits."""
        with self.lock:
            symbol = info.symbol
            for record in self._by_name.get(symbol.exchange, {}).get(symbol.name, []):
                record.info = info
                self.mark(record)

    # What goes out

    def touch(self, subscriptions: Iterable[Subscription]) -> None:
        """Something about these changed that is shown."""
        with self.lock:
            self._dirty.update(r for s in subscriptions if (r := self._records.get(s)))

    def record(self, subscription: Subscription) -> Record | None:
        """The state behind a subscription, to read; None when nobody holds a lease."""
        return self._records.get(subscription)

    def view(self, subscription: Subscription, count: int, status: FeedStatus) -> SeriesView:
        """The newest `count` candles and all that belongs to them; raises KeyError unleased."""
        with self.lock:
            return self._records[subscription].view(count, status)
