"""What a key says that can do nothing now."""

from __future__ import annotations

from textual.widget import Widget

_SHOWN = 3.0


def refuse(widget: Widget, why: str) -> None:
    """Say in one short notice why nothing happens; not again while it still stands there."""
    # Textual has no public way to ask which notices are shown.
    if all(notice.message != why for notice in widget.app._notifications):
        widget.notify(why, timeout=_SHOWN, markup=False)
