"""Guards that hold whatever the state machine does: how often one host may be called."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import Self

from tui.exchange.base import Limits
from tui.feed.faults import BANNED, Fault

# Binance's own longest ban is three days; a call now and then tells when it is over.
LONGEST_BAN = 6 * 3_600.0


@dataclass(slots=True)
class TokenBucket:
    """`burst` calls at once, then one each `spacing` seconds of the monotonic clock.

    Unused time fills it up again, but for at most one call unless it `refills`; `restore` gives
    the whole burst back.
    """

    burst: float
    spacing: float
    refills: bool = True
    _tokens: float = field(init=False)
    _at: float = field(init=False, default=0.0)
    _most: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens = self._most = self.burst

    def reserve(self, now: float, cost: float = 1.0) -> float:
        """Take `cost` tokens, if need be in advance; seconds until they are due.

        Who comes later waits longer, so that all who wait have turns of their own.
        """
        self._refill(now)
        self._tokens -= cost
        if not self.refills:
            self._most = max(1.0, self._tokens)
        return max(0.0, -self._tokens * self.spacing)

    def restore(self) -> None:
        """Give the whole burst back."""
        self._tokens = self._most = self.burst

    def _refill(self, now: float) -> None:
        if now > self._at:
            self._tokens = min(self._most, self._tokens + (now - self._at) / self.spacing)
            self._at = now


@dataclass(slots=True)
class HostLimits:
    """One host's dial and REST budgets, and the moment before which it asked not to be called.

    `reason` is what it said then. Shared by every connection and request to it: a refusal to one
    (429, 418) holds for all.
    """

    dials: TokenBucket
    requests: TokenBucket
    not_before: float = 0.0
    reason: str = ""
    _bans: int = 0
    _banned_until: float = -inf

    @classmethod
    def of(cls, limits: Limits) -> Self:
        """The budgets of a host that an exchange declares."""
        at_once = limits.rest_weight / 5 if limits.rest_burst is None else limits.rest_burst
        return cls(
            TokenBucket(limits.dial_burst, limits.dial_spacing),
            TokenBucket(at_once, 60.0 / limits.rest_weight),
        )

    def hold(self, now: float, fault: Fault) -> Fault:
        """The host said when to come back; a repeated ban (418) holds twice as long each time.

        At most LONGEST_BAN, and one that comes so long after the last is the first again.
        Returns the fault with the wait that is kept.
        """
        if fault.code == BANNED:
            fault = self._banned(now, fault)
        self.not_before = max(self.not_before, now + fault.retry_after)
        self.reason = fault.reason
        return fault

    def _banned(self, now: float, fault: Fault) -> Fault:
        """Many calls may have been on their way when the ban came: it is one ban to them all."""
        if now >= self._banned_until:
            repeated = now < self._banned_until + LONGEST_BAN
            self._bans = self._bans + 1 if repeated else 0
        wait = min(fault.retry_after * 2**self._bans, LONGEST_BAN)
        self._banned_until = max(self._banned_until, now + wait)
        return replace(fault, retry_after=wait)

    def held(self, now: float) -> bool:
        """Whether the host asked not to be called now."""
        return now < self.not_before

    def dial_turn(self, now: float) -> float:
        """Reserve a dial; seconds until it is due. Turns after a hold are as far apart as ever."""
        turn = max(now, self.not_before)
        return turn - now + self.dials.reserve(turn)

    def request_turn(self, now: float, weight: float) -> float:
        """Reserve a request of `weight`; seconds until it is due."""
        turn = max(now, self.not_before)
        return turn - now + self.requests.reserve(turn, weight)
