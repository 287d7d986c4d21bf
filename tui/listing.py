"""What a person made of the watchlist: its sorting, own names for symbols, groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tui.market.symbol import Symbol
from tui.text import clean

Sort = Literal[
    "", "name", "exchange", "interval", "price", "change", "amount", "spark", "range", "volume",
    "age", "state",
]  # fmt: skip
"""A column of the watchlist; empty is the order by hand."""

NAME_CELLS = 24


@dataclass(frozen=True, slots=True)
class Listing:
    """How the watchlist stands; `shown` is whether it takes the place of the grid.

    `names` and `groups` are the user's own, clean and at most NAME_CELLS wide. Of the groups in
    `folded` only the head is shown.
    """

    shown: bool = False
    sort: Sort = ""
    descending: bool = False
    names: Mapping[Symbol, str] = field(default_factory=dict)
    groups: Mapping[Symbol, str] = field(default_factory=dict)
    folded: frozenset[str] = frozenset()

    def name(self, symbol: Symbol) -> str:
        """What the symbol is called here: by the user, else by its exchange."""
        return self.names.get(symbol, symbol.name)

    def named(self, symbol: Symbol, text: str) -> Listing:
        """With a name for the symbol; the exchange's own again when the text is empty."""
        return replace(self, names=_noted(self.names, symbol, text))

    def grouped(self, symbol: Symbol, text: str) -> Listing:
        """With the symbol in a group; in none when the text is empty."""
        return replace(self, groups=_noted(self.groups, symbol, text))

    def turned(self, group: str) -> Listing:
        """With the group folded, or unfolded when it was."""
        return replace(self, folded=self.folded ^ {group})


def _noted(notes: Mapping[Symbol, str], symbol: Symbol, text: str) -> Mapping[Symbol, str]:
    kept = {known: note for known, note in notes.items() if known != symbol}
    note = clean(text, NAME_CELLS)
    return {**kept, symbol: note} if note else kept
