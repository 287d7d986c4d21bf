"""Guards that hold whatever the state machine does: how often one host may be called."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class TokenBucket:
    """`burst` calls at once, then one each `spacing` seconds of the monotonic clock."""

    burst: float
    spacing: float
    _tokens: float = field(init=False)
    _at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._tokens = self.burst

    def reserve(self, now: float, cost: float = 1.0) -> float:
        """Take `cost` tokens, if need be in advance; seconds until they are due.

        Who comes later waits longer, so that all who wait have turns of their own.
        """
        self._refill(now)
        self._tokens -= cost
        return max(0.0, -self._tokens * self.spacing)

    def _refill(self, now: float) -> None:
        if now > self._at:
            self._tokens = min(self.burst, self._tokens + (now - self._at) / self.spacing)
            self._at = now


@dataclass(slots=True)
class HostLimits:
    """One host's dial and REST budgets, and the moment before which it asked not to be called.

    Shared by every connection and request to it: a refusal to one (429, 418) holds for all.
    """

    dials: TokenBucket
    requests: TokenBucket
    not_before: float = 0.0

    def hold(self, until: float) -> None:
        """The host said when to come back; the latest such word stands."""
        self.not_before = max(self.not_before, until)

    def dial_turn(self, now: float) -> float:
        """Reserve a dial; seconds until it is due."""
        return max(self.not_before - now, self.dials.reserve(now))

    def request_turn(self, now: float, weight: float) -> float:
        """Reserve a request of `weight`; seconds until it is due."""
        return max(self.not_before - now, self.requests.reserve(now, weight))
