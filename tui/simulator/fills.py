"""The single trades: a taker's order, a print, is filled by one to three makers at one moment."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from tui.simulator.bar import Print, print_of, trades_before
from tui.simulator.catalogue import Listing
from tui.simulator.chance import scattered
from tui.simulator.market import Market

_FINER = 2


class Fill(NamedTuple):
    """One trade; ids count trades, `size` is in units of 10^-size_digits(listing)."""

    id: int
    size: int
    print: Print


def size_digits(listing: Listing) -> int:
    """A fill is a part of a print: it has more decimals than the market's lots, 8 at most."""
    return listing.volume_digits + _FINER


def fills(listing: Listing, trade: Print) -> Iterator[Fill]:
    """The trades of a print, which share its size."""
    left = trade.lots * 10**_FINER
    for id_ in range(trade.first_trade, trade.last_trade + 1):
        others = trade.last_trade - id_
        taken = 1 + scattered(listing.name, id_, left - others) if others else left
        left -= taken
        yield Fill(id_, taken, trade)


def filled(market: Market, now: int) -> int:
    """How many trades there were up to `now` (ms UTC): the id of the next one."""
    return trades_before(market.printed(now))


def fills_between(market: Market, first: int, end: int, now: int) -> Iterator[Fill]:
    """The trades with first <= id < end that there were up to now, oldest first."""
    if first >= end:
        return
    prints = market.prints_from(print_of(first), now)
    every = (fill for trade in prints for fill in fills(market.listing, trade))
    known = (fill for fill in every if fill.id >= first)
    yield from islice(known, end - first)
