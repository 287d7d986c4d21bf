"""A widget put together from pictures, so that a tick repaints a few cells at once and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tui.chart.picture import Row
from tui.widgets.picture import Picture, Plain


@dataclass(frozen=True, slots=True)
class Part:
    """What one picture shows, and where it stands in the mosaic, in cells."""

    region: Region
    rows: Sequence[Row]


_NOWHERE = Part(Region(), ())


class Mosaic(Plain):
    """Pictures, and other widgets, side by side; whoever fills them says where they stand.

    The terminal is repainted in pieces that begin at a picture's left edge, so the edges stand
    where the changes are. What changed in all pictures is refreshed in one go.
    """

    def __init__(
        self, pictures: Sequence[Picture], others: Sequence[Widget] = (), *, classes: str = ""
    ) -> None:
        super().__init__(classes=classes)
        self._pictures = pictures
        self._others = others
        self._placing = _Places()

    @property
    def layout(self) -> Layout:
        return self._placing

    def compose(self) -> ComposeResult:
        yield from (*self._pictures, *self._others)

    def paint(self, parts: Sequence[Part], others: Mapping[Widget, Region]) -> None:
        """Show one part a picture, in their order; what gets no place is not seen."""
        places = dict(others)
        changed: list[Region] = []
        for picture, part in zip_longest(self._pictures, parts, fillvalue=_NOWHERE):
            assert isinstance(picture, Picture) and isinstance(part, Part)
            places[picture] = part.region
            offset = part.region.offset
            changed += [region.translate(offset) for region in picture.take(part.rows)]
        for widget, region in others.items():
            widget.display = bool(region)
        if places != self._placing.regions:
            self._placing.regions = places
            # Asked of a child, since a widget keeps the arrangement of its own children.
            self._pictures[0].refresh(layout=True)
        if changed:
            self.refresh(*changed)


class _Places(Layout):
    """Puts each widget where it was told to be."""

    name = "places"

    def __init__(self) -> None:
        self.regions: Mapping[Widget, Region] = {}

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        return [
            WidgetPlacement(
                self.regions.get(child, _NOWHERE.region), NULL_OFFSET, NULL_SPACING, child
            )
            for child in children
        ]
