"""All alerts at work: their leases on the feed, their looks at it, and changes to the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace

from tui.alerts.alert import Alert
from tui.alerts.measure import candles_for
from tui.alerts.rule import Change, Price, Rule, Spread, Stale
from tui.alerts.watch import Ring, Watched, look
from tui.errors import UsageError
from tui.feed.engine import Engine, Lease
from tui.feed.status import FeedEvent, GapOpened, GapRepaired, SeriesView, StateChanged
from tui.market.symbol import Subscription

# These are looked at with each frame, the others once a second.
_AT_ONCE = (Price, Change, Spread)
MOST = 200


@dataclass(slots=True)
class _Post:
    """An alert, what is known of it, and what it holds while it is on."""

    alert: Alert
    watched: Watched
    leases: tuple[Lease, ...]
    since: float


class Desk:
    """The alerts in their order. `clock` is monotonic seconds, `wall` ms UTC.

    `changed` is called when there is something new to keep. Alerts of exchanges that are not
    there, or have no such candles, stay in the list and do nothing.
    """

    def __init__(
        self,
        engine: Engine,
        alerts: Iterable[Alert],
        changed: Callable[[], None],
        clock: Callable[[], float],
        wall: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._changed = changed
        self._clock = clock
        self._wall = wall
        self._removed: list[tuple[int, Alert]] = []
        self._posts = [self._post(alert) for alert in alerts]

    # The list

    @property
    def alerts(self) -> list[Alert]:
        """All of them, with what is worth keeping over a restart."""
        return [post.alert for post in self._posts]

    def add(self, rule: Rule) -> int:
        """Watch for one more; its place. Raises UsageError when it is there, or at 200."""
        self._check(rule)
        if len(self._posts) >= MOST:
            raise UsageError(f"There are {MOST} alerts already.", "Remove some.")
        self._posts.append(self._post(Alert(rule)))
        self._changed()
        return len(self._posts) - 1

    def change(self, place: int, rule: Rule) -> None:
        """Watch for another rule in this place; raises UsageError when it is there already."""
        if rule != self._posts[place].alert.rule:
            self._check(rule)
            self._put(place, Alert(rule))

    def switch(self, place: int) -> None:
        """Off or on; one that is on again has forgotten on which side it was."""
        alert = self._posts[place].alert
        self._put(place, replace(alert, on=not alert.on, armed=None))

    def remove(self, place: int) -> None:
        """Take it away; `undo` brings it back."""
        post = self._posts.pop(place)
        _release(post)
        self._removed.append((place, post.alert))
        self._changed()

    def undo(self) -> int | None:
        """Bring back what was removed last; its place, None when there is nothing."""
        if not self._removed:
            return None
        place, alert = self._removed.pop()
        place = min(place, len(self._posts))
        self._posts.insert(place, self._post(replace(alert, armed=None)))
        self._changed()
        return place

    def standing(self, place: int) -> str:
        """In a few words what an alert does now."""
        post = self._posts[place]
        if not post.alert.on:
            return "off"
        if not post.leases:
            return "not served here"
        views = self._views(post)
        if refused := [view.status.rejected for view in views.values() if view.status.rejected]:
            return refused[0]
        blind = post.watched.trace is None and not isinstance(post.alert.rule, Stale)
        if blind or post.alert.armed is None:
            return "awaits live data"
        return "armed" if post.alert.armed else "past it; rings after the way back"

    def close(self) -> None:
        """Give all leases back."""
        for post in self._posts:
            _release(post)

    # The looks

    def hear(self, events: Iterable[FeedEvent]) -> None:
        """What happened around a loss is the past to the alerts that it concerns."""
        cut = {
            e.subscription for e in events if isinstance(e, StateChanged | GapOpened | GapRepaired)
        }
        for post in self._posts:
            if not cut.isdisjoint(post.alert.rule.subscriptions):
                post.watched = replace(post.watched, trace=None)

    def look(self, dirty: Set[Subscription]) -> list[Ring]:
        """What rings now that there are news of some subscriptions."""
        return [
            ring
            for post in self._posts
            if isinstance(post.alert.rule, _AT_ONCE)
            and not dirty.isdisjoint(post.alert.rule.subscriptions)
            and (ring := self._judge(post))
        ]

    def tick(self) -> list[Ring]:
        """What rings now that a second has passed."""
        return [ring for post in self._posts if (ring := self._judge(post))]

    def _judge(self, post: _Post) -> Ring | None:
        if not post.leases:
            return None
        before = post.watched
        post.watched, ring = look(before, self._views(post), self._clock() - post.since)
        if ring:
            post.alert = replace(post.alert, rang=self._wall())
        if ring or post.watched.armed is not before.armed:
            post.alert = replace(post.alert, armed=post.watched.armed)
            self._changed()
        return ring

    def _views(self, post: _Post) -> dict[Subscription, SeriesView]:
        rule = post.alert.rule
        count = candles_for(rule)
        return {each: self._engine.view(each, count) for each in rule.subscriptions}

    # What it holds

    def _put(self, place: int, alert: Alert) -> None:
        _release(self._posts[place])
        self._posts[place] = self._post(alert)
        self._changed()

    def _post(self, alert: Alert) -> _Post:
        leases: tuple[Lease, ...] = ()
        if alert.on and all(map(self._is_served, alert.rule.subscriptions)):
            leases = tuple(map(self._engine.acquire, alert.rule.subscriptions))
        return _Post(alert, Watched(alert.rule, alert.armed), leases, self._clock())

    def _is_served(self, subscription: Subscription) -> bool:
        exchange = subscription.symbol.exchange
        known = exchange in self._engine.exchange_names
        return known and subscription.interval in self._engine.intervals(exchange)

    def _check(self, rule: Rule) -> None:
        if any(rule == post.alert.rule for post in self._posts):
            raise UsageError(f"{rule} is there already.")


def _release(post: _Post) -> None:
    for lease in post.leases:
        lease.release()
    post.leases = ()
