"""Rows of coloured text drawn line by line, where only the rows that changed are sent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.chart.picture import ROLES, Row

_HEADER_ROLES = ("text", "strong", "muted", "live", "waiting", "late", "stopped")
_EMPTY: Row = ()


class Picture(Widget):
    """Shows rows of (text, role) runs; a role is a component class, so themes colour it.

    Every glyph is one cell wide. Rows shorter than the widget are filled with blanks, longer
    ones are cropped.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"picture--{role}" for role in (*ROLES, *_HEADER_ROLES)
    }
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Picture {
        & > .picture--up { color: $market-up; }
        & > .picture--down { color: $market-down; }
        & > .picture--up-provisional { color: $market-up 60%; }
        & > .picture--down-provisional { color: $market-down 60%; }
        & > .picture--volume-up { color: $market-volume-up; }
        & > .picture--volume-down { color: $market-volume-down; }
        & > .picture--line { color: $market-live; }
        & > .picture--live { color: $market-live; }
        & > .picture--axis { color: $market-axis; }
        & > .picture--grid { color: $market-grid; }
        & > .picture--hole { color: $market-hole; }
        & > .picture--repaired { color: $market-repaired; }
        & > .picture--uncertain { color: $market-warn; }
        & > .picture--tag-up { color: $background; background: $market-up; }
        & > .picture--tag-down { color: $background; background: $market-down; }
        & > .picture--text { color: $foreground; }
        & > .picture--strong { color: $foreground; text-style: bold; }
        & > .picture--muted { color: $market-axis; }
        & > .picture--waiting { color: $market-warn; }
        & > .picture--late { color: $market-warn; text-style: bold; }
        & > .picture--stopped { color: $market-down; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[Row] = ()
        self._role_styles: dict[str, Style] = {}

    @property
    def plain(self) -> str:
        """What is shown, without its colours."""
        return "\n".join("".join(text for text, _ in row) for row in self._rows)

    def show(self, rows: Sequence[Row]) -> None:
        """Take new rows; only those that differ from the rows shown are painted again."""
        pairs = zip_longest(self._rows, rows, fillvalue=_EMPTY)
        changed = [y for y, (old, new) in enumerate(pairs) if old != new]
        self._rows = rows
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = self._rows[y] if y < len(self._rows) else _EMPTY
        cells = sum(len(text) for text, _ in row)
        strip = Strip([Segment(text, self._style(role)) for text, role in row], cells)
        return strip.adjust_cell_length(width, self.rich_style)

    def notify_style_update(self) -> None:
        self._role_styles.clear()
        super().notify_style_update()

    def _style(self, role: str) -> Style:
        if role not in self._role_styles:
            self._role_styles[role] = self.get_component_rich_style(f"picture--{role}")
        return self._role_styles[role]
