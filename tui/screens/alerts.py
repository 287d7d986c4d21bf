"""The list of alerts, and a line to type a new one or another in its place."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.alerts.alert import Alert
from tui.alerts.desk import Desk
from tui.alerts.line import FORMS, parse
from tui.errors import UsageError
from tui.feed.engine import Engine
from tui.market.interval import Interval
from tui.market.symbol import Subscription
from tui.screens.search import resolve_for

_LIST_KEYS = "a adds · enter edits · space off/on · d deletes · u undoes · esc closes"
_TYPING = "enter takes it · esc back · " + " · ".join(FORMS)
_REFRESH = 1.0
_MOST_ROWS = 16
# Lines of margin, border, input and hint.
_AROUND = 9


class AlertList(OptionList, inherit_bindings=False):
    """One row an alert, with its keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("down,j", "cursor_down", "Next"),
        ("up,k", "cursor_up", "Previous"),
        ("home,g", "first", "First"),
        ("end,G", "last", "Last"),
        ("enter,e", "select", "Edit"),
        ("a,slash", "screen.add", "Add"),
        ("space", "screen.switch", "Off, on"),
        ("d,x,delete", "screen.delete", "Delete"),
        ("u", "screen.undo", "Bring back"),
    ]


class AlertsScreen(ModalScreen[None]):
    """Shows what each alert does and when it last rang; esc closes.

    `usual` are exchange and interval of a symbol typed without; times are shown in `tz`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "back", "Close")]
    DEFAULT_CSS = """
    AlertsScreen {
        align: center top;
        & > Vertical {
            width: 96; max-width: 100%; height: auto; max-height: 100%; margin-top: 2;
            background: $surface; border: round $primary; padding: 0 1;
            border-title-color: $foreground;
        }
        Input, Input:focus { border: none; height: 1; padding: 0; background: $surface; }
        OptionList, OptionList:focus {
            border: none; height: auto; margin: 1 0; padding: 0;
            background: $surface;
        }
        #hint { color: $market-axis; max-height: 4; }
        #hint.-error { color: $market-warn; max-height: 8; }
    }
    """

    def __init__(self, desk: Desk, engine: Engine, usual: tuple[str, Interval], tz: tzinfo) -> None:
        super().__init__()
        self._desk = desk
        self._engine = engine
        self._usual = usual
        self._tz = tz
        self._editing: int | None = None
        self._list = AlertList(markup=False)
        self._input = Input(placeholder=FORMS[0], select_on_focus=False)
        self._hint = Static(_LIST_KEYS, id="hint", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Alerts"
            yield self._input
            yield self._list
            yield self._hint

    def on_mount(self) -> None:
        self._show(0)
        self.set_interval(_REFRESH, self._show)
        (self._list if self._desk.alerts else self._input).focus()

    def on_resize(self) -> None:
        """What a key does must stay to be read below the list."""
        self._list.styles.max_height = max(2, min(_MOST_ROWS, self.size.height - _AROUND))

    # --- what is typed --------------------------------------------------------------------

    @on(Input.Submitted)
    def _take(self) -> None:
        try:
            rule = parse(self._input.value, self._find)
            if self._editing is None:
                place = self._desk.add(rule)
            else:
                place = self._editing
                self._desk.change(place, rule)
        except UsageError as error:
            self._say(str(error), error=True)
            return
        self._leave_line(place)

    def _find(self, word: str, window: int) -> Subscription:
        return resolve_for(word, window, self._engine, *self._usual)

    @on(Input.Changed)
    def _forgive(self) -> None:
        if self._input.has_focus:
            self._say(_TYPING)

    def on_descendant_focus(self) -> None:
        self._say(_TYPING if self._input.has_focus else _LIST_KEYS)

    def action_back(self) -> None:
        if self._input.has_focus and self._desk.alerts:
            self._leave_line(self._editing)
        else:
            self.dismiss()

    def _leave_line(self, place: int | None) -> None:
        self._editing = None
        self._input.value = ""
        self._show(place)
        self._list.focus()

    # --- what is done with the rows -------------------------------------------------------

    @on(OptionList.OptionSelected)
    def _edit(self, event: OptionList.OptionSelected) -> None:
        self._editing = event.option_index
        self._input.value = str(self._desk.alerts[event.option_index].rule)
        self._input.cursor_position = len(self._input.value)
        self._input.focus()

    def action_add(self) -> None:
        self._editing = None
        self._input.value = ""
        self._input.focus()

    def action_switch(self) -> None:
        if (place := self._list.highlighted) is not None:
            self._desk.switch(place)
            self._show()

    def action_delete(self) -> None:
        if (place := self._list.highlighted) is not None:
            self._desk.remove(place)
            self._show(place)
            self._say("Deleted. u brings it back.")

    def action_undo(self) -> None:
        if (place := self._desk.undo()) is not None:
            self._show(place)
            self._say(_LIST_KEYS)

    # --- what is shown --------------------------------------------------------------------

    def _show(self, highlight: int | None = None) -> None:
        """Draw the rows that differ; `highlight` is a row to go to."""
        rows = [self._row(place, alert) for place, alert in enumerate(self._desk.alerts)]
        rows_list, before = self._list, self._list.highlighted
        if rows_list.option_count != len(rows):
            rows_list.clear_options()
            rows_list.add_options(Option(row) for row in rows)
        for place, row in enumerate(rows):
            if rows_list.get_option_at_index(place).prompt != row:
                rows_list.replace_option_prompt_at_index(place, row)
        wanted = before if highlight is None else highlight
        rows_list.highlighted = min(wanted or 0, len(rows) - 1) if rows else None

    def _row(self, place: int, alert: Alert) -> Content:
        standing = self._desk.standing(place)
        rang = f" · rang {self._moment(alert.rang)}" if alert.rang else ""
        style = "" if alert.on else "dim"
        return Content.assemble(
            ("● " if alert.on else "○ ", style), (str(alert.rule), style),
            (f"  {standing}{rang}", "dim"),
        )  # fmt: skip

    def _moment(self, milliseconds: int) -> str:
        """The time of day; with the date when it was not today."""
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(self._tz)
        today = datetime.now(self._tz).date()
        return f"{moment:%H:%M:%S}" if moment.date() == today else f"{moment:%Y-%m-%d %H:%M}"

    def _say(self, text: str, error: bool = False) -> None:
        self._hint.update(Content(text))
        self._hint.set_class(error, "-error")
