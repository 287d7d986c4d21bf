"""What an exchange can say, in one vocabulary for all of them.

`Exchange.parse` yields these. Reasons are clean text; names are only compared with those that
were subscribed to, and never shown; times are int ms UTC of the exchange, from EARLIEST until
LATEST; prices and volumes are finite floats.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.market.candle import Candle
from tui.market.interval import Interval

EARLIEST = 1_230_768_000_000  # 2009: nothing was traded before
LATEST = 4_102_444_800_000  # 2100


@dataclass(frozen=True, slots=True)
class CandleReport:
    """The full state of one candle; replaces, never adds."""

    name: str
    interval: Interval
    candle: Candle


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade, or several at one price; ids run without a jump for each symbol.

    `first_id` and `last_id` are None where the exchange does not number its trades.
    """

    name: str
    price: float
    size: float
    time: int
    first_id: int | None
    last_id: int | None


@dataclass(frozen=True, slots=True)
class Ticker:
    """The last 24 hours of a symbol: `open` is the price 24 h ago, `volume` in the base asset."""

    name: str
    open: float
    high: float
    low: float
    last: float
    volume: float
    time: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """The exchange's word that at `time` the newest trade of a symbol was `last_id`."""

    name: str
    last_id: int
    time: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The exchange took the command `id`; with a `name` only what it asked for that symbol."""

    id: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The exchange refused the command `id` (None when it does not say which).

    With a `name` only what was asked for that symbol.
    """

    id: int | None
    reason: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ServerClosing:
    """The server will go away soon: open another connection now."""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The exchange took our token."""


@dataclass(frozen=True, slots=True)
class LoginRefused:
    """The exchange did not take our token."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ping:
    """The exchange wants `reply`, a whole frame, back at once."""

    reply: str


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to our ping `id` (None when the exchange does not say which)."""

    id: int | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """The streams that the connection has, in wire names: the answer to the question `id`.

    Without an id the exchange's answer to any command is the whole list as it is now.
    """

    id: int | None
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Malformed:
    """A frame, or a part of one, that could not be read; `reason` is one clipped line."""

    reason: str


Data = CandleReport | Trade | Ticker | Pulse
Reply = Ack | Refusal | LoggedIn | LoginRefused | Ping | Pong | Inventory | ServerClosing
Event = Data | Reply | Malformed
