"""What widgets say when something is different that outlives the program."""

from __future__ import annotations

from textual.message import Message


class Changed(Message):
    """Something that the workspace remembers is different now."""
