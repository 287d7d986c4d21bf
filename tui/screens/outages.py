"""Many repaired gaps, one notice."""

from __future__ import annotations

from collections.abc import Container

from tui.feed.status import ConnectionState, FeedEvent, GapOpened, GapRepaired, StateChanged
from tui.market.symbol import Subscription

_PATIENCE = 10.0
_CALM = 300.0


class Outages:
    """Collects gaps and says what was repaired; times are monotonic seconds.

    The first repair is said at once: when no gap is open, or ten seconds after it. As long as the
    next loss comes within five minutes of the last one, nothing more is said; after five minutes
    of calm the whole spell is.
    """

    def __init__(self) -> None:
        self._open: set[Subscription] = set()
        self._gaps = 0
        self._candles = 0
        self._told = 0
        self._repaired_at = 0.0
        self._lost_at = 0.0

    def add(self, event: FeedEvent, now: float) -> None:
        """Take an event of the feed; those that are about no gap are ignored."""
        match event:
            case GapOpened(subscription):
                self._open.add(subscription)
                self._lost_at = now
            case GapRepaired(subscription, candles=candles):
                self._open.discard(subscription)
                self._count(candles, now)
            case StateChanged(subscription, ConnectionState.LIVE):
                # A gap that the exchange has too ends without a repair.
                self._open.discard(subscription)

    def _count(self, candles: int, now: float) -> None:
        if candles:
            self._repaired_at = self._repaired_at if self._gaps else now
            self._gaps += 1
            self._candles += candles

    def notice(self, now: float, watched: Container[Subscription]) -> str | None:
        """`3 gaps repaired, 45 candles filled`, when it is time to say so.

        Gaps of what is not `watched` any more hold nothing back.
        """
        still_open = any(subscription in watched for subscription in self._open)
        if not self._told:
            return self._first(over=not still_open or now - self._repaired_at > _PATIENCE)
        if still_open or now - self._lost_at <= _CALM:
            return None
        more, summary = self._gaps > self._told, self._summary()
        self._gaps = self._candles = self._told = 0
        return f"Stable again: {summary}" if more else None

    def _first(self, *, over: bool) -> str | None:
        if not (self._gaps and over):
            return None
        self._told = self._gaps
        return self._summary()

    def _summary(self) -> str:
        return f"{_count(self._gaps, 'gap')} repaired, {_count(self._candles, 'candle')} filled"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
