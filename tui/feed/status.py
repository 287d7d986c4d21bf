"""What the feed says of itself: the immutable facts that screens and scripts read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tui.market.book import Book
from tui.market.candle import Candle
from tui.market.events import Ticker
from tui.market.series import Hole
from tui.market.symbol import Subscription, SymbolInfo


class ConnectionState(Enum):
    """Where a connection stands; the values are what `stream --states` prints."""

    IDLE = "idle"
    DIALING = "dialing"
    AUTHING = "authing"
    SUBSCRIBING = "subscribing"
    SYNCING = "syncing"
    LIVE = "live"
    STALE = "stale"
    BACKOFF = "backoff"
    PARKED = "parked"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """The health of one subscription.

    `attempt` is the number of the next dial since the link was last stable; `retry_in` seconds
    until it. `data_age` is how old the newest data of this symbol are, in seconds, over REST as
    long as none came live; None before the first.
    `quiet` is true when the exchange, asked over REST, confirmed that nothing was traded.
    `rejected` is the exchange's or our reason why this subscription cannot be served. `unstable`
    is true when data were lost again and again within the last minutes, `offline` while the way
    to the exchange is why there are none.
    """

    state: ConnectionState
    attempt: int = 0
    retry_in: float | None = None
    reason: str = ""
    data_age: float | None = None
    quiet: bool = False
    rejected: str = ""
    unstable: bool = False
    offline: bool = False


class OlderState(Enum):
    """How it stands with the candles before the oldest one that is known."""

    AVAILABLE = "available"
    LOADING = "loading"
    NONE = "none"  # the exchange has none
    FULL = "full"  # there may be some, but no more are kept
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Older:
    """The candles that open before `before` (ms UTC), the oldest that was known then.

    They were asked for in vain `attempt` times in a row; `reason` says why, and they are asked for
    again from `retry_at` on, in seconds of the engine's clock.
    """

    state: OlderState = OlderState.AVAILABLE
    before: int = 0
    attempt: int = 0
    reason: str = ""
    retry_at: float = 0.0


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One subscription at one instant: all that a pane draws.

    `candles` are the exchange's own, oldest first, the last one usually still forming. `price`
    is the newest traded price, which may be ahead of the last candle; `price_time` its exchange
    time in ms. `holes` are unknown ranges, `uncertain_from` the open time from which candles
    wait for backfill (None when the series is whole), `repaired` the ranges that backfill filled.
    `known` is how many candles there are in all, `older` what is known of those before them.
    """

    subscription: Subscription
    revision: int
    candles: tuple[Candle, ...]
    holes: tuple[Hole, ...]
    repaired: tuple[Hole, ...]
    uncertain_from: int | None
    price: float | None
    price_time: int | None
    price_digits: int
    volume_digits: int
    ticker: Ticker | None
    status: FeedStatus
    known: int = 0
    older: Older = Older()


@dataclass(frozen=True, slots=True)
class BookView:
    """An order book as it was `age` seconds ago at most; both are None before the first.

    `reason` says why no newer one comes; it is empty when all is well.
    """

    book: Book | None = None
    age: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """One row of the connection panel; durations are seconds, rates per second.

    Of its messages `malformed` could not be read, and `unread` are of kinds that nobody reads.
    """

    id: int
    exchange: str
    subscriptions: tuple[Subscription, ...]
    state: ConnectionState
    attempt: int
    retry_in: float | None
    reason: str
    close_code: int | None
    close_reason: str
    round_trip: float | None
    messages_rate: float
    bytes_rate: float
    data_age: float | None
    uptime: float | None
    reconnects: int
    gaps_found: int
    gaps_repaired: int
    unstable: bool = False
    malformed: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class StateChanged:
    """A subscription's connection entered `state`; `delay` seconds until the next dial."""

    subscription: Subscription
    state: ConnectionState
    attempt: int
    delay: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class GapOpened:
    """Candles from `start` (ms UTC) on may be missing: the link was lost or frames were."""

    subscription: Subscription
    start: int


@dataclass(frozen=True, slots=True)
class GapRepaired:
    """Backfill made [start, end) whole again; `candles` were filled in or changed."""

    subscription: Subscription
    start: int
    end: int
    candles: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """This subscription cannot be served; `nearest` are the exchange's most similar names."""

    subscription: Subscription
    reason: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CandleChanged:
    """A candle of a subscription changed; `origin` is one of `history`, `live`, `backfill`."""

    subscription: Subscription
    candle: Candle
    origin: str
    revised: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the person at the screen about one exchange."""

    exchange: str
    text: str


FeedEvent = StateChanged | GapOpened | GapRepaired | Rejected | CandleChanged | Notice


@dataclass(frozen=True, slots=True)
class Drained:
    """All that happened since the last drain: subscriptions to redraw, notable events in order."""

    dirty: frozenset[Subscription] = frozenset()
    events: tuple[FeedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class SymbolDirectory:
    """The symbols of an exchange by name; empty until loaded, `error` says why it could not be.

    One that is not `listed` never has any: each name may be right, `examples` are some that are.
    """

    exchange: str
    symbols: Mapping[str, SymbolInfo] = field(default_factory=dict)
    error: str = ""
    listed: bool = True
    examples: tuple[str, ...] = ()
