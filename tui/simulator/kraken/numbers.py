"""Numbers and times as Kraken writes them, exact to the last digit."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from tui.market.interval import SECOND, Interval
from tui.simulator.amounts import decimal
from tui.simulator.bar import Bar, trades_before
from tui.simulator.catalogue import Listing
from tui.simulator.fills import Fill, size_digits
from tui.simulator.market import Market

# Candle lengths by minutes, each with the grid that its open times stand on. All grids begin at
# 1970-01-01, a Thursday: so weeks open on Thursdays here.
INTERVALS = {
    **{minutes: Interval(minutes, "m") for minutes in (1, 5, 15, 30)},
    **{60: Interval(1, "h"), 240: Interval(4, "h"), 1440: Interval(1, "d")},
    **{10080: Interval(7, "d"), 21600: Interval(15, "d")},
}
_VOLUME_DIGITS = 8


class Exact(str):
    """The text of a JSON number: the zeros at its end stay."""

    __slots__ = ()


def encode(value: object) -> str:
    """JSON without spaces, with the digits of `Exact` as they are."""
    match value:
        case Exact():
            return value
        case dict():
            items = (f"{json.dumps(key)}:{encode(item)}" for key, item in value.items())
            return "{" + ",".join(items) + "}"
        case list() | tuple():
            return "[" + ",".join(map(encode, value)) + "]"
        case _:
            return json.dumps(value)


def exact(units: int, digits: int, places: int) -> Exact:
    """Units of 10^-digits with `places` >= digits decimals."""
    return Exact("-" * (units < 0) + decimal(abs(units), digits, places))


def price(listing: Listing, ticks: int, shown: int = 1) -> Exact:
    """With all digits of the market's tick, and more when `shown` is more."""
    return exact(ticks, listing.price_digits, max(shown, listing.price_digits))


def volume(listing: Listing, lots: int) -> Exact:
    return exact(lots, listing.volume_digits, _VOLUME_DIGITS)


def typical(bar: Bar) -> int:
    """The volume-weighted price in ticks: a pure function of the bar, between its low and high."""
    return (bar.high + bar.low + 2 * bar.close) // 4


def size(listing: Listing, fill: Fill) -> Exact:
    return exact(fill.size, size_digits(listing), _VOLUME_DIGITS)


def stamp(market: Market, fill: Fill) -> int:
    """When a trade happened, in us UTC: later for each than for the one before."""
    second = fill.print.time // SECOND
    before = trades_before(market.bar(second, second + 1).first)
    return fill.print.time * 1000 + fill.id - before


def iso(us: int, digits: int = 6) -> str:
    """`2026-09-10T17:44:43.105193Z`, from us UTC."""
    seconds, fraction = divmod(us, 1_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{fraction:06d}".ljust(len(text) + 1 + digits, "0") + "Z"


def seconds(us: int) -> Exact:
    """`1618678142.557535`, from us UTC."""
    return exact(us, 6, 6)
