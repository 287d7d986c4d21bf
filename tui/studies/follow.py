"""Studies that follow a series candle by candle: a tick changes the newest value and no other."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

from talipp.ohlcv import OHLCV

from tui.market.candle import Candle
from tui.market.forming import with_price
from tui.market.interval import Interval
from tui.market.symbol import Subscription
from tui.studies.catalogue import Kind, Values
from tui.studies.study import Study

# More than the longest study looks back: MACD 500 500 500.
_KEPT = 2_000


class Series(Protocol):
    """What is followed: one subscription at one instant, in the words of the feed."""

    @property
    def subscription(self) -> Subscription: ...
    @property
    def candles(self) -> tuple[Candle, ...]: ...
    @property
    def price(self) -> float | None: ...
    @property
    def price_time(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """What a study gives at one instant.

    `closed` has the values of all candles but the newest by open time (ms UTC), and is the same
    object as long as none of them changed; `live` are those of the newest.
    """

    study: Study
    closed: Mapping[int, Values]
    live: Values

    @property
    def kind(self) -> Kind:
        """How the values are drawn and written."""
        return self.study.kind


class Follower:
    """Some studies along one series; another series needs another follower.

    A study starts anew after a hole, as values across it are not known to be right.
    """

    def __init__(self, studies: Iterable[Study]) -> None:
        self.tracks = [_Track(study) for study in studies]
        self._past: list[Candle] = []
        self._seen: tuple[Candle, ...] = ()

    @property
    def studies(self) -> tuple[Study, ...]:
        """What is followed, in the order of choice."""
        return tuple(track.study for track in self.tracks)

    def follow(self, series: Series) -> tuple[Figures, ...]:
        """The figures of all studies for the series as it is now; none without a candle."""
        if not series.candles:
            return ()
        *_, newest = series.candles
        interval = series.subscription.interval
        forming = with_price(newest, series.price, series.price_time, interval)
        past = series.candles[:-1]
        if past != self._seen:
            self._take(past, interval)
        before = past[-1].open_time if past else 0
        return tuple(
            track.figures(forming, track.study.starts_at(newest.open_time, before, interval))
            for track in self.tracks
        )

    def _take(self, past: tuple[Candle, ...], interval: Interval) -> None:
        """Go back to where the series changed, and on from there."""
        known = self._known(past)
        back = len(self._past) - known
        if not known or not all(track.go_back(back) for track in self.tracks):
            self.tracks = [_Track(track.study) for track in self.tracks]
            self._past, back = [], 0
        del self._past[len(self._past) - back :]
        last = self._past[-1].open_time if self._past else 0
        for candle in past[bisect_left(past, last + 1, key=attrgetter("open_time")) :]:
            for track in self.tracks:
                track.add(candle, track.study.starts_at(candle.open_time, last, interval))
            self._past.append(candle)
            last = candle.open_time
        self._seen = past
        self._forget(max(_KEPT, len(past)))

    def _known(self, past: tuple[Candle, ...]) -> int:
        """How many of the candles taken before stand; 0 when `past` begins before them."""
        if not past or not self._past or past[0].open_time < self._past[0].open_time:
            return 0
        first = bisect_left(self._past, past[0].open_time, key=attrgetter("open_time"))
        pairs = zip(self._past[first:], past, strict=False)
        return next(
            (first + i for i, (old, new) in enumerate(pairs) if old != new),
            min(len(self._past), first + len(past)),
        )

    def _forget(self, kept: int) -> None:
        if len(self._past) > 2 * kept:
            del self._past[:-kept]
            for track in self.tracks:
                track.forget(self._past[0].open_time, kept)


class _Track:
    """One study, fed with candles; the newest one may be replaced, others taken back."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._nothing: Values = (None,) * len(study.kind.lines)
        self._values: dict[int, Values] = {}
        self._closed: Mapping[int, Values] = {}
        self._figures: Figures | None = None
        self._forming: Candle | None = None
        self._start()

    def _start(self) -> None:
        self._indicator = self.study.indicator()
        self._fed = 0

    def add(self, candle: Candle, anew: bool) -> None:
        """Take the next candle, which is not the newest any more."""
        self._let_go()
        self._values[candle.open_time] = self._next(candle, anew)
        self._fed += 1
        self._figures = None

    def figures(self, forming: Candle, anew: bool) -> Figures:
        """The figures with `forming` as the newest candle."""
        if self._figures and forming == self._forming:
            return self._figures
        self._let_go()
        if not self._figures:
            self._closed = dict(self._values)
        live = self._live(forming, anew)
        self._figures = Figures(self.study, self._closed, live)
        return self._figures

    def go_back(self, count: int) -> bool:
        """Take back the last `count` candles, if there are some left since the start then."""
        self._let_go()
        if count >= self._fed:
            return not count
        for _ in range(count):
            self._indicator.remove()
            self._values.popitem()
        self._fed -= count
        self._figures = None
        return True

    def forget(self, first: int, kept: int) -> None:
        """Drop the values before the open time `first`, and input that is not looked at again."""
        self._let_go()
        self._values = {time: v for time, v in self._values.items() if time >= first}
        if self._fed > kept:
            self._indicator.purge_oldest(self._fed - kept)
            self._fed = kept

    def _live(self, forming: Candle, anew: bool) -> Values:
        if anew:
            # Not kept: what is fed so far goes on if this candle is taken back.
            return self._read(self.study.indicator(), forming)
        self._forming = forming
        return self._read(self._indicator, forming)

    def _let_go(self) -> None:
        """Take back the forming candle."""
        if self._forming:
            self._indicator.remove()
            self._forming = None

    def _next(self, candle: Candle, anew: bool) -> Values:
        if anew:
            self._start()
        return self._read(self._indicator, candle)

    def _read(self, indicator: Any, candle: Candle) -> Values:
        if self.study.kind.closes:
            indicator.add(candle.close)
        else:
            indicator.add(OHLCV(*candle.values))
        value = indicator[-1]
        return self._nothing if value is None else self.study.kind.values(value)
