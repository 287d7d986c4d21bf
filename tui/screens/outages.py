"""Many repaired gaps, one notice."""

from __future__ import annotations

from tui.feed.status import FeedEvent, GapOpened, GapRepaired
from tui.market.symbol import Subscription

_PATIENCE = 10.0
_PAUSE = 30.0


class Outages:
    """Collects gaps and says what was repaired once the outage is over.

    An outage is over when no gap is open, or ten seconds after its first repair. At most one
    notice comes in half a minute, however often a link flaps. Times are monotonic seconds.
    """

    def __init__(self) -> None:
        self._open: set[Subscription] = set()
        self._gaps = 0
        self._candles = 0
        self._since = 0.0
        self._said: float | None = None

    def add(self, event: FeedEvent, now: float) -> None:
        """Take an event of the feed; others than gaps are ignored."""
        if isinstance(event, GapOpened):
            self._open.add(event.subscription)
        elif isinstance(event, GapRepaired):
            self._open.discard(event.subscription)
            if event.candles:
                self._since = self._since if self._gaps else now
                self._gaps += 1
                self._candles += event.candles

    def notice(self, now: float) -> str | None:
        """`3 gaps repaired, 45 candles filled`, when it is time to say so."""
        over = not self._open or now - self._since > _PATIENCE
        rested = self._said is None or now - self._said > _PAUSE
        if not (self._gaps and over and rested):
            return None
        gaps, candles = self._gaps, self._candles
        self._said, self._gaps, self._candles = now, 0, 0
        return f"{_count(gaps, 'gap')} repaired, {_count(candles, 'candle')} filled"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
