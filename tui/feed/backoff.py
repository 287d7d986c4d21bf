"""How long to wait before the next dial."""

from __future__ import annotations

from random import Random

FLOOR = 0.25
FIRST_AFTER_STABLE = 0.5


def delay(attempt: int, base: float, factor: float, cap: float, random: Random) -> float:
    """Seconds before dial `attempt` (1 is the first retry): exponential with full jitter.

    Full jitter, uniform(0, min(cap, base * factor**(attempt-1))), since any less keeps a
    thousand clients of a restarted server in one bunch. With base 1, factor 2, cap 30 the
    bounds are 1, 2, 4, 8, 16, 30, 30, ...; never below FLOOR.
    """
    exponent = min(max(attempt, 1) - 1, 64)
    return max(FLOOR, random.uniform(0.0, min(cap, base * factor**exponent)))
