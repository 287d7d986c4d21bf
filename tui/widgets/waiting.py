"""What stands in a pane that has nothing to draw."""

from __future__ import annotations

from tui.feed.status import ConnectionState, SeriesView
from tui.widgets.freshness import until

_OFFLINE = "No network? tradex-tui demo"


def waiting_for(view: SeriesView, nearest: tuple[str, ...]) -> str:
    """What an empty pane says: what it waits for, or why it will not come."""
    symbol, status = view.subscription.symbol, view.status
    if status.rejected:
        guess = f"\nDid you mean {', '.join(nearest)}?" if nearest else ""
        return f"{status.rejected}{guess}\na adds another, d removes this pane"
    match status.state:
        case ConnectionState.BACKOFF:
            wait = f"Next try in {until(status.retry_in or 0)}"
            if status.offline:
                return f"{symbol.exchange} cannot be reached\n{status.reason}\n{wait}\n\n{_OFFLINE}"
            return f"No connection to {symbol.exchange}\n{status.reason}\n{wait}"
        case ConnectionState.PARKED | ConnectionState.CLOSING | ConnectionState.CLOSED:
            later = "" if status.retry_in is None else f"Next try in {until(status.retry_in)}; "
            return f"Stopped: {status.reason or 'closed'}\n{later}r tries again"
        case ConnectionState.LIVE | ConnectionState.STALE:
            return f"Waiting for the first candle of {symbol.name}"
        case ConnectionState.SYNCING:
            trouble = f"\n{status.reason}" if status.reason else ""
            return f"Loading the history of {symbol.name}{trouble}"
        case _:
            return f"Connecting to {symbol.exchange}\n{status.reason}".rstrip()
