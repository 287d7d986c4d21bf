"""Candles made of an exchange's trades, and the proof that no trade is missing in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from tui.market.candle import Candle
from tui.market.events import Trade
from tui.market.interval import MINUTE, Interval
from tui.market.trades import Run, Sum

# So many runs of trades are kept, and the sums of so many intervals in each.
_RUNS, _INTERVALS = 4, 4
# A silence of more intervals than this is not told candle by candle.
_LONGEST_SILENCE = 1_000


@dataclass(frozen=True, slots=True)
class MissingTrades:
    """Trades with ids below `before_id` are wanted, back to `after_id` or to before `time` (ms).

    `after_id` is known already; None when nothing is known from before.
    """

    before_id: int
    after_id: int | None
    time: int

    def is_covered_by(self, trades: Iterable[Trade]) -> bool:
        """Whether these reach back far enough."""
        known = -1 if self.after_id is None else self.after_id
        return any(t.time < self.time or (t.first_id or 0) <= known for t in trades)


class CandleBuilder:
    """Trades in, in any order and any number of times; candles out, with their exact volume.

    A candle comes out closed when the ids prove that it has every trade: one before it and one
    after it are known, or the exchange's word that there was none, and no id between is missing.
    Then an interval without a trade closes, too, at the price before it. A candle of which only a
    part was seen stays open: what it was before is taken from `rest`, what it becomes in the end
    only the exchange can tell.

    Trades without ids are taken to follow each other until `break_off`; what is lost then, nobody
    can tell, so that there is no `gap` to fill.
    """

    def __init__(self, interval: Interval) -> None:
        self.interval = interval
        self._runs: list[Run] = []
        self._promised = 0
        self._numbered = False
        self._broken = True
        # Whether a candle is told of which only a part was seen, and REST has said nothing.
        self.tells_parts = True
        self._bases: dict[int, tuple[Candle, Decimal]] = {}

    def add(self, trades: Iterable[Trade]) -> list[Candle]:
        """Take trades; the candles that they change, oldest first."""
        starts = [start for trade in trades if (start := self._take(trade)) is not None]
        return self._candles(min(starts)) if starts else []

    def reach(self, last_id: int, time: int) -> list[Candle]:
        """Take the exchange's word that at `time` (ms) the newest trade was `last_id`."""
        self._broken, self._numbered = False, True
        if not self._runs:
            self._runs.append(Run(last_id + 1, last_id, time, time))
        newest = self._runs[-1]
        self._promised = last_id
        if last_id != newest.last or time <= newest.until:
            return []
        start, newest.until = self.interval.floor(newest.until), time
        return self._candles(start)

    def rest(self, candle: Candle) -> list[Candle]:
        """Take what the exchange says over REST of a candle that still forms.

        It counts once, for what was traded before the trades that are known.
        """
        open_time = candle.open_time
        if open_time in self._bases or not self._runs or self._begins_before(open_time):
            return []
        newest = self._runs[-1].sums.get(open_time)
        self._bases[open_time] = candle, newest.volume if newest else Decimal()
        return self._candles(open_time)

    def break_off(self) -> None:
        """The link was lost: trades without ids that follow do not join those before."""
        self._broken = True

    @property
    def is_silent(self) -> bool:
        """Whether nothing came since the link was lost, or at all."""
        return self._broken

    @property
    def last_id(self) -> int | None:
        """The newest trade that is known."""
        return self._runs[-1].last if self._runs else None

    @property
    def gap(self) -> tuple[int, int] | None:
        """The first id that is missing before the newest trade, and a time (ms) before that."""
        if not self._runs or not self._numbered:
            return None
        newest = self._runs[-1]
        if self._promised > newest.last:
            return newest.last + 1, newest.until
        before = self._runs[-2] if len(self._runs) > 1 else None
        return (before.last + 1, before.until) if before else None

    def missing(self, most: int) -> MissingTrades | None:
        """What would make the newest candle whole; None when it is.

        What is further back than `most` trades is left to the exchange's own candles.
        """
        if not self._runs or not self._numbered:
            return None
        newest, before = self._runs[-1], self._runs[-2] if len(self._runs) > 1 else None
        floor = self.interval.floor
        if self._promised > newest.last:
            before_id, before, since = self._promised + 1, newest, newest.until
        else:
            before_id, since = newest.first, newest.since
        if before and before_id - before.last <= most:
            return MissingTrades(before_id, before.last, floor(before.until))
        if before is None and self._begins_before(floor(newest.until)):
            return None
        return MissingTrades(before_id, None, floor(since))

    # Runs

    def _take(self, trade: Trade) -> int | None:
        """Put a trade where it belongs: from when on candles are changed, None for a known one."""
        self._numbered = trade.first_id is not None
        if trade.first_id is None or trade.last_id is None:
            first = last = (self.last_id or 1) + (2 if self._broken else 1)
        else:
            first, last = trade.first_id, trade.last_id
        self._broken = False
        if self._restarted(last, trade.time):
            self._runs, self._bases, self._promised = [], {}, 0
        own = {self.interval.floor(trade.time): Sum.of(trade)}
        return self._insert(Run(first, last, trade.time, trade.time, own))

    def _restarted(self, last_id: int, time: int) -> bool:
        """Whether the exchange counts anew: an id from before, much later."""
        newest = self._runs[-1] if self._runs else None
        return newest is not None and last_id <= newest.last and time > newest.until + MINUTE

    def _insert(self, run: Run) -> int | None:
        index = bisect_left(self._runs, run.first, key=lambda known: known.last)
        before = self._runs[index - 1] if index else None
        after = self._runs[index] if index < len(self._runs) else None
        if after and after.first <= run.last:
            return None
        start = self.interval.floor(run.since)
        if before and before.last + 1 == run.first:
            start = min(start, self.interval.floor(before.until))
            before.append(run)
            run, index = before, index - 1
        else:
            self._begin(run, index)
        if after and run.last + 1 == after.first:
            run.append(after)
            del self._runs[index + 1]
        return start

    def _begin(self, run: Run, index: int) -> None:
        """A run of its own; when it is the newest, what REST said before is out of date."""
        if self._runs and index == len(self._runs):
            self._bases.clear()
        self._runs.insert(index, run)

    def _begins_before(self, open_time: int) -> bool:
        return _begins_before(self._runs[-1], open_time)

    # Candles

    def _candles(self, start: int) -> list[Candle]:
        """All candles from `start` on, one of each interval, as far as they can be told."""
        found = {c.open_time: c for run in self._runs for c in self._candles_of(run, start)}
        self._forget()
        return [found[open_time] for open_time in sorted(found)]

    def _forget(self) -> None:
        """What was told and is over, as far as nothing late may still belong to it."""
        del self._runs[:-_RUNS]
        for run in self._runs:
            run.forget(self._before(run, _INTERVALS))
        oldest = self._before(self._runs[-1], _INTERVALS)
        for open_time in [t for t in self._bases if t < oldest]:
            del self._bases[open_time]

    def _before(self, run: Run, intervals: int) -> int:
        return self.interval.after(self.interval.floor(run.until), -intervals)

    def _candles_of(self, run: Run, start: int) -> Iterator[Candle]:
        price = run.price
        for open_time, part in run.sums.items():
            if open_time < start:
                price = part.close
        earliest = self._before(run, _LONGEST_SILENCE)
        open_time = max(start, self.interval.floor(run.since), earliest, run.kept_from)
        while open_time <= run.until:
            end = self.interval.after(open_time)
            closed_at = run.until if end <= run.until else None
            found = run.sums.get(open_time)
            if found and _begins_before(run, open_time):
                yield found.candle(open_time, closed_at=closed_at)
            elif found and (self.tells_parts or open_time in self._bases):
                yield self._partial(open_time)
            elif price is not None and closed_at is not None:
                yield no_trades(open_time, price, closed_at)
            price = found.close if found else price
            open_time = end

    def _partial(self, open_time: int) -> Candle:
        """All that is known of a candle of which trades are missing."""
        parts = [run.sums[open_time] for run in self._runs if open_time in run.sums]
        known = replace(parts[0])
        for part in parts[1:]:
            known.append(part)
        if open_time in self._bases:
            base, counted = self._bases[open_time]
            seen = parts[-1].volume - counted if open_time in self._runs[-1].sums else Decimal()
            known.open = base.open
            known.high, known.low = max(known.high, base.high), min(known.low, base.low)
            known.volume = max(known.volume, Decimal(repr(base.volume)) + seen)
        return known.candle(open_time)


def no_trades(open_time: int, price: float, as_of: int) -> Candle:
    """A closed candle without a trade: the price before it stands."""
    return Candle(open_time, price, price, price, price, 0.0, closed=True, as_of=as_of)


def filled(
    interval: Interval, candles: Iterable[Candle], before: Candle | None, until: int, as_of: int
) -> Iterator[Candle]:
    """`candles`, in order, with one without trades in each interval that they leave out.

    From after `before`, the candle known before the first of them, up to the last of them or to
    `until` (ms).
    """
    last = before
    for candle in candles:
        if last and last.open_time < candle.open_time:
            yield from _empties(interval, last, candle.open_time, as_of)
        yield candle
        last = candle
    if last:
        yield from _empties(interval, last, until, as_of)


def _empties(interval: Interval, last: Candle, until: int, as_of: int) -> Iterator[Candle]:
    open_time = interval.after(last.open_time)
    if interval.steps(open_time, until) > _LONGEST_SILENCE:
        return
    while interval.after(open_time) <= until:
        yield no_trades(open_time, last.close, as_of)
        open_time = interval.after(open_time)


def _begins_before(run: Run, open_time: int) -> bool:
    """Whether a run is known to have all that was traded from `open_time` on."""
    return run.since < open_time or run.first <= 1
