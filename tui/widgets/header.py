"""A pane's header: what is watched, its price, its change, and how fresh that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from tui.chart.picture import Row
from tui.feed.status import SeriesView
from tui.market.candle import Candle
from tui.market.format import age, percent, price
from tui.widgets.freshness import Freshness
from tui.widgets.picture import Plain, TextPicture

_GAP = 2
_NARROW = 48  # below, fields stand one cell apart
# Fields of one row keep these widths at least, so that the rows of a list stand in columns.
_CHANGE_CELLS = 8
_WORDS_CELLS = 10
_WORD_CELLS = 7


@dataclass(frozen=True, slots=True)
class Headline:
    """The texts of a header, each from its longest form to its shortest."""

    titles: tuple[str, ...]
    price: Row
    change: Row
    reach: Row
    freshness: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One field of the header: where it stands, in cells, and what it shows."""

    region: Region
    row: Row


def headline(view: SeriesView, fresh: Freshness, *, frozen: bool, back: int) -> Headline:
    """What the header of this view says; the chart is panned `back` candles."""
    symbol = view.subscription.symbol
    interval = f"{view.subscription.interval}{f' · {back} back' if back else ''}"
    words = Freshness("FROZEN", "FROZEN", "late") if frozen else fresh
    change, reach = _change(view)
    return Headline(
        titles=(
            f"{symbol.name} {interval} {symbol.exchange}",
            f"{symbol.name} {interval}",
            symbol.name,
        ),
        price=_price(view),
        change=change,
        reach=reach,
        freshness=(((words.text, words.role),), ((words.short, words.role),)),
    )


def place(line: Headline, width: int, rows: int) -> list[Part]:
    """Title, price, change, its reach and freshness within `width` x `rows` (1 or 2) cells.

    Two rows: title and freshness above, price and change below. In one row the fields give way
    in this order: exchange, reach of the change, interval, the freshness' detail, the change.
    """
    if rows > 1:
        return _two_rows(line, width)
    gap = _GAP if width >= _NARROW else 1
    title, change, reach, fresh = _fitting(line, width, gap)
    parts: list[Part] = []
    edge = width
    for row, before in ((fresh, gap), (reach, 1), (change, gap), (line.price, gap)):
        edge -= _cells(row)
        parts.append(Part(Region(edge, 0, _cells(row), 1), row))
        edge -= before if row else 0
    parts.append(Part(Region(0, 0, max(0, edge), 1), _title(title, edge)))
    return parts[::-1]


class PaneHeader(Plain):
    """One or two rows of fields, each a widget so that a new price repaints itself alone."""

    class Resized(Message):
        """What is shown was laid out for another size."""

    DEFAULT_CSS = """
    PaneHeader { height: 1; padding: 0 1; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        # The reach is apart from the change, so that a tick does not send it again.
        prices = TextPicture(classes="price"), TextPicture(classes="price")
        self.fields = [TextPicture(), *prices, TextPicture(), TextPicture()]
        self.regions: Sequence[Region] = [Region()] * len(self.fields)
        self._placing = _Fields()

    @property
    def layout(self) -> Layout:
        return self._placing

    def compose(self) -> ComposeResult:
        yield from self.fields

    def show(self, line: Headline) -> None:
        """Show these texts; the layout moves only when a field's width changes."""
        parts = place(line, self.size.width, self.size.height)
        regions = [part.region for part in parts]
        for field, part in zip(self.fields, parts, strict=True):
            field.show([part.row])
        if regions != self.regions:
            self.regions = regions
            # Asked of a child, since a widget keeps the arrangement of its own children.
            self.fields[0].refresh(layout=True)

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class _Fields(Layout):
    """Puts the header's fields where `place` said."""

    name = "fields"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        assert isinstance(parent, PaneHeader)
        return [
            WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child)
            for child, region in zip(children, parent.regions, strict=True)
        ]


def _two_rows(line: Headline, width: int) -> list[Part]:
    fresh = next((f for f in line.freshness if _cells(f) <= width // 2), line.freshness[-1])
    edge = max(0, width - _cells(fresh))
    title = next((t for t in line.titles if len(t) < edge), line.titles[-1])
    room = width - _cells(line.price) - 1
    reach = line.reach if _cells(line.change) + 1 + _cells(line.reach) <= room else ()
    change = line.change if _cells(line.change) <= room else ()
    after = width - _cells(reach)
    before = after - (1 if reach else 0) - _cells(change)
    return [
        Part(Region(0, 0, max(0, edge - 1), 1), _title(title, edge - 1)),
        Part(Region(0, 1, _cells(line.price), 1), line.price),
        Part(Region(before, 1, _cells(change), 1), change),
        Part(Region(after, 1, _cells(reach), 1), reach),
        Part(Region(edge, 0, _cells(fresh), 1), fresh),
    ]


def _fitting(line: Headline, width: int, gap: int) -> tuple[str, Row, Row, Row]:
    """Title, change, reach and freshness in the longest forms that fit."""
    long, middle, short = line.titles
    change, none = _padded(line.change, _CHANGE_CELLS), ()
    words, word = line.freshness
    words, word = _padded(words, _WORDS_CELLS), _padded(word, _WORD_CELLS)
    choices: tuple[tuple[str, Row, Row, Row], ...] = (
        (long, change, line.reach, words),
        (middle, change, line.reach, words),
        (middle, change, none, words),
        (short, change, none, words),
        (middle, change, none, word),
        (short, change, none, word),
        (short, none, none, word),
    )
    for title, *after in choices:
        if len(title) + sum(gap + _cells(row) for row in (line.price, *after) if row) <= width:
            return title, after[0], after[1], after[2]
    return choices[-1]


def _padded(row: Row, cells: int) -> Row:
    missing = cells - _cells(row)
    if not row or missing <= 0:
        return row
    (text, role), *rest = row
    return ((" " * missing + text, role), *rest)


def _price(view: SeriesView) -> Row:
    if view.price is None:
        return (("–", "muted"),)
    last = view.candles[-1] if view.candles else None
    up = last is None or view.price >= last.open
    role = "up" if up else "down"
    return ((f"{price(view.price, view.price_digits)} {'▲' if up else '▼'}", role),)


def _change(view: SeriesView) -> tuple[Row, Row]:
    """The change in per cent, and since when."""
    before, reach = _reference(view)
    if view.price is None or not before:
        return (), ()
    ratio = view.price / before - 1
    return ((percent(ratio), "up" if ratio >= 0 else "down"),), ((reach, "muted"),)


def _reference(view: SeriesView) -> tuple[float | None, str]:
    """The price that the change counts from: 24 hours ago, or the oldest candle loaded."""
    if view.ticker:
        return view.ticker.open, "24h"
    if not view.candles:
        return None, ""
    first: Candle = view.candles[0]
    span = (view.candles[-1].open_time - first.open_time) / 1000
    return first.open, age(span).replace(" ", "")


def _title(text: str, width: int) -> Row:
    name, _, rest = text.partition(" ")
    if len(name) > width:
        return ((f"{name[: max(0, width - 1)]}…", "strong"),) if width > 0 else ()
    return ((name, "strong"), (f" {rest}", "muted"))[: 2 if rest else 1]


def _cells(row: Row) -> int:
    return sum(len(text) for text, _ in row)
