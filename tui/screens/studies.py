"""Choosing the studies of a pane: a list to tick, and a line for other parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.errors import UsageError
from tui.studies.catalogue import KINDS
from tui.studies.study import Study, toggled
from tui.widgets.pane import Pane

_HINT = (
    "space ticks · SMA 50 and enter adds that · esc closes\n"
    "Where sub-charts have no room, the newest goes first."
)


class _Line(Input):
    """Enter and, while nothing is typed, space are the screen's, in step with its other keys."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return not self._ticks(key) and super().check_consume_key(key, character)

    def on_key(self, event: Key) -> None:
        if self._ticks(event.key):
            event.prevent_default()

    async def action_submit(self) -> None:
        await self.run_action("screen.take")

    def _ticks(self, key: str) -> bool:
        return key == "space" and not self.value


class StudiesScreen(ModalScreen[None]):
    """Calls `use` with all studies of the pane, in the order of choice, whenever one changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Close"),
        ("down", "highlight(1)", "Next"),
        ("up", "highlight(-1)", "Previous"),
        ("space", "tick", "Tick"),
    ]
    DEFAULT_CSS = """
    StudiesScreen {
        align: center top;
        & > Vertical {
            width: 76; max-width: 100%; height: auto; max-height: 100%; margin-top: 2;
            background: $surface; border: round $primary; padding: 0 1;
        }
        Input, Input:focus { border: none; height: 1; padding: 0; background: $surface; }
        OptionList, OptionList:focus {
            border: none; height: auto; max-height: 16; margin: 1 0 0 0; padding: 0;
            background: $surface; text-wrap: nowrap; text-overflow: ellipsis;
        }
        #hint { color: $market-axis; max-height: 4; margin-top: 1; }
        #hint.-error { color: $market-warn; }
    }
    """

    def __init__(self, pane: Pane, use: Callable[[tuple[Study, ...]], None]) -> None:
        super().__init__()
        self._symbol = pane.subscription.symbol
        self._use = use
        self._chosen = pane.follower.studies
        # Those taken off stay in the list, to be ticked again.
        self._listed = list(dict.fromkeys([*map(Study.usual, KINDS.values()), *self._chosen]))
        self._options = OptionList(markup=False)  # keys may come before it is composed

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(f"Indicators of {self._symbol}")
            yield _Line(placeholder="SMA 50, BB 20 2, MACD 12 26 9")
            yield Static(Content(_HINT), id="hint")
            yield self._options

    def on_mount(self) -> None:
        self._options.can_focus = False
        self.query_one(Input).focus()
        self._list(0)

    @on(Input.Changed)
    def _typing(self) -> None:
        self._say(_HINT)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._toggle(self._listed[event.option_index])

    def action_highlight(self, by: int) -> None:
        if by > 0:
            self._options.action_cursor_down()
        else:
            self._options.action_cursor_up()

    def action_take(self) -> None:
        """Add what is typed; without anything typed, tick the highlighted study."""
        line = self.query_one(Input)
        if not line.value.strip():
            self.action_tick()
            return
        try:
            study = Study.parse(line.value)
        except UsageError as error:
            self._say(str(error), error=True)
            return
        line.value = ""
        if study not in self._listed:
            self._listed.append(study)
        if study not in self._chosen:
            self._toggle(study)

    def action_tick(self) -> None:
        """Choose the highlighted study, or do not any more."""
        if self._options.highlighted is not None:
            self._toggle(self._listed[self._options.highlighted])

    def _toggle(self, study: Study) -> None:
        self._chosen = toggled(self._chosen, study)
        self._use(self._chosen)
        self._list(self._listed.index(study))

    def _list(self, highlighted: int) -> None:
        self._options.clear_options()
        self._options.add_options(Option(self._line(study)) for study in self._listed)
        self._options.highlighted = highlighted

    def _line(self, study: Study) -> Content:
        tick = "[x]" if study in self._chosen else "[ ]"
        where = "below" if study.kind.panel else "over"
        return Content.assemble(
            (f"{tick} {study!s:<16}", "bold"), (f"{where:<6}", "dim"), study.kind.description
        )

    def _say(self, text: str, error: bool = False) -> None:
        hint = self.query_one("#hint", Static)
        hint.update(Content(text))
        hint.set_class(error, "-error")
