"""What the config says of alerts."""

from __future__ import annotations

from dataclasses import dataclass

NOTIFY = ("auto", "osc9", "osc777", "off")


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """What happens when an alert rings, beside a notice on the screen.

    `notify` is one of NOTIFY; `command` is a program and its arguments, empty for none.
    """

    bell: bool = True
    notify: str = "auto"
    command: tuple[str, ...] = ()
