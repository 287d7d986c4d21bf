"""How fresh a price is, in words: what every pane's header says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.feed.status import ConnectionState, FeedStatus
from tui.market.format import age

_AGE_WORTH_SAYING = 2.0
STOPPED = {ConnectionState.PARKED, ConnectionState.CLOSING, ConnectionState.CLOSED}


@dataclass(frozen=True, slots=True)
class Freshness:
    """The same words from their longest form to their shortest, and the role that colours them.

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
    short = ("UNSTABLE",) if fresh.current and not _aged(status) else _old(("UNSTABLE",), status)
    return replace(fresh, forms=(f"{fresh.forms[0]}, unstable", *short, *fresh.forms))


def _by_state(status: FeedStatus) -> Freshness:
    if status.rejected:
        return _stopped(status, status.rejected)
    match status.state:
        case ConnectionState.LIVE:
            return _live(status)
        case ConnectionState.SYNCING:
            return _syncing(status)
        case ConnectionState.STALE:
            return Freshness(_ending("STALE", status), "late")
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
        return Freshness(_ending("QUIET", status), "live", current=True)
    forms = _ending("LIVE", status) if _aged(status) else ("LIVE",)
    return Freshness(forms, "live", current=True)


def _syncing(status: FeedStatus) -> Freshness:
    """Prices come in unless the last one is from before an outage."""
    words = (f"SYNCING: {status.reason}", "SYNCING") if status.reason else ("SYNCING",)
    if not _aged(status):
        return Freshness(words, "waiting", current=True)
    return Freshness(_old((*words, "SYNC"), status), "waiting")


def _retry(status: FeedStatus) -> Freshness:
    wait = "now" if not status.retry_in else f"in {status.retry_in:.0f} s"
    tries = f"RETRY {status.attempt}"
    forms: tuple[str, ...] = f"{tries} {wait}", tries
    if status.data_age is not None:
        old = age(status.data_age)
        forms = *(f"{form}, {old} old" for form in forms), *_ending("RETRY", status)
    return Freshness(forms, "late", cause=status.reason)


def _stopped(status: FeedStatus, reason: str) -> Freshness:
    return Freshness(_old((f"STOPPED: {reason}", "STOPPED"), status), "stopped")


def _aged(status: FeedStatus) -> bool:
    return (status.data_age or 0) > _AGE_WORTH_SAYING


def _old(words: tuple[str, ...], status: FeedStatus) -> tuple[str, ...]:
    """Each of the words with the age of the price, the last one once more in fewer cells."""
    if status.data_age is None:
        return words
    old = age(status.data_age)
    return *(f"{word}, {old} old" for word in words), *_ending(words[-1], status)


def _ending(word: str, status: FeedStatus) -> tuple[str, ...]:
    """`STALE 31 s`, `STALE 31s`."""
    if status.data_age is None:
        return (word,)
    old = age(status.data_age)
    return f"{word} {old}", f"{word} {old.replace(' ', '')}"
