"""What the demo can do to its own market, by plain names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from tui.simulator.faults import (
    Answer,
    At,
    BadPage,
    Breakable,
    Burst,
    Close,
    Drop,
    Duplicate,
    Fault,
    Forget,
    Gap,
    Garbage,
    Refuse,
    Reorder,
    Revise,
    Shutdown,
    Slow,
    Stall,
    Withhold,
)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pull the plug: its name, what it does and for how long, the faults in order."""

    name: str
    help: str
    faults: tuple[Fault, ...]


def _answers(status: int, name: str, retry_after: float | None = None) -> Way:
    """Who is connected would not meet the answer: the connections are cut too."""
    help_ = f"Cut every connection and answer HTTP {status} for 30 s"
    return Way(f"{name}, 30 s", help_, (Answer(status, 30.0, retry_after=retry_after), Drop()))


def _told(form: str, fault: Answer) -> Way:
    help_ = f"Answer HTTP 429 for 20 s; Retry-After is 15 s as {form}"
    return Way(f"429, Retry-After as {form}", help_, (fault, Drop()))


def _pages(name: str, help_: str, fault: BadPage) -> Way:
    return Way(f"{name}, 20 s", f"{help_} for 20 s, and cut every connection", (fault, Drop()))


_LENGTHS = (10, 45)
WAYS: tuple[Way, ...] = (
    Way("drop", "Cut every connection now", (Drop(),)),
    *(
        Way(f"stall {s} s", f"Send nothing for {s} s over open connections", (Stall(s),))
        for s in _LENGTHS
    ),
    *(
        Way(f"refuse {s} s", f"Cut all, answer every request with HTTP 503 for {s} s", (Refuse(s),))
        for s in _LENGTHS
    ),
    Way("close 1001", "End every connection with close code 1001: going away", (Close(1001),)),
    Way("close 1008", "End every connection with close code 1008: policy", (Close(1008),)),
    Way("close 1012", "End every connection with close code 1012: restart", (Close(1012),)),
    Way("close 4000", "End every connection with close code 4000", (Close(4000, "see you"),)),
    Way("serverShutdown", "Announce the end, and close after 10 s", (Shutdown(10.0),)),
    _told("seconds", Answer(429, 20.0, retry_after=15.0)),
    _told("a date", Answer(429, 20.0, retry_after=15.0, form="date")),
    _told("an epoch", Answer(429, 20.0, retry_after=15.0, form="epoch")),
    _answers(418, "ban", 25.0),
    _answers(451, "region, HTTP 451"),
    _answers(403, "gate, HTTP 403"),
    _answers(200, "login page"),
    Way("slow handshake, 30 s", "Cut every connection; handshakes take 5 s for 30 s",
        (Slow(5.0, 30.0, At.UPGRADE), Drop())),
    Way("slow history, 30 s", "Cut every connection; REST answers after 5 s for 30 s",
        (Slow(5.0, 30.0, At.REST), Drop())),
    _pages("empty pages", "History is empty", BadPage("empty", 20.0)),
    _pages("overlapping pages", "History comes in wrong pages", BadPage("overlap", 20.0)),
    _pages("garbage pages", "History is garbage", BadPage("garbage", 20.0)),
    _pages("cut pages", "History breaks off", BadPage("cut", 20.0)),
    Way("garbage, 20 s", "Garbage follows every frame for 20 s", (Garbage(20.0),)),
    Way("duplicate, 20 s", "Every frame comes twice for 20 s", (Duplicate(20.0),)),
    Way("reorder, 20 s", "Frames overtake each other for 20 s", (Reorder(20.0),)),
    Way("burst, 10 s", "20,000 frames a second for 10 s", (Burst(20_000.0, 10.0),)),
    Way("gap", "The next 3 candles of every stream are lost", (Gap(3),)),
    Way("withhold", "The next close of every stream is not sent", (Withhold(),)),
    Way("revise", "The next close of every stream is wrong, and put right after 1 s", (Revise(),)),
    Way("forget, 60 s", "One stream of every connection is silent for 60 s", (Forget(1, 60.0),)),
    Way("forget on the next dial", "Cut every connection; the next forgets one stream for good",
        (Forget(1, next_dial=True), Drop())),
)  # fmt: skip


class Pluggable(Breakable):
    """Something whose plug a person can pull, by the names of the ways to do it."""

    def ways(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        """Every way to pull the plug: its name, what it does and for how long, what does it."""
        for way in WAYS:
            yield way.name, way.help, partial(self._pull, way.faults)
        yield "end all faults", "Refuse, stall and garble no more", self.lift

    def _pull(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.inject(fault)
