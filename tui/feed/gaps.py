"""What a series lacks, since when, and when to ask for it again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from tui.market.candle import Candle
from tui.market.series import CandleSeries, Hole

_REPAIRS_SHOWN = 50
# So many candles before a loss may have been corrected while nobody listened.
_DOUBTFUL = 3
_FIRST_PAUSE = 15.0
_LONGEST_PAUSE = 3_600.0
_LOSSES, _LATELY = 4, 300.0


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """A load of history from `start` (None: the newest), and how things stood when it began.

    `holes` were missing; `known` are the open times that any true answer has.
    """

    start: int | None
    epoch: int
    holes: tuple[Hole, ...]
    known: frozenset[int]

    def known_before(self, time: int) -> frozenset[int]:
        """Those of `known` that open before `time`, ms."""
        return frozenset(open_time for open_time in self.known if open_time < time)


class Gaps:
    """The gaps of one series. Times are exchange ms; `now` is monotonic seconds.

    From `uncertain_from` on candles may be missing or have other values, because the link was
    lost or trades were; a load that began after that ends it. `epoch` grows with each such loss,
    so that a load that began before cannot. `filled` candles came by loads since it opened.
    `doubted` are open times of closed candles before a loss that no settled row confirmed yet.
    """

    def __init__(self, series: CandleSeries) -> None:
        self.uncertain_from: int | None = None
        self.epoch = 0
        self.found = 0
        self.repaired = 0
        self.filled = 0
        self.doubted: set[int] = set()
        self.repairs: deque[Hole] = deque(maxlen=_REPAIRS_SHOWN)
        self._series = series
        self._losses: deque[float] = deque(maxlen=_LOSSES)
        self._conceded: frozenset[Hole] = frozenset()
        self._asked = 0
        self._ask_from = 0.0
        self._pause = 0.0

    def open(self, start: int) -> bool:
        """Nothing is certain from `start` on; True when this is a new gap."""
        self.epoch += 1
        self._ask_from = 0.0
        self._doubt_before(start)
        if self.uncertain_from is not None:
            self.uncertain_from = min(start, self.uncertain_from)
            return False
        self.uncertain_from = start
        self.found += 1
        self.filled = 0
        return True

    def lost(self, at: float) -> None:
        """Data were lost, the last ones before that came `at`."""
        self._losses.append(at)

    def unstable(self, now: float) -> bool:
        """Whether data were lost at least four times within the last five minutes."""
        return len(self._losses) == _LOSSES and now - self._losses[0] < _LATELY

    def _doubt_before(self, start: int) -> None:
        before = self._series.times_from(self.doubtful(start))
        self.doubted |= {t for t in before if t < start}

    def doubtful(self, start: int) -> int:
        """From where to read again when the candles from `start` on were lost."""
        return self._series.interval.after(start, -_DOUBTFUL)

    def confirm(self, rows: Iterable[Candle]) -> None:
        """What the exchange calls closed over REST is its last word."""
        self.doubted.difference_update(row.open_time for row in rows if row.closed)

    def close(self) -> Hole | None:
        """A load left no hole: the range that is certain again, if there was a gap."""
        start, last = self.uncertain_from, self._series.last
        self.uncertain_from = None
        if start is None or last is None:
            return None
        gap = Hole(start, max(last.open_time, start))
        self.repaired += 1
        if gap.end > gap.start:
            self.repairs.append(gap)
        return gap

    def holes(self, since: int | None = None) -> list[Hole]:
        """Holes that end after `since` and that the exchange may still fill."""
        holes = (hole for hole in self._series.holes() if hole not in self._conceded)
        return [hole for hole in holes if since is None or hole.end > since]

    def ask(self) -> int:
        """A load begins: the epoch whose uncertainty it can end."""
        self._asked = self.epoch
        return self.epoch

    def concede(self, holes: list[Hole], epoch: int, *, certain: bool = True) -> None:
        """A load of `epoch` shows that the exchange itself lacks these.

        They stay on the chart and are not asked for again. All else is `certain`, or may follow.
        """
        given_up = self._conceded.union(holes)
        self._conceded = given_up.intersection(self._series.holes())
        if certain and self.epoch == epoch:
            self.uncertain_from = None

    def accept(self) -> None:
        """Nobody can be asked for what is missing."""
        self.doubted.clear()
        self.concede(list(self._series.holes()), self.epoch)

    def may_ask(self, now: float) -> bool:
        """Whether the last vain question is long enough ago."""
        return now >= self._ask_from

    def pause(self, now: float) -> None:
        """Asking was in vain: again after 15 s, then twice as long each time, at most an hour.

        Not so when something was lost meanwhile: nobody has asked for that yet.
        """
        if self._asked != self.epoch:
            return
        self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * self._pause))
        self._ask_from = now + self._pause

    def awake(self, now: float) -> None:
        """The market moves: what is missing need not wait longer than the first pause."""
        self._pause = 0.0
        self._ask_from = min(self._ask_from, now + _FIRST_PAUSE)
