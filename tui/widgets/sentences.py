"""Sentences in forms of several lengths, of which a place shows the longest that fits."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui.widgets.picture import cut


def longest(forms: Sequence[str], width: int) -> str:
    """The first form, the longest, that fits into `width` cells; else the last, cut."""
    return next((form for form in forms if cell_len(form) <= width), cut(forms[-1], width))


def what_happened(reason: str) -> str:
    """A reason without the advice that follows its semicolon: `The name could not be looked up.`"""
    happened, semicolon, _ = reason.partition(";")
    return f"{happened}." if semicolon else reason
