"""When a candle is over though the exchange's stream does not say it: the next one proves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from tui.market.aggregate import filled
from tui.market.candle import Candle
from tui.market.series import CandleSeries

# So long (ms) after its end a word on a candle that the stream has passed over may still come.
JUMP_GRACE = 2_000


class Inference:
    """What the stream told of `series` since the link was lost last, and what follows from it.

    An exchange that `omits_empty` tells nothing of intervals without a trade. Times are exchange
    ms. What is inferred is to be confirmed by the exchange itself.
    """

    def __init__(self, series: CandleSeries, *, omits_empty: bool) -> None:
        self._series = series
        self._omits_empty = omits_empty
        self._reported: set[int] = set()
        self._newest: Candle | None = None

    def report(self, candle: Candle) -> None:
        """The stream told of this one."""
        self._reported.add(candle.open_time)
        if self._newest is None or candle.open_time >= self._newest.open_time:
            self._newest = candle

    def lose(self) -> None:
        """What comes next does not follow what came before."""
        self._reported.clear()
        self._newest = None

    def judged(self, candle: Candle) -> Candle:
        """A late word on a candle that was inferred to be closed does not open it again."""
        known = self._series.get(candle.open_time)
        return replace(candle, closed=True) if known and known.closed else candle

    def over(self, time: int) -> list[Candle]:
        """Candles that the stream went on from, some time ago at `time`, as closed ones.

        And those between them, where the exchange leaves out intervals without a trade.
        """
        newest = self._newest
        if newest is None:
            return []
        ended = self._ended((t for t in self._reported if t < newest.open_time), time)
        known = [candle for t in sorted(ended) if (candle := self._series.get(t))]
        self._reported -= {candle.open_time for candle in known[:-1]}
        empty = self._between([*known, newest], time) if known and self._omits_empty else []
        return [*(replace(c, closed=True) for c in known if not c.closed), *empty]

    def _between(self, candles: list[Candle], time: int) -> list[Candle]:
        """Candles without trades between those of the stream that are not known yet."""
        interval = self._series.interval
        unknown = self._ended((hole.start for hole in self._series.holes()), time)
        return [
            empty
            for before, following in pairwise(candles)
            if interval.after(before.open_time) in unknown
            for empty in filled(interval, [], before, following.open_time, following.as_of)
        ]

    def _ended(self, open_times: Iterable[int], time: int) -> set[int]:
        after = self._series.interval.after
        return {t for t in open_times if after(t) + JUMP_GRACE <= time}
