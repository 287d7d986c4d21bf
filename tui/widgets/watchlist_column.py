"""A column of the watchlist on the screen."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.widgets.picture import TextPicture


class ColumnPicture(TextPicture):
    """One column of all rows, so that a change repaints no cell of another column."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"picture--current"}
    DEFAULT_CSS = """
    ColumnPicture { & > .picture--current { background: $primary 30%; } }
    """

    def __init__(self) -> None:
        super().__init__()
        self.current = -1

    def line(self, y: int, width: int) -> Strip:
        strip = super().line(y, width)
        if y != self.current:
            return strip
        style = Style(bgcolor=self._style("current").bgcolor)
        return Strip(Segment.apply_style(strip, post_style=style), strip.cell_length)

    def mark(self, y: int) -> None:
        """Row `y` is that of the selection; the caller refreshes."""
        self._stale.update(row for row in (self.current, y) if 0 <= row < len(self._strips))
        self.current = y
