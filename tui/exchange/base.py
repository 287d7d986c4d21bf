"""The contract of an exchange: what it declares, what it is asked, what it answers.

An exchange is one file with a class that fulfils this and a function `create(name, settings)`.
It never does I/O: it says what to send and reads what came. The file may have `OPTIONS`, the rules
of its own keys in `[exchanges.NAME]`, and `DECLARED_ONLY`, when it is a kind of exchange that
exists only where the config declares one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf

from tui.market.book import Book
from tui.market.candle import Candle
from tui.market.events import Event, Trade
from tui.market.interval import Interval
from tui.market.symbol import Subscription, SymbolInfo


@dataclass(frozen=True, slots=True)
class Limits:
    """What the exchange allows; durations are seconds.

    A connection carries `subscriptions` and takes one command each `command_spacing`. A host
    takes `dial_burst` connections at once and one more each `dial_spacing`; its REST side takes
    requests of `rest_weight` in all a minute, of which `rest_burst` at once (a fifth where that
    is None), `history_page` candles each. It ends a connection after `lifetime`.
    """

    subscriptions: int
    command_spacing: float
    dial_burst: int
    dial_spacing: float
    rest_weight: int
    history_page: int
    lifetime: float = inf
    rest_burst: float | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One frame to send; `id` comes back with the reply, `covers` is what it (un)subscribes.

    One that covers nothing is sent beside the others; what becomes of it concerns no subscription.
    """

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
    """What an error body of the REST side says, in clean text.

    `status` is the HTTP status that it amounts to, where the exchange sends it with 200.
    """

    reason: str
    unknown_symbol: bool = False
    status: int = 400


class Exchange(ABC):
    """One exchange. `settle` is for how many seconds after its end a candle may still change.

    How its candles come: `from_trades`, because the stream has none, or from the stream, where a
    candle `marks_closed` itself when it is, or is over when the next one comes. One that
    `omits_empty` leaves out intervals without a trade, so that their absence proves no loss.
    `history_lag` is how old (s) a page of history may be when it comes. With a `clock_path`, a
    small GET whose Date header tells the time, history is asked for by windows of time. Without
    `pages_from_start` a page has the newest candles, however far back it was asked for.

    How it is talked to: one that does not `confirm` commands has taken them when they are sent.
    A close with one of `auth_closes` means that our token was not taken. With `has_heartbeat` the
    exchange wants pings of its own making, and answers them. Binary frames are garbage unless it
    `reads_binary`. One that `takes_token` has a login. One that `complains_with_200` sends errors
    of its REST side as if they were answers. Its answers tell in a `weight_header`, if it has one,
    what was used of the REST limit in the running minute. Order books are asked for each
    `book_pace` seconds at most.
    """

    name: str
    title: str
    ws_url: str
    rest_url: str
    intervals: Mapping[Interval, str]
    limits: Limits
    settle: float = 3.0
    default_symbols: Sequence[str] = ()
    from_trades: bool = False
    marks_closed: bool = True
    omits_empty: bool = False
    history_lag: float = 0.0
    clock_path: str = ""
    pages_from_start: bool = True
    confirms: bool = True
    auth_closes: frozenset[int] = frozenset()
    has_heartbeat: bool = False
    reads_binary: bool = False
    takes_token: bool = False
    complains_with_200: bool = False
    weight_header: str = ""
    book_pace: float = 2.0

    def spelling(self, name: str) -> str:
        """How the exchange spells a symbol that a person typed."""
        return name

    def fits(self, subscription: Subscription, others: Iterable[Subscription]) -> bool:
        """Whether a connection that carries `others` may carry this one, too."""
        return True

    @abstractmethod
    def endpoint(self) -> str:
        """The WebSocket url to dial."""

    @abstractmethod
    def subscribe(
        self, wanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        """Frames that add `wanted` to a connection that holds `held`, ids from `first_id` up.

        What no command covers is streamed already, for one of `held`.
        """

    @abstractmethod
    def unsubscribe(
        self, unwanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        """Frames that drop `unwanted` and leave the other `held` ones as they are.

        What no command covers is streamed for another one of `held`, too, and goes on.
        """

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

    def page_size(self, interval: Interval) -> int:
        """How many candles of that length come with one request at most."""
        return self.limits.history_page

    @abstractmethod
    def history_request(
        self, subscription: Subscription, start: int | None, limit: int
    ) -> Request | None:
        """The `limit` candles from `start` (ms) on, or more that are newer; None: no history.

        The newest ones when `start` is None, which it is not for one with a `clock_path`.
        """

    @abstractmethod
    def parse_history(self, subscription: Subscription, body: bytes, now: int) -> list[Candle]:
        """Candles by open time, each once; not closed unless settled at exchange time `now` (ms).

        What cannot be a candle, or opens more than an interval after `now`, is left out. Raises
        ExchangeError when the body is not a history.
        """

    def trades_request(self, name: str, before_id: int) -> Request | None:
        """The newest trades of a symbol with ids below `before_id`; None: they cannot be had."""
        return None

    def parse_trades(self, name: str, body: bytes) -> list[Trade]:
        """The trades of a symbol, in any order; what cannot be a trade is left out.

        Raises ExchangeError when the body is not a list of trades.
        """
        raise NotImplementedError(f"{self.title} has no trades over REST")

    def book_request(self, name: str) -> Request | None:
        """The order book of a symbol as it is now; None: it cannot be had."""
        return None

    def parse_book(self, name: str, body: bytes) -> Book:
        """The best levels of both sides. Raises ExchangeError when the body is not a book."""
        raise NotImplementedError(f"{self.title} has no order book over REST")

    def directory_request(self) -> Request | None:
        """The list of all symbols; None when there is none, and any name may be right."""
        return None

    def parse_directory(self, body: bytes) -> dict[str, SymbolInfo]:
        """Every symbol by its name; those that cannot be read are left out.

        Raises ExchangeError when the body is not a list of symbols, or none of them can be read.
        """
        raise NotImplementedError(f"{self.title} has no list of symbols")

    def parse_complaint(self, body: bytes) -> Complaint | None:
        """What an error body says; None when it is none, or not this exchange's."""
        return None
