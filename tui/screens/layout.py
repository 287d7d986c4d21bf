"""A layout that was typed or pasted, made a tab by what the exchanges have."""

from __future__ import annotations

from tui.feed.engine import Engine
from tui.layout_text import parse
from tui.market.interval import Interval
from tui.screens.search import resolve
from tui.tab import Tab


def tab_of(text: str, engine: Engine, exchange: str, interval: Interval) -> Tab:
    """The tab that the text describes; the defaults fill what a pane leaves out.

    Raises UsageError for what is no layout, or names what an exchange does not have.
    """
    layout = parse(text)
    panes = [resolve(pane, engine, exchange, interval) for pane in layout.panes]
    return Tab(tuple(dict.fromkeys(panes)), columns=layout.columns)
