"""The order book and the trades of a symbol as rows of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise

from tui.chart.picture import Row
from tui.feed.status import BookView
from tui.market.book import Level
from tui.market.events import Trade
from tui.market.format import age, change, price, volume
from tui.widgets.facts import pair, titled
from tui.widgets.picture import cut

_BAR = "▇"
_OLD = 5.0


@dataclass(frozen=True, slots=True)
class Digits:
    """Decimals of a symbol's prices and of its sizes."""

    price: int
    size: int


def book_rows(view: BookView | None, digits: Digits, width: int, height: int) -> list[Row]:
    """Asks above, bids below, the best of both in the middle with the spread between them.

    A book that may be old says how old it is and why.
    """
    if view is None:
        return titled("Order book", [(("this exchange tells none", "muted"),)], height)
    if view.book is None:
        return titled("Order book", [((cut(view.reason or "asked for", width), "muted"),)], height)
    old = bool(view.reason) or (view.age or 0) > _OLD
    title = f"Order book, {age(view.age or 0)} old"
    above = [((cut(view.reason, width), "late"),)] if view.reason else []
    side = max(1, (height - 2 - len(above)) // 2)
    asks, bids = view.book.asks[:side], view.book.bids[:side]
    most = max((level.size for level in (*asks, *bids)), default=0.0)
    rows: list[Row] = [_level(level, most, digits, width, "down", old) for level in reversed(asks)]
    if asks and bids:
        spread = asks[0].price - bids[0].price
        rows.append(pair("spread", change(spread, digits.price).removeprefix("+"), width))
    rows += [_level(level, most, digits, width, "up", old) for level in bids]
    return titled(title, [*above, *rows], height)


def trade_rows(
    trades: Sequence[Trade], digits: Digits, width: int, height: int, tz: tzinfo
) -> list[Row]:
    """The newest first; up or down against the trade before, by arrow and colour."""
    if not trades:
        return titled(
            "Trades", [((cut("none yet; not every stream has them", width), "muted"),)], height
        )
    shown = list(trades[-max(1, height) :])
    roles = ["text", *(_direction(before, after) for before, after in pairwise(shown))]
    rows = [
        _trade(trade, role, digits, width, tz)
        for trade, role in zip(reversed(shown), reversed(roles), strict=True)
    ]
    return titled("Trades", rows, height)


def _level(level: Level, most: float, digits: Digits, width: int, role: str, old: bool) -> Row:
    shown, size = price(level.price, digits.price), _size(level.size, digits)
    room = max(0, width - len(shown) - 11)
    bar = _BAR * round(level.size / most * room) if most else ""
    return ((shown, "stale" if old else role), (f" {size:>9} ", "muted"), (bar, "muted"))


def _trade(trade: Trade, role: str, digits: Digits, width: int, tz: tzinfo) -> Row:
    clock = f"{datetime.fromtimestamp(trade.time / 1000, tz):%H:%M:%S}"
    arrow = {"up": "▲", "down": "▼"}.get(role, " ")
    shown = f"{price(trade.price, digits.price)} {arrow}"
    size = _size(trade.size, digits)
    gap = " " * max(1, width - len(clock) - len(shown) - len(size) - 2)
    return ((f"{clock}  ", "muted"), (shown, role), (gap + size, "text"))


def _direction(before: Trade, after: Trade) -> str:
    if after.price == before.price:
        return "text"
    return "up" if after.price > before.price else "down"


def _size(value: float, digits: Digits) -> str:
    """Small ones with their own decimals: a trade of nothing there is not."""
    return volume(value) if value >= 10 else f"{value:.{min(digits.size, 6)}f}"
