"""A column of braille cells to set dots in: two across and four up a cell."""

from __future__ import annotations

# Bits of a braille cell's dots from the lowest to the highest, left column and right column.
# https://www.unicode.org/charts/PDF/U2800.pdf
_BITS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))


class Dots:
    """`rows` by `cells` cells, empty at first."""

    def __init__(self, rows: int, cells: int) -> None:
        self._rows = rows
        self._cells = cells
        self._bits: dict[int, list[int]] = {}

    def set(self, across: int, level: int) -> None:
        """Set the dot `across` from the left and `level` from the bottom, both from 0."""
        row = self._bits.setdefault(self._rows - 1 - level // 4, [0] * self._cells)
        row[across // 2] |= _BITS[across % 2][level % 4]

    def texts(self) -> dict[int, str]:
        """Row (0 on top) to text, for the rows with a dot in them."""
        return {
            row: "".join([chr(0x2800 + bits) if bits else " " for bits in line])
            for row, line in self._bits.items()
        }
