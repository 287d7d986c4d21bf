"""What a check found, in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tui.errors import TradexError
from tui.feed.faults import Fault

# The clauses of a fault's sentence that tell what the monitor does next.
_OF_THE_MONITOR = ("it ", "the next one ")


class State(Enum):
    """How it is: what FAILs keeps prices from the screen, or draws them wrong, or is not used.

    A NOTE is about comfort: it works, and could be better. What is SKIPPED could not be looked at.
    """

    OK = "ok"
    NOTE = "note"
    FAIL = "fail"
    SKIPPED = "skip"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, a sentence on it, and one or two on what to do, if anything.

    All text is clean.
    """

    name: str
    state: State
    said: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The findings on one exchange, on the terminal or on the files."""

    name: str
    findings: tuple[Finding, ...]


def of_fault(name: str, fault: Fault) -> Finding:
    """The finding in a fault, whose sentence says first what happened, then what to do."""
    said, semicolon, to_do = fault.reason.rpartition("; ")
    if not semicolon:
        return Finding(name, State.FAIL, fault.reason)
    clauses = [c for c in to_do.rstrip(".").split(", ") if not c.startswith(_OF_THE_MONITOR)]
    if fault.retry_after:
        clauses.append(f"wait {fault.retry_after:.0f} s")
    advice = ", ".join(clauses) or "try again later"
    if "_" not in advice.split()[0]:  # https_proxy is written as it is
        advice = f"{advice[0].upper()}{advice[1:]}"
    return Finding(name, State.FAIL, f"{said}.", f"{advice}.")


def of_error(name: str, error: TradexError) -> Finding:
    """The finding in an error for people."""
    return Finding(name, State.FAIL, error.message, error.hint)
