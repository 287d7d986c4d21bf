"""What an alert watches for. `str` of a rule is the line that `tui.alerts.line` reads."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tui.market.interval import DAY, HOUR, MINUTE, SECOND
from tui.market.symbol import Subscription

# A price must go back by so much of the level before the same alert can ring again.
PRICE_BAND = 0.001
VOLUME_CANDLES = 20
RSI_PERIOD = 14
_RSI_BACK = 2.0
_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (SECOND, "s"))


@dataclass(frozen=True, slots=True)
class Gate:
    """Rings at `level` and above, once; again only after `release` or less was seen.

    Values of a rule that watches for falling are `sign` -1 times what is measured.
    """

    level: float
    release: float
    sign: int = 1


@dataclass(frozen=True, slots=True)
class _OfOne:
    subject: Subscription

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """What must be subscribed to."""
        return (self.subject,)


@dataclass(frozen=True, slots=True)
class Price(_OfOne):
    """The price crosses `level`; it has gone back once it is `band` (a share of it) beyond."""

    above: bool
    level: float
    band: float = PRICE_BAND

    @property
    def gate(self) -> Gate:
        return _gate(self.above, self.level, self.level * self.band)

    def __str__(self) -> str:
        band = "" if self.band == PRICE_BAND else f" back {_percent(self.band)}"
        return f"{self.subject} {_sign(self.above)} {plain(self.level)}{band}"


@dataclass(frozen=True, slots=True)
class Change(_OfOne):
    """The price is `ratio` away from that of `window` ms ago: up (1), down (-1) or either (0).

    `ratio` is above zero, 0.02 for 2 %.
    """

    ratio: float
    direction: int
    window: int

    @property
    def gate(self) -> Gate:
        return Gate(self.ratio, self.ratio / 2, self.direction or 1)

    def __str__(self) -> str:
        sign = {1: "+", -1: "-", 0: ""}[self.direction]
        return f"{self.subject} {sign}{_percent(self.ratio)} {span(self.window)}"


@dataclass(frozen=True, slots=True)
class Volume(_OfOne):
    """The volume of a candle is `times` the average of the `count` candles before it."""

    times: float
    count: int = VOLUME_CANDLES

    @property
    def gate(self) -> Gate:
        return Gate(self.times, self.times * 0.8)

    def __str__(self) -> str:
        count = "" if self.count == VOLUME_CANDLES else f" of {self.count}"
        return f"{self.subject} volume {plain(self.times)}x{count}"


@dataclass(frozen=True, slots=True)
class Rsi(_OfOne):
    """The relative strength index (14 candles, 0 to 100) crosses `level`."""

    above: bool
    level: float

    @property
    def gate(self) -> Gate:
        return _gate(self.above, self.level, _RSI_BACK)

    def __str__(self) -> str:
        return f"{self.subject} rsi {_sign(self.above)} {plain(self.level)}"


@dataclass(frozen=True, slots=True)
class Stale(_OfOne):
    """The newest data are `seconds` old, for whatever reason but a market known to be quiet."""

    seconds: float

    @property
    def gate(self) -> Gate:
        return Gate(self.seconds, self.seconds / 2)

    def __str__(self) -> str:
        return f"{self.subject} stale {span(round(self.seconds * SECOND))}"


@dataclass(frozen=True, slots=True)
class Spread:
    """Two prices are apart by `ratio` of the lower one."""

    first: Subscription
    second: Subscription
    ratio: float

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """What must be subscribed to."""
        return self.first, self.second

    @property
    def gate(self) -> Gate:
        return Gate(self.ratio, self.ratio * 0.8)

    def __str__(self) -> str:
        return f"{self.first} {self.second} spread > {_percent(self.ratio)}"


Rule = Price | Change | Volume | Rsi | Spread | Stale


def plain(number: float) -> str:
    """The shortest text of a number, without an exponent: `0.00001234`, `65000`."""
    text = f"{Decimal(repr(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def span(milliseconds: int) -> str:
    """`90s`, `5m`, `1d`: in the largest unit that goes into it."""
    size, unit = next(
        ((size, unit) for size, unit in _UNITS if milliseconds % size == 0), (SECOND, "s")
    )
    return f"{milliseconds // size}{unit}"


def _percent(ratio: float) -> str:
    return f"{plain(round(ratio * 100, 10))}%"


def _sign(above: bool) -> str:
    return ">" if above else "<"


def _gate(above: bool, level: float, back: float) -> Gate:
    return Gate(level, level - back) if above else Gate(-level, -level - back, -1)
