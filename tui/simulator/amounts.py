"""Exact decimals of the market's whole ticks and lots."""

from __future__ import annotations

from tui.simulator.catalogue import Listing

_DIGITS = 8


def decimal(units: int, digits: int, places: int = _DIGITS) -> str:
    """Units of 10^-digits with `places` >= digits decimals: decimal(1234, 2, 3) is "12.340"."""
    whole, rest = divmod(units * 10 ** (places - digits), 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


def natural(units: int, digits: int) -> str:
    """As few decimals as say it: natural(1230, 2) is "12.3"."""
    text = decimal(units, digits, digits)
    return text.rstrip("0").rstrip(".") if digits else text


def price(listing: Listing, ticks: int) -> str:
    """With eight decimals."""
    return decimal(ticks, listing.price_digits)


def volume(listing: Listing, lots: int) -> str:
    """With eight decimals."""
    return decimal(lots, listing.volume_digits)
