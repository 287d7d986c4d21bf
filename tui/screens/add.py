"""Adding symbols: a line to type in and the exchanges' real symbols below it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.errors import UsageError, unknown
from tui.feed.engine import Engine
from tui.feed.status import SymbolDirectory
from tui.market.interval import Interval
from tui.market.symbol import Subscription, SymbolInfo
from tui.screens.search import Typed, directories, market, matches, offered, remark, resolve

_HINT = "enter adds · several with spaces · BTCUSDT@5m · exchange:SYMBOL"
_POLL = 0.3


class AddScreen(ModalScreen[tuple[Subscription, ...]]):
    """Dismisses with the subscriptions typed or chosen; esc with none.

    Enter takes the highlighted symbol for the last word unless that names a symbol itself.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", "Close"),
        ("down", "highlight(1)", "Next"),
        ("up", "highlight(-1)", "Previous"),
    ]
    DEFAULT_CSS = """
    AddScreen {
        align: center top;
        & > Vertical {
            width: 72; max-width: 100%; height: auto; max-height: 100%; margin-top: 2;
            background: $surface; border: round $primary; padding: 0 1;
        }
        Input, Input:focus { border: none; height: 1; padding: 0; background: $surface; }
        OptionList, OptionList:focus {
            border: none; height: auto; max-height: 14; margin: 1 0; padding: 0;
            background: $surface;
        }
        #hint { color: $market-axis; max-height: 2; }
        #hint.-error { color: $market-warn; max-height: 8; }
    }
    """

    def __init__(self, engine: Engine, exchange: str, interval: Interval) -> None:
        super().__init__()
        self._engine = engine
        self._exchange = exchange
        self._interval = interval
        self._found: list[SymbolInfo] = []
        self._known: Mapping[str, SymbolDirectory] = {}
        self._options = OptionList(markup=False)  # keys may come before it is composed

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Add symbols"
            yield Input(placeholder="BTCUSDT, or a part of it", select_on_focus=False)
            yield self._options
            yield Static(_HINT, id="hint", markup=False)

    def on_mount(self) -> None:
        self._options.can_focus = False
        self.query_one(Input).focus()
        self.set_interval(_POLL, self._look_again)
        self._search()

    @on(Input.Changed)
    def _search(self) -> None:
        typed = Typed.parse(self._last_word)
        self._known = directories(self._engine, typed.exchange)
        self._found = matches(typed.name, offered(self._known), self._exchange)
        options = self._options
        options.clear_options()
        options.add_options(Option(_option(info)) for info in self._found)
        options.highlighted = 0 if self._found and self._takes_first(typed) else None
        self._remark(typed)

    @on(Input.Submitted)
    def _submit(self) -> None:
        last = self._last_word
        words = self.query_one(Input).value.removesuffix(last).split()
        try:
            wanted = [self._resolve(word) for word in words]
            if last:
                wanted.append(self._resolve_last(last))
        except UsageError as error:
            self._hint(str(error), error=True)
            return
        self.dismiss(tuple(wanted))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss((self._chosen(self._found[event.option_index]),))

    def action_highlight(self, by: int) -> None:
        if by > 0:
            self._options.action_cursor_down()
        else:
            self._options.action_cursor_up()

    def action_cancel(self) -> None:
        self.dismiss(())

    @property
    def _last_word(self) -> str:
        value = self.query_one(Input).value
        return "" if value.endswith(" ") else (value.split() or [""])[-1]

    def _takes_first(self, typed: Typed) -> bool:
        """Where any name may be right, enter takes what is typed."""
        first, aimed_at = self._found[0].symbol, typed.exchange or self._exchange
        if self._known[aimed_at].listed:
            return True
        return first.exchange == aimed_at and first.name.casefold() == typed.name.casefold()

    def _remark(self, typed: Typed) -> None:
        if typed.exchange and not self._known:
            error = unknown("exchange", typed.exchange, self._engine.exchange_names)
            self._hint(str(error), error=True)
            return
        shown = {connection.exchange for connection in self._engine.connections()}
        said = remark(typed, self._known, self._exchange, shown, found=bool(self._found))
        self._hint(said or _HINT)

    def _resolve(self, word: str) -> Subscription:
        return resolve(word, self._engine, self._exchange, self._interval)

    def _resolve_last(self, word: str) -> Subscription:
        """The symbol itself when named in full, else the highlighted one."""
        typed = Typed.parse(word)
        highlighted = self._options.highlighted
        if highlighted is None:
            return self._resolve(word)
        info = self._found[highlighted]
        suffix = f"@{typed.interval}" if typed.interval else ""
        return self._resolve(f"{info.symbol}{suffix}")

    def _chosen(self, info: SymbolInfo) -> Subscription:
        return Subscription(info.symbol, self._interval)

    def _look_again(self) -> None:
        """The directories load in the background: show them when they come."""
        if directories(self._engine, Typed.parse(self._last_word).exchange) != self._known:
            self._search()

    def _hint(self, text: str, error: bool = False) -> None:
        hint = self.query_one("#hint", Static)
        hint.update(Content(text))
        hint.set_class(error, "-error")


def _option(info: SymbolInfo) -> Content:
    halted = "" if info.trading else "  not trading"
    return Content.assemble(
        (f"{info.symbol.name:<16}", "bold"),
        (market(info).ljust(18), ""),
        (f"{info.symbol.exchange}{halted}", "dim"),
    )
