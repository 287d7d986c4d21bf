"""The order of the watchlist's rows: sorted or by hand, in groups, those that fit a filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tui.listing import Listing
from tui.widgets.watchlist_row import BY_ID, Entry

_WORD = 3


@dataclass(frozen=True, slots=True)
class Head:
    """The line above the rows of a group; `members` are those that fit the filter."""

    group: str
    members: tuple[int, ...]
    folded: bool

    @property
    def text(self) -> str:
        """`▾ Majors (3)`."""
        return f"{'▸' if self.folded else '▾'} {self.group} ({len(self.members)})"


def arranged(rows: Sequence[Entry], listing: Listing, words: str = "") -> list[Head | int]:
    """The lines from top to bottom for rows in their order by hand: a row's number, or a head.

    Rows without a group stand first and have no head; groups follow in the order in which they
    first appear, each sorted within. A filter's finds are shown in folded groups, too.
    """
    groups: dict[str, list[int]] = {"": []}
    for number, row in enumerate(rows):
        if fits(row, words):
            groups.setdefault(row.group, []).append(number)
    lines: list[Head | int] = [*_sorted(groups.pop(""), rows, listing)]
    for group, numbers in groups.items():
        members = tuple(_sorted(numbers, rows, listing))
        head = Head(group, members, group in listing.folded and not words)
        lines += [head] if head.folded else [head, *members]
    return lines


def fits(row: Entry, words: str) -> bool:
    """Whether each of the words is a part of the row's name or symbol.

    An exchange or a group is found by how it begins, three letters at least: any letter is a
    part of some exchange's name.
    """
    symbol = row.view.subscription.symbol
    texts = row.name.casefold(), symbol.name.casefold()
    wider = symbol.exchange.casefold(), row.group.casefold()
    return all(
        any(word in text for text in texts)
        or (len(word) >= _WORD and any(text.startswith(word) for text in wider))
        for word in words.casefold().split()
    )


def _sorted(numbers: Iterable[int], rows: Sequence[Entry], listing: Listing) -> Iterable[int]:
    """Rows without a value stand last either way; equal ones keep their order by hand."""
    if not listing.sort:
        return numbers
    value = BY_ID[listing.sort].value
    # Texts in all rows or numbers in all rows.
    values: list[tuple[int, Any]] = [(number, value(rows[number])) for number in numbers]
    known = [(number, found) for number, found in values if found is not None]
    known.sort(key=lambda pair: pair[1], reverse=listing.descending)
    return [*(number for number, _ in known), *(n for n, found in values if found is None)]
