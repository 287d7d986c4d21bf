"""A pane's header on the screen: two pictures, so that a new price repaints little else."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from tui.widgets.headline import Headline, place
from tui.widgets.picture import Plain, TextPicture


class PaneHeader(Plain):
    """One or two rows of text."""

    class Resized(Message):
        """What is shown was laid out for another size."""

    DEFAULT_CSS = """
    PaneHeader { height: 1; padding: 0 1; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.parts = TextPicture(), TextPicture()
        self.regions: Sequence[Region] = [Region()] * len(self.parts)
        self._placing = _Parts()

    @property
    def layout(self) -> Layout:
        return self._placing

    def compose(self) -> ComposeResult:
        yield from self.parts

    def show(self, line: Headline) -> None:
        """Show these texts; the layout moves only when the title's width changes."""
        placed = place(line, self.size.width, self.size.height)
        for picture, part in zip(self.parts, placed, strict=True):
            picture.show([part.row])
        regions = [part.region for part in placed]
        if regions != self.regions:
            self.regions = regions
            # Asked of a child, since a widget keeps the arrangement of its own children.
            self.parts[0].refresh(layout=True)

    def on_resize(self) -> None:
        self.post_message(self.Resized())


class _Parts(Layout):
    """Puts the header's pictures where `place` said."""

    name = "parts"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        assert isinstance(parent, PaneHeader)
        return [
            WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child)
            for child, region in zip(children, parent.regions, strict=True)
        ]
