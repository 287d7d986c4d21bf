"""When an open connection brings no data: is the market quiet, or is the stream dead?

Pings prove the link, not the feed. Silence is counted from the last data; when it has lasted too
long, the exchange is asked over REST, and only its answer tells the two apart. Pure functions on
a Link; times are monotonic seconds.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf

from tui.feed.link import OPEN, Link
from tui.feed.status import ConnectionState as State

FIRST_DATA = 10.0
VERDICT = 3.0
BUSY_GRACE = 3.0
LONGEST_QUIET = 300.0
SUSPECTS = 4


def is_counted(link: Link) -> bool:
    """Not while nothing is subscribed, silence is known, or the exchange is being asked."""
    listening = link.state in OPEN and link.state is not State.STALE
    return bool(link.held) and listening and link.verdict_by == inf


def ends_patience(link: Link, stale_after: float) -> float:
    """When the silence becomes too long; the first data after a load have less time."""
    limit = stale_after
    if not link.data_seen and link.wanted <= link.synced:
        limit = min(limit, FIRST_DATA)
    return max(link.data_at + limit, link.quiet_until)


def expecting(link: Link, now: float) -> Link:
    """More is asked for: silence counts from now, and nothing is known of it."""
    return replace(link, data_at=now, verdict_by=inf, quiet=False, quiet_until=0.0, quiet_for=0.0)


def suspected(link: Link, now: float) -> Link:
    """The exchange is asked; without an answer by the verdict the feed counts as stale."""
    return replace(link, verdict_by=now + VERDICT)


def broken(link: Link, now: float) -> Link:
    """Data came."""
    stale = link.state is State.STALE
    return replace(
        link,
        state=State.SYNCING if stale else link.state,
        until=inf if stale else link.until,
        data_at=now,
        data_seen=True,
        flowing_since=min(link.flowing_since, now),
        verdict_by=inf,
        quiet=False,
        quiet_until=0.0,
        quiet_for=0.0,
    )


def quieted(link: Link, now: float, stale_after: float) -> Link:
    """The exchange confirmed that nothing was traded: silence is in order, each time for longer."""
    pause = min(max(stale_after, 2 * link.quiet_for), max(LONGEST_QUIET, stale_after))
    return replace(
        link,
        state=State.SYNCING if link.state is State.STALE else link.state,
        until=inf,
        verdict_by=inf,
        quiet=True,
        quiet_for=pause,
        quiet_until=now + pause,
        flowing_since=min(link.flowing_since, now),
    )


def stale(link: Link, until: float) -> Link:
    """There were trades that did not come, or nobody could say; at `until` the link is left."""
    return replace(link, state=State.STALE, until=until, verdict_by=inf, flowing_since=inf)
