"""Rows of coloured text drawn line by line, where only the rows that changed are sent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.chart.picture import ROLES, Row, Run

_TEXT_ROLES = (
    "up",
    "down",
    "stale",
    "text",
    "strong",
    "muted",
    "live",
    "waiting",
    "late",
    "stopped",
)
_EMPTY: Row = ()


def row_cells(row: Sequence[Run]) -> int:
    """How wide a row is: symbols may be written in letters of two cells."""
    return cell_len("".join([text for text, _ in row]))


def cut(text: str, width: int) -> str:
    """The text, or what fits of it into `width` cells with a sign that there is more."""
    if cell_len(text) <= width:
        return text
    return f"{set_cell_size(text, width - 1)}…" if width > 0 else ""


class Plain(Widget):
    """A widget of one colour, without border, title or opacity, that paints its lines itself.

    Textual asks all widgets of the screen for their lines whenever one has changed, and styles
    each line anew; the lines given here are the same objects until something changes, so that
    the asking costs next to nothing.
    """

    def __init__(self, *children: Widget, **options: Any) -> None:
        super().__init__(*children, **options)
        self._strips: list[Strip] = []
        self._painted: Size | None = None
        self._stale: set[int] = set()
        self._blank = Strip([])

    def render_lines(self, crop: Region) -> list[Strip]:
        size = self.outer_size
        if size != self._painted:
            self._painted = size
            self._blank = Strip.blank(size.width, self.filtered(self.rich_style))
            self._strips = [self.line(y, size.width) for y in range(size.height)]
        else:
            for y in self._stale:
                self._strips[y] = self.line(y, size.width)
        self._stale.clear()
        if crop.size == size:
            return self._strips
        strips = [self._strips[y] for y in crop.line_range]
        whole = crop.column_span == (0, size.width)
        return strips if whole else [strip.crop(*crop.column_span) for strip in strips]

    def line(self, y: int, width: int) -> Strip:
        """The cells of row `y`; blank unless overridden."""
        return self._blank

    def filtered(self, style: Style) -> Style:
        """The style as the terminal can show it; filters know no more of a line than its styles."""
        strip = Strip([Segment(" ", style)])
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        return next(iter(strip)).style or style

    def notify_style_update(self) -> None:
        self._painted = None
        super().notify_style_update()


class Picture(Plain):
    """Shows rows of (text, role) runs; a role is a component class, so themes colour it.

    The kinds of pictures differ in their roles alone: Textual styles every role of every
    picture anew whenever a pane's state changes, so none has more than it needs.

    Every glyph is one cell wide. Rows shorter than the widget are filled with blanks, longer
    ones are cropped.
    """

    ALLOW_SELECT = False
    sign_of_more = ""
    DEFAULT_CSS = """
    Picture {
        & > .picture--up { color: $market-up; }
        & > .picture--down { color: $market-down; }
        & > .picture--up-provisional { color: $market-up 70%; }
        & > .picture--down-provisional { color: $market-down 70%; }
        & > .picture--volume-up { color: $market-volume-up; }
        & > .picture--volume-down { color: $market-volume-down; }
        & > .picture--line { color: $market-live; }
        & > .picture--area { color: $market-live 40%; }
        & > .picture--cursor { color: $market-axis; }
        & > .picture--live { color: $market-live; }
        & > .picture--axis { color: $market-axis; }
        & > .picture--grid { color: $market-grid; }
        & > .picture--hole { color: $market-hole; }
        & > .picture--repaired { color: $market-repaired; }
        & > .picture--uncertain { color: $market-warn; }
        & > .picture--tag-up { color: $market-up; background: $background; text-style: reverse; }
        & > .picture--tag-down {
            color: $market-down; background: $background; text-style: reverse;
        }
        & > .picture--study-1 { color: $text-warning; }
        & > .picture--study-2 { color: $text-primary; }
        & > .picture--study-3 { color: $market-hole; }
        & > .picture--study-4 { color: $text-secondary; }
        & > .picture--study-5 { color: $foreground; }
        & > .picture--stale { color: $market-stale; }
        & > .picture--text { color: $foreground; }
        & > .picture--strong { color: $foreground; text-style: bold; }
        & > .picture--muted { color: $market-axis; }
        & > .picture--waiting { color: $market-warn; }
        & > .picture--late { color: $market-warn; text-style: bold; }
        & > .picture--stopped { color: $market-stopped; text-style: bold; }
    }
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._rows: Sequence[Row] = ()
        self._role_styles: dict[str, Style] = {}

    @property
    def plain(self) -> str:
        """What is shown, without its colours."""
        return "\n".join("".join(text for text, _ in row) for row in self._rows)

    def show(self, rows: Sequence[Row]) -> None:
        """Take new rows; only those that differ from the rows shown are painted again."""
        if changed := self.take(rows):
            self.refresh(*changed)

    def take(self, rows: Sequence[Row]) -> list[Region]:
        """Take new rows, and leave it to the caller to refresh the regions that changed."""
        if rows is self._rows:
            return []
        pairs = zip_longest(self._rows, rows, fillvalue=_EMPTY)
        changed = [
            Region(0, y, _changed_cells(old, new), 1)
            for y, (old, new) in enumerate(pairs)
            if old != new
        ]
        self._rows = rows
        self._stale.update(region.y for region in changed if region.y < len(self._strips))
        return changed

    def line(self, y: int, width: int) -> Strip:
        if y >= len(self._rows):
            return self._blank
        row = _joined(self._rows[y])
        cells = row_cells(row)
        strip = Strip([Segment(text, self._style(role)) for text, role in row], cells)
        if cells > width and self.sign_of_more:
            sign = Segment(self.sign_of_more, self._style(""))
            strip, cells = Strip([*strip.crop(0, width - 1), sign], width), width
        return (
            strip
            if cells == width
            else strip.crop(0, width).extend_cell_length(width, self._style(""))
        )

    def notify_style_update(self) -> None:
        self._role_styles.clear()
        super().notify_style_update()

    def _style(self, role: str) -> Style:
        if role not in self._role_styles:
            # A widget that is being removed may be painted once more, without its roles.
            style = self.get_component_rich_style(f"picture--{role}", default=self.rich_style)
            self._role_styles[role] = self.filtered(style)
        return self._role_styles[role]


class ChartPicture(Picture):
    """A picture in the roles of a chart."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"picture--{role}" for role in ROLES}


class TextPicture(Picture):
    """A picture in the roles of headers, panels and bars; half a number is no number."""

    sign_of_more = "…"

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"picture--{role}" for role in _TEXT_ROLES}


def _joined(row: Row) -> list[Run]:
    """Blanks given the role of what stands before them: a role less is a colour less to send."""
    runs: list[Run] = []
    for text, role in row:
        if role == "blank" and runs and not runs[-1][1].startswith("tag"):
            runs[-1] = runs[-1][0] + text, runs[-1][1]
        elif runs and role == runs[-1][1]:
            runs[-1] = runs[-1][0] + text, role
        else:
            runs.append((text, role))
    return runs


def _changed_cells(old: Row, new: Row) -> int:
    """How many cells from the left hold all that differs: what follows is not sent again."""
    before = [(char, role) for text, role in old for char in text]
    after = [(char, role) for text, role in new for char in text]
    if len(before) == len(after):
        end = next((x + 1 for x in reversed(range(len(after))) if before[x] != after[x]), 0)
        if (cells := row_cells(after[:end])) == row_cells(before[:end]):
            return cells
    return max(row_cells(before), row_cells(after))
