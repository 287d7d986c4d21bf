"""What can go wrong with the simulated exchange, as facts, and what is wrong now.

Durations are in real seconds, whatever the exchange's clock does. No fault changes the truth:
the ledger and REST's candles stay what they are without it. What a fault looks like is the
dialect's: the bodies of refusals, the pages, how a symbol is written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Flag
from math import inf
from typing import Literal, TypeVar

from tui.simulator.chance import scattered

Form = Literal["seconds", "date", "epoch"]


class At(Flag):
    """Which requests a fault meets: WebSocket upgrades, REST, or both."""

    UPGRADE = 1
    REST = 2
    BOTH = 3


@dataclass(frozen=True, slots=True)
class Drop:
    """Every WebSocket's TCP connection is reset."""


@dataclass(frozen=True, slots=True)
class Close:
    """Every WebSocket is ended with a close frame; any code, a reason of at most 123 bytes."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Every client is told, if the exchange has words for it, and closed (1001) later."""

    after: float


@dataclass(frozen=True, slots=True)
class Refuse:
    """Every WebSocket is reset, and everything is answered with 503 for so long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status with the body that goes with it, instead of service.

    Those that the exchange itself uses have its error, such as 429; 403 is a page of 1 MiB, all
    others a short page: 200 is the login page of a hotel. `retry_after` (s from each request) may
    be written in `form`: whole seconds, an HTTP-date or seconds since 1970.
    """

    status: int
    seconds: float
    at: At = At.BOTH
    retry_after: float | None = None
    form: Form = "seconds"


@dataclass(frozen=True, slots=True)
class Slow:
    """Requests wait `delay` seconds for their answer, upgrades for their handshake."""

    delay: float
    seconds: float
    at: At = At.BOTH


@dataclass(frozen=True, slots=True)
class BadPage:
    """REST answers 200 with a body that is cut short or garbage; history also empty or wrong.

    An overlapping page of candles begins half its length too early and ends as much too early.
    """

    kind: Literal["empty", "overlap", "garbage", "cut"]
    seconds: float


@dataclass(frozen=True, slots=True)
class Stall:
    """No data are sent, and they are lost; commands and pings are answered."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Forget:
    """`count` streams of a connection are acknowledged and never send.

    Every connection's, now and later; or only those of the next one that opens, for its life.
    Which ones follows from `seed` and their names.
    """

    count: int
    seconds: float = inf
    next_dial: bool = False
    seed: int = 0

    def forgotten(self, streams: Iterable[str]) -> list[str]:
        """Those of a connection's streams that do not send."""
        return sorted(streams, key=lambda name: scattered(name, self.seed, 2**32))[: self.count]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Every frame is sent twice."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reorder:
    """Frames are late by anything up to `window` seconds, so that they overtake each other."""

    seconds: float
    window: float = 0.5


@dataclass(frozen=True, slots=True)
class Garbage:
    """`each` frames of garbage follow every frame; see `garbage.py`."""

    seconds: float
    each: int = 1


@dataclass(frozen=True, slots=True)
class Burst:
    """`rate` frames a second, over all connections, that repeat the newest state of streams.

    A client that reads more slowly is sent less.
    """

    rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Gap:
    """No frame of the forming candle and those after it, `candles` in all, in each open stream.

    Where candles come as trades (Coinbase) it is the trades of whole minutes. Here as below the
    streams are those of one symbol (`BTCUSDT`, `BTC-USD`), or of all when it is None.
    """

    candles: int = 1
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Withhold:
    """The next closes, `candles` in each open stream, are not sent.

    Nothing where the wire has no closed flag (Coinbase, Kraken).
    """

    candles: int = 1
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Revise:
    """The next closes have wrong values; the right ones follow `after` seconds later.

    Nothing where the wire has no closed flag (Coinbase, Kraken).
    """

    candles: int = 1
    symbol: str | None = None
    after: float = 1.0


Event = Drop | Close | Shutdown | Refuse
OfCandles = Gap | Withhold | Revise
Lasting = Answer | Slow | BadPage | Stall | Forget | Duplicate | Reorder | Garbage | Burst
Fault = Event | OfCandles | Lasting

F = TypeVar("F", bound=Lasting)


class Faults:
    """What is wrong now; `clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._ends: dict[Lasting, float] = {}

    def add(self, fault: Lasting) -> None:
        self._ends = {known: self._ends[known] for known in self.lasting()}
        self._ends[fault] = self._clock() + fault.seconds

    def clear(self) -> None:
        self._ends.clear()

    def lasting(self) -> list[Lasting]:
        """All that are not over, in the order in which they came."""
        now = self._clock()
        return [fault for fault, end in self._ends.items() if now < end]

    def active(self, kind: type[F]) -> list[F]:
        """Those of one kind."""
        return [fault for fault in self.lasting() if isinstance(fault, kind)]


class Breakable(ABC):
    """Something that faults can be made in; the common ones have a method of their own."""

    @abstractmethod
    def inject(self, fault: Fault) -> None:
        """Make it happen now."""

    @abstractmethod
    def lift(self) -> None:
        """End all that lasts; frames that are late already still come."""

    def drop(self) -> None:
        self.inject(Drop())

    def stall(self, seconds: float) -> None:
        self.inject(Stall(seconds))

    def refuse(self, seconds: float) -> None:
        self.inject(Refuse(seconds))

    def close(self, code: int, reason: str) -> None:
        self.inject(Close(code, reason))
