"""What every socket is doing: one row a connection, those in trouble first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical

from tui.chart.picture import Row
from tui.feed.status import ConnectionState, ConnectionStatus
from tui.market.format import age, volume
from tui.widgets.freshness import STOPPED, until
from tui.widgets.picture import TextPicture, cut
from tui.widgets.sentences import longest, what_happened

_GAP = "  "
_NOTHING = "–"
_SHARE = 3  # of the screen's height, at most

_ROLES = {
    ConnectionState.LIVE: "live",
    ConnectionState.STALE: "late",
    ConnectionState.BACKOFF: "late",
    ConnectionState.PARKED: "stopped",
    ConnectionState.CLOSED: "stopped",
    ConnectionState.CLOSING: "stopped",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One fact of a connection: its title, width in cells, and when it gives way.

    In a narrow terminal the columns of the highest `rank` go first.
    """

    title: str
    width: int
    rank: int
    text: Callable[[ConnectionStatus], str]
    right: bool = True

    def cell(self, text: str) -> str:
        """The text cropped and padded to the column's width."""
        cropped = cut(text, self.width)
        space = " " * (self.width - cell_len(cropped))
        return space + cropped if self.right else cropped + space


def rows(connections: Sequence[ConnectionStatus], width: int, height: int) -> list[Row]:
    """Title and one row a connection in `width` x `height` cells.

    Connections in trouble stand first; what does not fit is counted in the last row. Where there
    is room, what is wrong has a row of its own if its column cuts it, once if it is the same.
    """
    columns = fitting(width)
    ordered = sorted(connections, key=lambda c: (c.state is ConnectionState.LIVE, c.id))
    room = max(0, height - 1)
    shown = ordered if len(ordered) <= room else ordered[: room - 1]
    title: Row = ((_GAP.join(c.cell(c.title) for c in columns), "muted"),)
    table = [title]
    spare = room - min(room, len(ordered))
    for connection in shown:
        table.append(_line(connection, columns))
        cause = _cause(connection, columns, width)
        if spare and cause and cause not in table:
            table.append(cause)
            spare -= 1
    if rest := ordered[len(shown) :]:
        live = sum(c.state is ConnectionState.LIVE for c in rest)
        table.append(((f"… {len(rest)} more, {live} of them live", "muted"),))
    return table


def fitting(width: int) -> list[Column]:
    """The columns that have room, the least needed left out; the last takes what is left."""
    kept = list(_COLUMNS)
    while len(kept) > 1 and _total(kept) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    if kept[-1] is _COLUMNS[-1]:
        kept[-1] = replace(kept[-1], width=kept[-1].width + width - _total(kept))
    return kept


class ConnectionPanel(Vertical):
    """The table of connections, below the grid."""

    DEFAULT_CSS = """
    ConnectionPanel {
        height: auto; display: none; background: $surface; padding: 0 1; margin-top: 1;
    }
    ConnectionPanel.-open { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._table = TextPicture()

    def compose(self) -> ComposeResult:
        yield self._table

    def show(self, connections: Sequence[ConnectionStatus]) -> None:
        """Take the present state of all connections."""
        width = self._table.size.width
        wanted = len(rows(connections, width, 2 * len(connections) + 1))
        height = min(wanted, max(3, self.app.size.height // _SHARE))
        if self._table.size.height != height:
            self._table.styles.height = height
        self._table.show(rows(connections, width, height))


def _total(columns: Sequence[Column]) -> int:
    return sum(column.width + len(_GAP) for column in columns) - len(_GAP)


def _line(connection: ConnectionStatus, columns: Sequence[Column]) -> Row:
    runs: list[tuple[str, str]] = []
    for column in columns:
        role = _ROLES.get(connection.state, "waiting") if column.title == "state" else "text"
        runs.append((column.cell(column.text(connection)), role))
        runs.append((_GAP, "text"))
    return tuple(runs[:-1])


def _cause(connection: ConnectionStatus, columns: Sequence[Column], width: int) -> Row | None:
    """Why the connection is down, if no column has the room to say it."""
    said = _last_close(connection)
    last = columns[-1]
    whole = last.title == _COLUMNS[-1].title and cell_len(said) <= last.width
    if connection.state is ConnectionState.LIVE or said == _NOTHING or whole:
        return None
    forms = said, what_happened(said)
    return ((_GAP, "text"), (longest(forms, width - len(_GAP)), "muted"))


def _state(c: ConnectionStatus) -> str:
    """That it comes and goes says more than which of the two it does at the moment."""
    return "unstable" if c.unstable and c.state not in STOPPED else c.state.value


def _symbols(c: ConnectionStatus) -> str:
    if not c.subscriptions:
        return _NOTHING
    first = c.subscriptions[0]
    more = len(c.subscriptions) - 1
    name = f"{first.symbol.name}@{first.interval}"
    return f"{name} +{more}" if more else name


def _next_dial(c: ConnectionStatus) -> str:
    return _seconds(c.retry_in, until)


def _last_close(c: ConnectionStatus) -> str:
    code = "" if c.close_code is None else str(c.close_code)
    return f"{code} {c.close_reason or c.reason}".strip() or _NOTHING


def _round_trip(c: ConnectionStatus) -> str:
    return _NOTHING if c.round_trip is None else f"{c.round_trip * 1000:.0f} ms"


def _gaps(c: ConnectionStatus) -> str:
    return f"{c.gaps_repaired}/{c.gaps_found}"


def _seconds(value: float | None, form: Callable[[float], str]) -> str:
    return _NOTHING if value is None else form(value)


_COLUMNS = (
    Column("exchange", 8, 6, lambda c: c.exchange, right=False),
    Column("symbols", 12, 1, _symbols, right=False),
    Column("state", 11, 0, _state, right=False),
    Column("try", 4, 3, lambda c: str(c.attempt)),
    Column("next", 6, 2, _next_dial),
    Column("data", 5, 4, lambda c: _seconds(c.data_age, age)),
    Column("ping", 6, 7, _round_trip),
    Column("msg/s", 5, 8, lambda c: f"{c.messages_rate:.1f}"),
    Column("B/s", 5, 11, lambda c: volume(c.bytes_rate)),
    Column("up", 5, 9, lambda c: _seconds(c.uptime, age)),
    Column("again", 5, 10, lambda c: str(c.reconnects)),
    Column("gaps", 5, 12, _gaps),
    Column("bad", 5, 13, lambda c: volume(c.malformed)),
    Column("last close", 17, 5, _last_close, right=False),
)
