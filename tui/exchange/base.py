"""The contract of an exchange: what it declares, what it is asked, what it answers.

An exchange is one file with a class that fulfils this and a function `create(settings)`.
It never does I/O: it says what to send and reads what came.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from tui.market.candle import Candle
from tui.market.events import Event
from tui.market.interval import Interval
from tui.market.symbol import Subscription, SymbolInfo


@dataclass(frozen=True, slots=True)
class Limits:
    """What the exchange allows; durations are seconds.

    A connection carries `subscriptions` and takes one command each `command_spacing`. A host
    takes `dial_burst` connections at once and one more each `dial_spacing`; its REST side takes
    requests of `rest_weight` in all a minute, `history_page` candles each. It ends a connection
    after `lifetime`.
    """

    subscriptions: int
    command_spacing: float
    dial_burst: int
    dial_spacing: float
    rest_weight: int
    history_page: int
    lifetime: float = inf


@dataclass(frozen=True, slots=True)
class Command:
    """One frame to send; `id` comes back with the reply, `covers` is what it (un)subscribes."""

    id: int
    text: str
    covers: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One GET below the exchange's REST url; `weight` counts against its limit a minute."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error body of the REST side says, in clean text."""

    reason: str
    unknown_symbol: bool = False


class Exchange(ABC):
    """One exchange. `settle` is for how many seconds after its end a candle may still change.

    A close with one of `auth_closes` means that our token was not taken. With `has_heartbeat` the
    exchange wants pings of its own making, and answers them. Binary frames are garbage unless it
    `reads_binary`.
    """

    name: str
    title: str
    ws_url: str
    rest_url: str
    intervals: Mapping[Interval, str]
    limits: Limits
    settle: float = 3.0
    default_symbols: Sequence[str] = ()
    auth_closes: frozenset[int] = frozenset()
    has_heartbeat: bool = False
    reads_binary: bool = False

    def spelling(self, name: str) -> str:
        """How the exchange spells a symbol that a person typed."""
        return name

    @abstractmethod
    def endpoint(self) -> str:
        """The WebSocket url to dial."""

    @abstractmethod
    def subscribe(
        self, wanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        """Frames that add `wanted` to a connection that holds `held`, ids from `first_id` up."""

    @abstractmethod
    def unsubscribe(
        self, unwanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        """Frames that drop `unwanted` and leave the other `held` ones as they are."""

    def inquiry(self, id: int) -> str | None:  # noqa: A002 - the wire's own word
        """The frame that asks what the connection is subscribed to; None: it cannot be asked."""
        return None

    def missing(
        self, held: Iterable[Subscription], names: frozenset[str]
    ) -> frozenset[Subscription]:
        """Those of `held` that an Inventory's names do not cover."""
        return frozenset()

    def login(self, token: str) -> str:
        """The frame that shows our token."""
        raise NotImplementedError(f"{self.title} knows no login")

    def ping(self, id: int) -> str:  # noqa: A002 - the wire's own word
        """The frame of a ping, where the exchange has pings of its own making."""
        raise NotImplementedError(f"{self.title} has no pings of its own")

    @abstractmethod
    def parse(self, frame: bytes | str) -> Sequence[Event]:
        """Read one binary or text frame. Total: what cannot be read is a Malformed event."""

    @abstractmethod
    def history_request(self, subscription: Subscription, start: int | None, limit: int) -> Request:
        """The candles from `start` (ms) on, oldest first; the newest ones when it is None."""

    @abstractmethod
    def parse_history(self, subscription: Subscription, body: bytes, now: int) -> list[Candle]:
        """Candles by open time, each once; not closed unless settled at exchange time `now` (ms).

        What cannot be a candle, or opens more than an interval after `now`, is left out. Raises
        ExchangeError when the body is not a history.
        """

    @abstractmethod
    def directory_request(self) -> Request:
        """The list of all symbols."""

    @abstractmethod
    def parse_directory(self, body: bytes) -> dict[str, SymbolInfo]:
        """Every symbol by its name; those that cannot be read are left out.

        Raises ExchangeError when the body is not a list of symbols, or none of them can be read.
        """

    @abstractmethod
    def parse_complaint(self, body: bytes) -> Complaint | None:
        """What the body of a refused request says; None when it is not this exchange's."""
