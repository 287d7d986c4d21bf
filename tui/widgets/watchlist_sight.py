"""What a row of the watchlist sees of its pane: the pane has the lease, the row only looks."""

from __future__ import annotations

from dataclasses import dataclass

from tui.feed.clock import running
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.listing import Listing
from tui.market.symbol import Subscription
from tui.widgets.freshness import Freshness, freshness, frozen
from tui.widgets.pane import FAILED, Pane
from tui.widgets.watchlist_row import Entry, entry


@dataclass(frozen=True, slots=True)
class Sight:
    """A row, and when (in seconds of this machine) its view was taken."""

    entry: Entry
    at: float


def look(pane: Pane, listing: Listing, count: int, last: Sight | None, *, whole: bool) -> Sight:
    """See the pane's series with `count` candles; a frozen pane's stays the `last` one.

    The change is that of the newest price when `whole`, else it stays.
    """
    if last and last.entry.view.subscription != pane.subscription:
        last = None
    view, at = _view(pane, count, last)
    changed = view.price if whole or not last else last.entry.changed or view.price
    symbol = pane.subscription.symbol
    fresh, age = _freshness(pane, view, running() - at)
    group = listing.groups.get(symbol, "")
    return Sight(entry(listing.name(symbol), group, view, fresh, age, changed), at)


def _view(pane: Pane, count: int, last: Sight | None) -> tuple[SeriesView, float]:
    if last and pane.frozen:
        return last.entry.view, last.at
    try:
        return pane.engine.view(pane.subscription, count), running()
    except KeyError:
        # There is no lease yet, or not any more.
        return (last.entry.view, last.at) if last else (_nothing(pane.subscription), running())


def _freshness(pane: Pane, view: SeriesView, since: float) -> tuple[Freshness, float | None]:
    known = view.status.data_age
    age = None if known is None else known + since
    if pane.failed:
        return FAILED, age
    return (frozen(view.status, since) if pane.frozen else freshness(view.status)), age


def _nothing(subscription: Subscription) -> SeriesView:
    status = FeedStatus(ConnectionState.IDLE)
    return SeriesView(subscription, 0, (), (), (), None, None, None, 2, 3, None, status)
