"""How long to wait before the next dial."""

from __future__ import annotations

from random import Random

from tui.feed.faults import Fault, FaultKind
from tui.feed.settings import ConnectionSettings

FLOOR = 0.25
FIRST_AFTER_STABLE = 0.5
# A server that says it restarts or is too busy is given a few seconds from the first try on.
_PACED_ATTEMPT = 3
# In first delays: full jitter alone may be no wait at all.
_PACED_PAUSE = 2.0


def delay(attempt: int, base: float, factor: float, cap: float, random: Random) -> float:
    """Seconds before dial `attempt` (1 is the first retry): exponential with full jitter.

    Full jitter, uniform from FLOOR to min(cap, base * factor**(attempt-1)), since any less keeps a
    thousand clients of a restarted server in one bunch. With base 1, factor 2, cap 30 the
    bounds are 1, 2, 4, 8, 16, 30, 30, ...
    """
    exponent = min(max(attempt, 1) - 1, 64)
    return random.uniform(FLOOR, max(FLOOR, min(cap, base * factor**exponent)))


def after(
    fault: Fault, attempt: int, stable: bool, settings: ConnectionSettings, random: Random
) -> float:
    """Seconds to wait after `fault`, before dial `attempt`; `stable` when the link had been well.

    Never less than the exchange asked for, and then a jitter on top, since it asked everyone.
    One that restarts or is too busy and does not say how long gets two first delays on top.
    """
    if stable and fault.kind is FaultKind.TRANSIENT and not fault.retry_after:
        return random.uniform(0.0, FIRST_AFTER_STABLE)
    base, cap = settings.reconnect_interval, settings.max_reconnect_interval
    pause = fault.retry_after
    if fault.kind is FaultKind.PACED:
        attempt = max(attempt, _PACED_ATTEMPT)
        pause = pause or _PACED_PAUSE * base
    return pause + delay(attempt, base, settings.reconnect_decay, cap, random)
