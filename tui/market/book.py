"""An order book: what is bid and asked for, at which prices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """All that is bid or asked at one price, in the base asset."""

    price: float
    size: float


@dataclass(frozen=True, slots=True)
class Book:
    """Both sides, the best price first: `bids` downwards, `asks` upwards.

    `time` is when it stood so, exchange ms UTC; None where the exchange does not say.
    """

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    time: int | None = None
