"""How fresh a price is, in words: what every pane's header says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from tui.feed.status import ConnectionState, FeedStatus
from tui.market.format import age

_AGE_WORTH_SAYING = 2.0
STOPPED = {ConnectionState.PARKED, ConnectionState.CLOSING, ConnectionState.CLOSED}


@dataclass(frozen=True, slots=True)
class Freshness:
    """The same words from their longest form to their shortest, and the role that colours them.

    A number alone beside LIVE, QUIET or STALE says for how long no data came; beside any other
    state it would be read as a countdown, so there an age has `old` with it.

    Roles: `live`, `waiting` (on the way to data), `late` (a price that may be old), `stopped`.
    `current` is whether the price beside these words can be trusted to be the newest. As soon as
    there was a price every form has its age, unless it is current and not older than two seconds.
    `cause` is a sentence on what happened and what to do, where the forms do not say it.
    """

    forms: tuple[str, ...]
    role: str
    current: bool = False
    cause: str = ""


def freshness(status: FeedStatus) -> Freshness:
    """What a person must know of a subscription's state; never by colour alone."""
    fresh = _by_state(status)
    if not status.unstable or fresh.role == "stopped":
        return fresh
    aged = _aged(status) or not fresh.current
    short = _aged_word("UNSTABLE", status) if aged else "UNSTABLE"
    return replace(fresh, forms=(f"{fresh.forms[0]}, unstable", short, *fresh.forms))


def _by_state(status: FeedStatus) -> Freshness:
    if status.rejected:
        return _stopped(status, status.rejected)
    match status.state:
        case ConnectionState.LIVE:
            return _live(status)
        case ConnectionState.SYNCING:
            return _syncing(status)
        case ConnectionState.STALE:
            return Freshness((_silence("STALE", status),), "late")
        case ConnectionState.BACKOFF:
            return _retry(status)
        case state if state in STOPPED:
            return _stopped(status, status.reason or "closed")
        case _:
            tries = f" {status.attempt}" if status.attempt > 1 else ""
            forms = f"CONNECTING{tries}", "CONNECTING", "CONNECT"
            return Freshness(_old(forms, status), "waiting", cause=status.reason)


def frozen(status: FeedStatus, seconds: float) -> Freshness:
    """A picture that stood still for so long: its price is older by that than its status says."""
    age = None if status.data_age is None else status.data_age + seconds
    return Freshness(_old(("FROZEN",), replace(status, data_age=age)), "late")


def _live(status: FeedStatus) -> Freshness:
    if status.quiet:
        return Freshness((_silence("QUIET", status),), "live", current=True)
    word = _silence("LIVE", status) if _aged(status) else "LIVE"
    return Freshness((word,), "live", current=True)


def _syncing(status: FeedStatus) -> Freshness:
    """Prices come in unless the last one is from before an outage."""
    if not _aged(status):
        return Freshness(("SYNCING",), "waiting", current=True, cause=status.reason)
    return Freshness(_old(("SYNCING", "SYNC"), status), "waiting", cause=status.reason)


def until(seconds: float) -> str:
    """`45 s`, `119 s`, `15 min`, `3 h`: how long to wait, rounded up."""
    if seconds <= 119:
        return f"{ceil(seconds)} s"
    if seconds < 2 * 3_600:
        return f"{ceil(seconds / 60)} min"
    return f"{ceil(seconds / 3_600)} h"


def _retry(status: FeedStatus) -> Freshness:
    wait = "now" if not status.retry_in else f"in {until(status.retry_in)}"
    tries = f"RETRY {status.attempt}"
    forms = _old((f"{tries} {wait}", tries, "RETRY"), status)
    return Freshness(forms, "late", cause=status.reason)


def _stopped(status: FeedStatus, reason: str) -> Freshness:
    """Some reasons are tried again without being asked, but rarely."""
    words: tuple[str, ...] = ("STOPPED",)
    if status.retry_in is not None and not status.rejected:
        words = (f"STOPPED, next in {until(status.retry_in)}", *words)
    return Freshness(_old(words, status), "stopped", cause=reason)


def _aged(status: FeedStatus) -> bool:
    return (status.data_age or 0) > _AGE_WORTH_SAYING


def _old(words: tuple[str, ...], status: FeedStatus) -> tuple[str, ...]:
    """Each of the words with the age of the price, and at last the age without them."""
    if status.data_age is None:
        return words
    return *(_aged_word(word, status) for word in words), f"OLD {age(status.data_age)}"


def _aged_word(word: str, status: FeedStatus) -> str:
    """`RETRY, 31 s old`."""
    return word if status.data_age is None else f"{word}, {age(status.data_age)} old"


def _silence(word: str, status: FeedStatus) -> str:
    """`STALE 31 s`."""
    return word if status.data_age is None else f"{word} {age(status.data_age)}"
