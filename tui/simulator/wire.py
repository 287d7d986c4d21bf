"""The way from the market's streams to the clients, and what faults do to frames on it."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import count
from random import Random
from typing import NamedTuple

from tui.simulator.faults import (
    Duplicate,
    Faults,
    Gap,
    Garbage,
    Lasting,
    OfCandles,
    Reorder,
    Revise,
    Withhold,
)
from tui.simulator.frame import Frame
from tui.simulator.garbage import garbage

# A closed candle's frame with wrong values, and the right one said again so many ms later.
Revised = Callable[[str, int], tuple[str, str]]


class _Planned(NamedTuple):
    """A fault that meets the candles of one stream that open in [start, end), ms UTC."""

    fault: OfCandles
    start: int
    end: int


class Wire:
    """Frames go in as the market makes them and come out as clients get them.

    Without faults they are the same, in the same order. `clock` gives monotonic seconds.
    """

    def __init__(
        self, faults: Faults, clock: Callable[[], float], rng: Random, revised: Revised
    ) -> None:
        self._faults = faults
        self._clock = clock
        self._rng = rng
        self._revised = revised
        self._plans: defaultdict[str, list[_Planned]] = defaultdict(list)
        self._waiting: list[tuple[float, int, Frame]] = []
        self._serial = count()
        self._newest: dict[str, Frame] = {}

    def plan(self, fault: OfCandles, stream: str, start: int, end: int) -> None:
        """Let a fault meet the candles of a stream that open in [start, end), ms UTC."""
        self._plans[stream].append(_Planned(fault, start, end))

    def lift(self) -> None:
        self._plans.clear()

    def put(self, frame: Frame) -> None:
        arrivals = [(self._clock(), frame)]
        for fault in (*self._planned(frame), *self._faults.lasting()):
            arrivals = [
                (due + late, sent)
                for due, before in arrivals
                for late, sent in self._distorted(before, fault)
            ]
        for due, sent in arrivals:
            self._note(sent)
            self._queue(due, sent)
        for fault in self._faults.active(Garbage):
            for _ in range(fault.each):
                self._queue(self._clock(), _spoilt(frame, self._rng))

    def take(self) -> Iterator[Frame]:
        """The frames that are due."""
        now = self._clock()
        while self._waiting and self._waiting[0][0] <= now:
            yield heapq.heappop(self._waiting)[2]

    @property
    def newest(self) -> Collection[Frame]:
        """The last frame of each stream, unless it closed a candle."""
        return self._newest.values()

    def _queue(self, due: float, frame: Frame) -> None:
        heapq.heappush(self._waiting, (due, next(self._serial), frame))

    def _note(self, frame: Frame) -> None:
        if frame.closed:
            self._newest.pop(frame.stream, None)
        else:
            self._newest[frame.stream] = frame

    def _planned(self, frame: Frame) -> list[OfCandles]:
        plans = self._plans.get(frame.stream)
        if not plans:
            return []
        if frame.closed:  # closes come in order, the first frame of a candle may come before one
            plans[:] = [plan for plan in plans if frame.open_time < plan.end]
        return [plan.fault for plan in plans if plan.start <= frame.open_time < plan.end]

    def _distorted(self, frame: Frame, fault: OfCandles | Lasting) -> Sequence[tuple[float, Frame]]:
        """What becomes of a frame: frames, each with how many seconds it is late."""
        match fault:
            case Duplicate():
                return [(0.0, frame), (0.0, frame)]
            case Reorder(window=window):
                return [(self._rng.uniform(0.0, window), frame)]
            case Gap():
                return []
            case Withhold() if frame.closed:
                return []
            case Revise(after=after) if frame.closed:
                wrong, again = self._revised(str(frame.payload), round(after * 1000))
                late = frame._replace(payload=again)
                return [(0.0, frame._replace(payload=wrong)), (after, late)]
            case _:
                return [(0.0, frame)]


def _spoilt(frame: Frame, rng: Random) -> Frame:
    assert isinstance(frame.payload, str)
    return Frame(frame.stream, garbage(frame.payload, rng), bare=rng.random() < 0.5)
