"""A market that is a pure function of seed, symbol and time: nothing is stored, only cached."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from math import cos, pi, sqrt
from random import Random

from tui.market.interval import Interval
from tui.simulator.bar import Bar, Print, joined, of_prints
from tui.simulator.catalogue import Listing
from tui.simulator.split import extremes, prints_of, split

ORIGIN = 1_514_764_800  # 2018-01-01, a Monday, the first of a month and on the 3-day grid
_HOUR = 3_600
_DAY = 24 * _HOUR


@dataclass(frozen=True, slots=True)
class Level:
    """One size of bar, in seconds; `spread` scales its moves against a random walk.

    Above a day the moves are damped: prices stay within a few times the catalogue's for decades.
    """

    seconds: int
    spread: float = 1.0


LEVELS = (
    Level(8192 * _DAY),
    Level(1024 * _DAY, 0.2),
    Level(128 * _DAY, 0.45),
    Level(16 * _DAY, 0.8),
    Level(_DAY),
    Level(6 * _HOUR),
    Level(_HOUR),
    Level(900),
    Level(60),
    Level(1),
)
_SECOND = len(LEVELS) - 1
END = ORIGIN + LEVELS[0].seconds  # June 2040


class Market:
    """One symbol's past, present and future between ORIGIN and END (s UTC)."""

    def __init__(self, seed: int, listing: Listing) -> None:
        self.listing = listing
        digest = blake2b(f"{seed}:{listing.name}".encode(), digest_size=16).digest()
        self._key = int.from_bytes(digest, "big") << 64
        self._children = lru_cache(maxsize=512)(self._split)
        self._prints = lru_cache(maxsize=16)(self._print)

    def bar(self, start: int, end: int) -> Bar:
        """The bar of the whole seconds in [start, end), s UTC; `start` not before ORIGIN."""
        return joined(list(self._cover(start - ORIGIN, end - ORIGIN)))

    def candle(self, interval: Interval, open_time: int, now: int | None = None) -> Bar:
        """The bar of the candle that opens at `open_time`; with `now` (ms), its part up to then."""
        end = interval.after(open_time)
        if now is None or now >= end:
            return self.bar(open_time // 1000, end // 1000)
        second = now // 1000
        done = [self.bar(open_time // 1000, second)] if second * 1000 > open_time else []
        return joined([*done, self._part(second, now)])

    def candles(self, interval: Interval, since: int, now: int) -> Iterator[tuple[int, Bar]]:
        """Open times and bars of the candles that open at `since` (ms) or later; the last forms."""
        if since > now:
            return
        open_time = interval.floor(max(since, ORIGIN * 1000))
        if open_time < since:
            open_time = interval.after(open_time)
        while open_time <= now:
            yield open_time, self.candle(interval, open_time, now)
            open_time = interval.after(open_time)

    def prints(self, after: int, until: int) -> Iterator[Print]:
        """The prints with after < time <= until, ms UTC."""
        for second in range((after + 1) // 1000, until // 1000 + 1):
            for trade in self._prints(second):
                if after < trade.time <= until:
                    yield trade

    def prints_from(self, print_id: int, until: int) -> Iterator[Print]:
        """The prints from an id on, up to a time in ms."""
        while (second := self._second_of(print_id)) <= until // 1000:
            prints = self._prints(second)
            for trade in prints:
                if trade.id >= print_id and trade.time <= until:
                    yield trade
            print_id = prints[-1].id + 1  # many seconds are without one where little is traded

    def printed(self, now: int) -> int:
        """How many prints there were up to `now` (ms): the id of the next one."""
        part = self._part(now // 1000, now)
        return part.first + part.prints

    def _part(self, second: int, now: int) -> Bar:
        prints = self._prints(second)
        seen = bisect_right(prints, now, key=lambda trade: trade.time)
        return of_prints(self._node(_SECOND, second - ORIGIN), prints[:seen])

    def _print(self, second: int) -> tuple[Print, ...]:
        offset = second - ORIGIN
        return prints_of(self._node(_SECOND, offset), second * 1000, self._rng(_SECOND, offset))

    def _cover(self, start: int, end: int) -> Iterator[Bar]:
        """The fewest aligned bars that fill [start, end), seconds since ORIGIN."""
        while start < end:
            depth = next(
                depth
                for depth, level in enumerate(LEVELS)
                if start % level.seconds == 0 and start + level.seconds <= end
            )
            yield self._node(depth, start // LEVELS[depth].seconds)
            start += LEVELS[depth].seconds

    def _node(self, depth: int, index: int) -> Bar:
        if depth == 0:
            return self._root()
        parent, child = divmod(index, LEVELS[depth - 1].seconds // LEVELS[depth].seconds)
        return self._children(depth, parent)[child]

    def _split(self, depth: int, parent: int) -> tuple[Bar, ...]:
        """The bars of `depth` inside one bar of the level above."""
        level, above = LEVELS[depth], LEVELS[depth - 1]
        inner = LEVELS[min(depth + 1, _SECOND)].spread
        start = parent * above.seconds
        shape = [_rhythm(start + s, level.seconds) for s in range(0, above.seconds, level.seconds)]
        rng = self._rng(depth - 1, parent)
        return split(self._node(depth - 1, parent), shape, rng, level.spread, inner)

    def _root(self) -> Bar:
        listing, length = self.listing, LEVELS[0].seconds
        prints = max(1, int(listing.rate * length))
        variance = listing.daily_move**2 * length / _DAY
        price = listing.base_ticks
        spread = sqrt(variance) * LEVELS[1].spread
        high, low = extremes(price, price, spread, self._rng(0, -1))
        lots = prints * listing.lots_a_print
        return Bar(0, prints, lots, price, price, round(high), max(1, round(low)), price, variance)

    def _rng(self, depth: int, index: int) -> Random:
        return Random(self._key + (depth << 48) + index)

    def _second_of(self, print_id: int) -> int:
        """The second (UTC) in which a print falls."""
        depth, index = 0, 0
        while depth < _SECOND:
            children = self._children(depth + 1, index)
            child = bisect_right(children, print_id, key=lambda bar: bar.first) - 1
            index = index * len(children) + max(0, child)
            depth += 1
        return ORIGIN + index


@lru_cache(maxsize=256)
def _hourly(hour: int, hours: int) -> float:
    """Most is traded when Europe's afternoon meets America's morning, around 15 h UTC."""
    return sum(1 + 0.55 * cos(2 * pi * (h - 15) / 24) for h in range(hour, hour + hours))


def _rhythm(start: int, seconds: int) -> float:
    """The expected share of the movement: by the hour of the day, less at weekends."""
    if _HOUR <= seconds < _DAY:
        return _hourly(start % _DAY // _HOUR, seconds // _HOUR)
    if seconds == _DAY:
        return 0.6 if start // _DAY % 7 >= 5 else 1.0
    return 1.0
