"""Widgets placed by a rule of their own instead of by CSS."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

Rule = Callable[[Size], Mapping[Widget, Region]]


class Parts(Widget):
    """Shows those of its widgets that `rule` gives a place at the present size."""

    DEFAULT_CSS = "Parts { width: 1fr; height: 1fr; }"

    def __init__(self, widgets: Sequence[Widget], rule: Rule) -> None:
        super().__init__()
        self._widgets = widgets
        self._rule = rule
        self._placing = _ByRule(rule)

    @property
    def layout(self) -> Layout:
        return self._placing

    def compose(self) -> ComposeResult:
        yield from self._widgets

    def on_resize(self) -> None:
        self.rearrange()

    def rearrange(self) -> None:
        """The rule has another opinion now."""
        places = self._rule(self.size)
        for widget in self._widgets:
            widget.display = bool(places.get(widget))
        # Asked of a child, since a widget keeps the arrangement of its own children.
        self._widgets[0].refresh(layout=True)


class _ByRule(Layout):
    name = "by rule"

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        places = self._rule(size)
        return [
            WidgetPlacement(places.get(child, Region()), NULL_OFFSET, NULL_SPACING, child)
            for child in children
        ]
