"""A question that one line of text answers."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.text import clean


class LineScreen(ModalScreen[str | None]):
    """Dismisses with the text as it was typed, made harmless; esc with None."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Close")]
    DEFAULT_CSS = """
    LineScreen {
        align: center top;
        & > Vertical {
            width: 60; max-width: 100%; height: auto; margin-top: 2;
            background: $surface; border: round $primary; padding: 0 1;
        }
        Input, Input:focus { border: none; height: 1; padding: 0; background: $surface; }
        Static { color: $market-axis; }
    }
    """

    def __init__(self, title: str, text: str, hint: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._hint = hint

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(self._title)
            yield Input(self._text)
            yield Static(self._hint, markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _answer(self, event: Input.Submitted) -> None:
        self.dismiss(clean(event.value))
