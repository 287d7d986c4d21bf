"""An order book around the price: invented, but the same for all who ask at one second."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tui.market.interval import SECOND
from tui.simulator.chance import scattered
from tui.simulator.market import Market

# Of the price: how far apart the levels of liquid markets stand.
_STEP = 20_000


class Level(NamedTuple):
    """One price, in ticks, with lots and the number of orders behind them."""

    ticks: int
    lots: int
    orders: int


def depth(market: Market, now: int, count: int) -> tuple[list[Level], list[Level]]:
    """Bids and asks at `now` (ms UTC), the best first, at most `count` of each.

    The last price stands between them: it is the best bid or a tick above it.
    """
    now = min(now, market.listing.until or now)
    second = now // SECOND
    last = market.bar(second - 1, second).close
    best = last - scattered(f"{market.listing.name} best", second, 2)
    bids, asks = _side(market, second, best, -1), _side(market, second, best + 1, 1)
    return [level for level, _ in zip(bids, range(count), strict=False)], [
        level for level, _ in zip(asks, range(count), strict=False)
    ]


def _side(market: Market, second: int, best: int, by: int) -> Iterator[Level]:
    """From the best price on, away from the other side; prices stay above zero."""
    listing, ticks, number = market.listing, best, 0
    name = f"{listing.name} {'asks' if by > 0 else 'bids'}"
    while ticks > 0:
        chance = scattered(name, second * 1_000 + number, 1_000)
        orders = 1 + chance % 7
        yield Level(ticks, max(1, listing.lots_a_print * (10 + number + chance) // 200), orders)
        number += 1
        ticks += by * (1 + chance * max(1, best // _STEP) // 500)
