"""How often Kraken's REST may be asked; measured by clients, since no number is published."""

from __future__ import annotations


class Allowance:
    """What one address may still ask: 30 requests at once, then one a second (times in ms)."""

    _MOST = 30_000

    def __init__(self, now: int) -> None:
        self._left = self._MOST
        self._since = now

    def take(self, now: int) -> bool:
        """Count a request; whether it is allowed."""
        self._left = min(self._MOST, self._left + max(0, now - self._since))
        self._since = now
        allowed = self._left >= 1000
        self._left -= 1000 * allowed
        return allowed
