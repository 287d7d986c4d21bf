"""One transition of a connection in the making."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tui.feed.link import Link, Rules
from tui.feed.signals import Dropped, Effect


class Step:
    """The link so far and what to do for it, at `now` in seconds of the monotonic clock."""

    def __init__(self, link: Link, now: float, rules: Rules) -> None:
        self.link = link
        self.now = now
        self.rules = rules
        self.effects: list[Effect] = []

    def set(self, **changes: Any) -> None:
        """Change fields of the link."""
        self.link = replace(self.link, **changes)

    def do(self, effect: Effect) -> None:
        """Have this done once the transition is complete, after what was named before."""
        self.effects.append(effect)

    def drop_questions(self, count: int, why: str) -> None:
        """Tell whoever asked, if anybody did."""
        if count:
            self.do(Dropped(count, why))
