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

    def wait(self, now: float, cost: float = 1.0) -> float:
        """Seconds until `cost` tokens are there; 0.0 when they are."""
        self._refill(now)
        return max(0.0, (cost - self._tokens) * self.spacing)

    def take(self, now: float, cost: float = 1.0) -> bool:
        """Take `cost` tokens if they are there."""
        self._refill(now)
        if self._tokens < cost - 1e-9:
            return False
        self._tokens -= cost
        return True

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

    def dial_wait(self, now: float) -> float:
        """Seconds until a dial is allowed; takes the token when it is 0.0."""
        wait = max(self.not_before - now, self.dials.wait(now))
        if wait <= 0.0:
            self.dials.take(now)
        return max(0.0, wait)

    def request_wait(self, now: float, weight: float) -> float:
        """Seconds until a request of `weight` is allowed; takes the tokens when it is 0.0."""
        wait = max(self.not_before - now, self.requests.wait(now, weight))
        if wait <= 0.0:
            self.requests.take(now, weight)
        return max(0.0, wait)
