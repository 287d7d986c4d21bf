"""One question to an exchange, put to all of its connections: what do you send us?"""

from __future__ import annotations

from tui.feed.signals import Audited, Dropped

_PATIENCE = 45.0


class Inquiry:
    """What the `asked` connections answered so far; nobody waits longer than until `ends`."""

    def __init__(self, title: str, asked: int, now: float) -> None:
        self._title = title
        self._asked = asked
        self._ends = now + _PATIENCE
        self._answers = 0
        self._held = 0
        self._missing = 0
        self._why = "nobody knows why"

    def take(self, answer: Audited | Dropped) -> None:
        """One connection answered, or could not be asked."""
        if isinstance(answer, Audited):
            self._answers += 1
            self._held += answer.held
            self._missing += len(answer.missing)
        else:
            self._asked -= answer.count
            self._why = answer.why

    def is_over(self, now: float) -> bool:
        """Whether there is nothing more to come at monotonic `now`."""
        return self._answers >= self._asked or now >= self._ends

    @property
    def findings(self) -> str:
        """One sentence."""
        if self._missing:
            forgotten = f"{self._missing} of {self._held} subscriptions"
            return f"{self._title} had forgotten {forgotten}: asked for again."
        if not self._answers:
            return f"{self._title} gave no answer: {self._why}."
        return f"{self._title} confirms {_count(self._held)}."


def _count(held: int) -> str:
    return f"all {held} subscriptions" if held != 1 else "the subscription"
