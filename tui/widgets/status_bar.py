"""The last line: how the feed is, what the keys are, what time it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.events import Click

from tui.chart.picture import Row, Run
from tui.feed.status import ConnectionState, ConnectionStatus, FeedStatus
from tui.keys import KEYS, Hint, Key, hints, shown
from tui.market.symbol import Subscription
from tui.widgets.picture import Plain, TextPicture
from tui.widgets.sentences import longest, what_happened

_WORDS = {
    ConnectionState.LIVE: ("live", "live"),
    ConnectionState.SYNCING: ("syncing", "waiting"),
    ConnectionState.STALE: ("stale", "late"),
    ConnectionState.BACKOFF: ("retrying", "late"),
    ConnectionState.PARKED: ("stopped", "stopped"),
    ConnectionState.CLOSING: ("stopped", "stopped"),
    ConnectionState.CLOSED: ("stopped", "stopped"),
}
_CLOCK_FROM = 60
_CLOCK_FROM_IN_TROUBLE = 100
_FREEZE = "grid.freeze"
_CONNECTING = ("connecting", "waiting")


def health(
    connections: Sequence[ConnectionStatus],
    frozen: bool,
    demo: bool = False,
    remarks: Sequence[Run] = (),
) -> Row:
    """`12 live · 1 retrying`, counted in symbols; that prices are invented or old stands first.

    Remarks on the drawing stand last.
    """
    counted = Counter[tuple[str, str]]()
    for connection in connections:
        word = _WORDS.get(connection.state, _CONNECTING)
        counted[word] += len(connection.subscriptions)
    runs = [(word, "late") for word, holds in (("DEMO", demo), ("FROZEN", frozen)) if holds]
    states = [(f"{count} {word}", role) for (word, role), count in counted.items() if count]
    runs += states or [("no symbols", "muted")]
    if any(connection.unstable for connection in connections):
        runs.append(("unstable", "late"))
    return _joined([*runs, *remarks], " · ")


def trouble(subscription: Subscription, status: FeedStatus) -> tuple[str, ...]:
    """Why this symbol is not followed as it should be, and what to do; empty while it is.

    The same from the longest form to the shortest.
    """
    reason = status.rejected or status.reason
    if not reason or (status.state is ConnectionState.LIVE and not status.rejected):
        return ()
    name = subscription.symbol.name
    tries = " r tries" if status.state is ConnectionState.PARKED else ""
    happened = f"{what_happened(reason)}{tries}"
    return f"{name}: {reason}{tries}", f"{name}: {happened}", happened


def welcome(table: Sequence[Key]) -> tuple[str, ...]:
    """What a first start says of the screen, from the longest form to the shortest."""
    key = {key.id: next(shown(key)) for key in table}
    add, help_, connections = key["add"], key["help"], key["connections"]
    pane = "Each pane is a symbol with its price, its change and how fresh they are."
    return (
        f"{pane} {add} adds one, {connections} shows the connections, {help_} explains everything",
        f"Each pane is a symbol and how fresh its price is. {add} adds one, {help_} explains",
        f"Each pane is a symbol. {add} adds one, {help_} explains",
        f"{add} adds a symbol, {help_} explains",
        f"{add} adds, {help_} explains",
        f"{help_} explains",
    )


class StatusBar(Plain):
    """Health, key hints and clock; the prices of a `demo` are invented."""

    DEFAULT_CSS = """
    StatusBar {
        layout: horizontal; width: 1fr; height: 1;
        background: $surface; padding: 0 1; overflow: hidden;
        & > #hints { width: 1fr; margin: 0 2; }
        & > #clock { width: 8; }
    }
    """

    def __init__(self, demo: bool) -> None:
        super().__init__()
        self._demo = demo
        self._health = TextPicture()
        self._health_row: Row = ()
        self._page: Row = ()
        self._hints = Hints()
        self._clock = TextPicture(id="clock")

    def compose(self) -> ComposeResult:
        yield from (self._health, self._hints, self._clock)

    def on_resize(self) -> None:
        least = _CLOCK_FROM_IN_TROUBLE if self._hints.sentence else _CLOCK_FROM
        self._clock.display = self.size.width >= least

    def show(
        self,
        connections: Sequence[ConnectionStatus],
        frozen: bool,
        moment: datetime,
        remarks: Sequence[Run] = (),
    ) -> None:
        """Take the present state; only fields that changed are painted."""
        self._health_row = health(connections, frozen, self._demo, remarks)
        self._show_health()
        self._hints.freeze(frozen)
        self._clock.show([((f"{moment:%H:%M:%S}", "muted"),)])

    def turn(self, page: int, pages: int) -> None:
        """Say which page of the panes is on view, where there are several."""
        words: Row = ((" · ", "muted"), (f"page {page} of {pages}", "strong"))
        self._page = words if pages > 1 else ()
        self._show_health()

    def _show_health(self) -> None:
        row = (*self._health_row, *self._page) if self._health_row else ()
        width = sum(len(text) for text, _ in row)
        if self._health.size.width != width:
            self._health.styles.width = width
        self._health.show([row])

    def say(self, trouble: Sequence[str]) -> None:
        """Show this, in the form that fits, in place of the hints for as long as there is any."""
        self._hints.say(trouble)
        self.on_resize()

    def welcome(self, table: Sequence[Key]) -> None:
        """Explain the screen in place of the hints."""
        self._hints.welcome(welcome(table))

    def end_welcome(self) -> None:
        """Whoever pressed a key has begun."""
        self._hints.welcome(())

    def use_keys(self, table: Sequence[Key]) -> None:
        """Show the hints of this table."""
        self._hints.use_keys(table)


class Hints(TextPicture):
    """Keys and words, as many as fit, and a click on one does it; or a sentence in their place.

    A sentence is given in its forms, the longest first.
    """

    def __init__(self) -> None:
        super().__init__(id="hints")
        self._table: Sequence[Key] = KEYS
        self._spans: list[tuple[int, str]] = []
        self.sentence: Sequence[str] = ()
        self._welcome: Sequence[str] = ()
        self._frozen = False

    def use_keys(self, table: Sequence[Key]) -> None:
        """Show the hints of this table."""
        self._table = table
        self.on_resize()

    def say(self, sentence: Sequence[str]) -> None:
        """Show a sentence in the form that fits; the hints again when there is none."""
        if self.sentence != sentence:
            self.sentence = sentence
            self.on_resize()

    def welcome(self, sentence: Sequence[str]) -> None:
        """Show this until there is none, but trouble first."""
        if self._welcome != sentence:
            self._welcome = sentence
            self.on_resize()

    def freeze(self, frozen: bool) -> None:
        """Say what the key that froze the screen does next."""
        if self._frozen != frozen:
            self._frozen = frozen
            self.on_resize()

    def on_resize(self) -> None:
        self._spans = []
        if self.sentence:
            self.show([((longest(self.sentence, self.size.width), "late"),)])
        elif self._welcome:
            self.show([((longest(self._welcome, self.size.width), "strong"),)])
        else:
            self._show_hints()

    def _show_hints(self) -> None:
        runs: list[tuple[str, str]] = []
        used = 0
        # While frozen the way on stands first, where there is room for it at any size.
        for hint in sorted(hints(self._table), key=lambda hint: not self._goes_on(hint)):
            text = f" {'go on' if self._goes_on(hint) else hint.description}   "
            used += len(hint.keys) + len(text)
            if used - 3 > self.size.width:
                break
            runs += [(hint.keys, "strong"), (text, "muted")]
            self._spans.append((used, hint.action))
        self.show([tuple(runs)])

    def _goes_on(self, hint: Hint) -> bool:
        return self._frozen and hint.action == _FREEZE

    async def on_click(self, event: Click) -> None:
        for end, action in self._spans:
            if event.x < end:
                await self.app.run_action(action)
                return


def _joined(runs: list[tuple[str, str]], between: str) -> Row:
    joined = [runs[0]]
    for run in runs[1:]:
        joined += [(between, "muted"), run]
    return tuple(joined)
