"""An alert as it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from tui.alerts.rule import Rule


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule, whether it is `on`, whether it can ring (None: it was never looked at).

    `rang` is when it last did, ms UTC.
    """

    rule: Rule
    on: bool = True
    armed: bool | None = None
    rang: int | None = None
