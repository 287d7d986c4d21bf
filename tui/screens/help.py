"""The help screen: the keys from their table, and what the words and marks mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.chart.picture import Row
from tui.keys import Key, help_groups
from tui.screens.columns import matching, page, widest
from tui.screens.glossary import MARKS, MOUSE, PANEL, WORDS
from tui.widgets.picture import TextPicture

_FRAME = 6  # cells of the border and the space beside the text, and of the scroll bar
_SMALL = (60, 16)
_NOTHING: Row = (("Nothing here has these words; esc shows all again.", "muted"),)


class _Filter(Input):
    def check_consume_key(self, key: str, character: str | None) -> bool:
        """The key that opened the help closes it, though a line to type in has the focus."""
        return key != "question_mark" and super().check_consume_key(key, character)


class HelpScreen(ModalScreen[None]):
    """All keys by group in columns; typing filters them, esc clears the filter, then closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "dismiss", "Close", id="help", priority=True),
        Binding("escape", "back", "Back"),
        Binding("down", "scroll(1)", "Down"),
        Binding("up", "scroll(-1)", "Up"),
        Binding("pagedown", "turn(1)", "Next page"),
        Binding("pageup", "turn(-1)", "Previous page"),
    ]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > Vertical {
            height: auto; max-height: 100%; background: $surface;
            border: round $primary; padding: 0 1 0 2;
            border-title-color: $foreground; border-subtitle-color: $market-axis;
        }
        &.-small > Vertical { border: none; padding: 0; height: 100%; }
        Input, Input:focus { border: none; height: 1; padding: 0; background: $surface; }
        VerticalScroll { height: auto; background: $surface; }
        &.-small VerticalScroll { height: 1fr; }
        TextPicture { background: $surface; }
    }
    """

    def __init__(self, table: Sequence[Key]) -> None:
        super().__init__()
        self._groups = {
            **help_groups(table),
            "Mouse": MOUSE,
            "Words": WORDS,
            "Marks on the chart": MARKS,
            "Connection panel": PANEL,
        }
        self._box = Vertical()
        self._filter = _Filter(
            placeholder="type to find · ↑ ↓ scroll · esc closes", select_on_focus=False
        )
        self._filter.cursor_blink = False
        self._text_width = 0
        self._scroll = VerticalScroll()
        self._page = TextPicture()

    def compose(self) -> ComposeResult:
        self._box.border_title = "Help"
        with self._box:
            yield self._filter
            with self._scroll:
                yield self._page

    def on_mount(self) -> None:
        self._scroll.can_focus = False
        self._filter.focus()

    def on_resize(self, event: Resize) -> None:
        width, height = event.size
        small = width < _SMALL[0] or height < _SMALL[1]
        self.set_class(small, "-small")
        frame = 1 if small else _FRAME
        self._text_width = widest(width - frame)
        self._box.styles.width = self._text_width + frame
        # One row of the filter, two of the border.
        self._scroll.styles.max_height = max(1, height - (1 if small else 3))
        self._show()

    @on(Input.Changed)
    def _show(self) -> None:
        rows = page(matching(self._groups, self._filter.value), self._text_width) or [_NOTHING]
        self._page.styles.height = len(rows)
        self._page.show(rows)

    def action_back(self) -> None:
        """Typed words go first."""
        if self._filter.value:
            self._filter.value = ""
        else:
            self.dismiss()

    def action_scroll(self, by: int) -> None:
        self._scroll.scroll_relative(y=by, animate=False)

    def action_turn(self, by: int) -> None:
        self._scroll.scroll_relative(y=by * self._scroll.size.height, animate=False)
