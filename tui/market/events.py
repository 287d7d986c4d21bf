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
    """One trade, or several at one price; `first_id` to `last_id` is without a jump per symbol."""

    name: str
    price: float
    size: float
    time: int
    first_id: int
    last_id: int


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
class Ack:
    """The exchange took the command `id`."""

    id: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """The exchange refused the command `id` (None when it does not say which)."""

    id: int | None
    reason: str


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
    """The answer to the question `id`: the streams that the connection has, in wire names."""

    id: int
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Malformed:
    """A frame, or a part of one, that could not be read; `reason` is one clipped line."""

    reason: str


Data = CandleReport | Trade | Ticker
Reply = Ack | Refusal | LoggedIn | LoginRefused | Ping | Pong | Inventory | ServerClosing
Event = Data | Reply | Malformed
