"""What happened to each subscription's connection, for who looks at it later."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from tui.feed.status import (
    ConnectionState,
    FeedEvent,
    GapOpened,
    GapRepaired,
    Rejected,
    StateChanged,
)
from tui.market.symbol import Subscription

_DEPTH, _SUBSCRIPTIONS = 100, 500
_ROLES = {
    ConnectionState.LIVE: "live",
    ConnectionState.STALE: "late",
    ConnectionState.BACKOFF: "late",
    ConnectionState.PARKED: "stopped",
    ConnectionState.CLOSED: "stopped",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened at monotonic second `at`, and the role that colours it."""

    at: float
    text: str
    role: str


class Chronicle:
    """The newest hundred happenings of each of the newest five hundred subscriptions."""

    def __init__(self) -> None:
        self._known: dict[Subscription, deque[Happening]] = {}

    def add(self, event: FeedEvent, now: float) -> None:
        """Take an event of the feed at monotonic `now`; not all are worth telling."""
        match event:
            case StateChanged(subscription, state, attempt, _, reason):
                tries = f" {attempt}" if attempt > 1 else ""
                told = f"{state.value}{tries}{f': {reason}' if reason else ''}"
                self._note(subscription, Happening(now, told, _ROLES.get(state, "waiting")))
            case GapOpened(subscription):
                self._note(subscription, Happening(now, "candles may be missing", "late"))
            case GapRepaired(subscription, candles=candles):
                filled = f"whole again, {candles} candle{'' if candles == 1 else 's'} filled in"
                self._note(subscription, Happening(now, filled, "live"))
            case Rejected(subscription, reason):
                self._note(subscription, Happening(now, reason, "stopped"))

    def of(self, subscription: Subscription) -> Sequence[Happening]:
        """What happened to it, oldest first."""
        return self._known.get(subscription, ())

    def _note(self, subscription: Subscription, happening: Happening) -> None:
        if subscription not in self._known and len(self._known) >= _SUBSCRIPTIONS:
            del self._known[next(iter(self._known))]
        self._known.setdefault(subscription, deque(maxlen=_DEPTH)).append(happening)
