"""How fresh a price is, in words: what every pane's header says."""

from __future__ import annotations

from dataclasses import dataclass

from tui.feed.status import ConnectionState, FeedStatus
from tui.market.format import age

_AGE_WORTH_SAYING = 2.0
_STOPPED = {ConnectionState.PARKED, ConnectionState.CLOSING, ConnectionState.CLOSED}


@dataclass(frozen=True, slots=True)
class Freshness:
    """The words, a shorter form for narrow panes, and the role that colours them.

    Roles: `live`, `waiting` (on the way to data), `late` (a price that may be old), `stopped`.
    `current` is whether the price beside these words can be trusted to be the newest.
    """

    text: str
    short: str
    role: str
    current: bool = False


def freshness(status: FeedStatus) -> Freshness:
    """What a person must know of a subscription's state; never by colour alone."""
    if status.rejected:
        return Freshness(f"STOPPED: {status.rejected}", "STOPPED", "stopped")
    match status.state:
        case ConnectionState.LIVE:
            return _live(status)
        case ConnectionState.SYNCING:
            return Freshness("SYNCING", "SYNCING", "waiting", current=True)
        case ConnectionState.STALE:
            return Freshness(f"STALE {_age(status)}".strip(), "STALE", "late")
        case ConnectionState.BACKOFF:
            return _retry(status)
        case state if state in _STOPPED:
            return Freshness(f"STOPPED: {status.reason or 'closed'}", "STOPPED", "stopped")
        case _:
            tries = f" {status.attempt}" if status.attempt > 1 else ""
            return Freshness(f"CONNECTING{tries}", "CONNECT", "waiting")


def _live(status: FeedStatus) -> Freshness:
    if status.quiet:
        return Freshness(f"QUIET {_age(status)}".strip(), "QUIET", "live", current=True)
    old = (status.data_age or 0) > _AGE_WORTH_SAYING
    text = f"LIVE {_age(status)}" if old else "LIVE"
    return Freshness(text, "LIVE", "live", current=True)


def _retry(status: FeedStatus) -> Freshness:
    wait = "now" if not status.retry_in else f"in {status.retry_in:.0f} s"
    return Freshness(f"RETRY {status.attempt} {wait}", f"RETRY {status.attempt}", "late")


def _age(status: FeedStatus) -> str:
    return "" if status.data_age is None else age(status.data_age)
