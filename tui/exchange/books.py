"""Reading the two sides of an order book, which all exchanges write as rows of price and size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from math import inf

import msgspec
from msgspec import Struct

from tui.exchange.reading import readable
from tui.market.book import Book, Level

# So many levels a side are asked for, and kept.
DEPTH = 100


class Row(Struct, array_like=True, gc=False):
    """One price; what follows its size is not read."""

    price: float
    size: float


_row = msgspec.json.Decoder(Row, strict=False)


def book_of(
    bids: Sequence[msgspec.Raw], asks: Sequence[msgspec.Raw], time: int | None
) -> Book | None:
    """The book of rows that come with the best price first; None when none of them can be read."""
    buyers, sellers = _levels(bids), _levels(asks)
    if (bids or asks) and not buyers and not sellers:
        return None
    buyers.sort(key=lambda level: -level.price)
    sellers.sort(key=lambda level: level.price)
    return Book(tuple(buyers), tuple(sellers), time)


def _levels(rows: Sequence[msgspec.Raw]) -> list[Level]:
    sound = (row for row in readable(_row, rows) if 0 < row.price < inf and 0 < row.size < inf)
    return [Level(row.price, row.size) for row in islice(sound, DEPTH)]
