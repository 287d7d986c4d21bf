"""The help screen: the keys from their table, and what the words and marks mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.keys import HelpRow, Key, help_groups

WORDS = (
    HelpRow("LIVE, LIVE 4.2 s", "data come in; with a number, the last came so long ago"),
    HelpRow("QUIET", "the exchange confirms that nothing is traded"),
    HelpRow("SYNCING", "connected; history is being loaded, or the first price awaited"),
    HelpRow("STALE", "the line is open but nothing comes; the price is old, so it is dimmed"),
    HelpRow("UNSTABLE", "the line was lost four times or more within five minutes"),
    HelpRow("RETRY 3 in 4 s", "the line broke; try 3 since it last held follows in four seconds"),
    HelpRow("12 s old, OLD 12 s", "the price is not live and as old as that; it is dimmed"),
    HelpRow("STOPPED", "it is not tried again by itself, or rarely (next in 14 min); r tries"),
)
PANEL = (
    HelpRow("dialing, subscribing", "the connection is being made"),
    HelpRow("syncing, live, stale", "as in the header of a pane"),
    HelpRow("backoff", "waiting until the next try: RETRY in the header"),
    HelpRow("parked", "given up, or tried again only rarely: STOPPED in the header"),
    HelpRow("unstable", "lost four times or more within five minutes, whatever it does now"),
    HelpRow("try · next", "the number of the next try since the line last held; the wait for it"),
    HelpRow("data · ping", "age of the last data, and the round trip to the exchange"),
    HelpRow("msg/s · B/s", "messages and bytes that come in each second"),
    HelpRow("up · again", "how long the line has held, and how often it came back"),
    HelpRow("gaps 2/3", "three gaps were found, two are repaired"),
    HelpRow("bad", "messages that could not be read; they are left out"),
    HelpRow("last close", "why the connection before this one ended, with the code of the close"),
)
MARKS = (
    HelpRow("╱╱╱", "candles that are missing"),
    HelpRow("×", "on the rule: missing"),
    HelpRow("?", "on the rule: not yet confirmed by the exchange"),
    HelpRow("═", "on the rule: was missing, filled in later"),
    HelpRow("▲ ▼", "the change beside the price is up, down"),
)


class HelpScreen(ModalScreen[None]):
    """Keys by group; esc closes."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,question_mark", "dismiss", "Close")]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > VerticalScroll {
            width: 84; max-width: 100%; height: auto; max-height: 100%;
            background: $surface; border: round $primary; padding: 0 2 1 2;
            border-title-color: $foreground; border-subtitle-color: $market-axis;
        }
        .group { margin-top: 1; color: $primary; text-style: bold; }
    }
    """

    def __init__(self, table: Sequence[Key]) -> None:
        super().__init__()
        self._groups = {
            **help_groups(table),
            "Words": WORDS,
            "Marks on the chart": MARKS,
            "Connection panel": PANEL,
        }

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = "Help"
            box.border_subtitle = "esc closes"
            for group, rows in self._groups.items():
                yield Static(group, classes="group", markup=False)
                yield Static(_table(rows))


def _table(rows: Sequence[HelpRow]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=22, no_wrap=True)
    table.add_column(ratio=1)
    for row in rows:
        table.add_row(Text(row.keys, style="bold"), Text(row.description))
    return table
