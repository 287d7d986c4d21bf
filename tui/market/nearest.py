"""The symbols that someone may have meant who typed one that is not there."""

from __future__ import annotations

from collections.abc import Iterable

from tui.errors import nearest
from tui.market.symbol import SymbolInfo

_DOLLARS = ("USD", "USDT", "USDC")
# Old names that one exchange or another still goes by.
_MODERN = {"XBT": "BTC", "XDG": "DOGE"}


def nearest_symbols(typed: str, known: Iterable[SymbolInfo], count: int = 3) -> list[str]:
    """The names of traded symbols most like `typed`, best first, without regard to case.

    Exchanges write one market as BTCUSDT, BTC-USDT or XBT/USDT: first comes what has the same
    letters, then the same base asset in another kind of dollar, then what only looks like it.
    """
    traded = [info for info in known if info.trading]
    letters = letters_of(typed)
    same = [info.symbol.name for info in traded if letters_of(info.symbol.name) == letters]
    meant = [*same, *_in_other_dollars(letters, traded)]
    looks = nearest(typed, [info.symbol.name for info in traded], count)
    return list(dict.fromkeys([*meant, *looks]))[:count]


def _in_other_dollars(letters: str, traded: Iterable[SymbolInfo]) -> list[str]:
    related = [
        (_DOLLARS.index(info.quote), info.symbol.name)
        for info in traded
        if info.quote in _DOLLARS and letters in {letters_of(info.base) + usd for usd in _DOLLARS}
    ]
    return [name for _, name in sorted(related)]


def letters_of(name: str) -> str:
    """A name without separators, in capitals and with today's names of assets."""
    letters = "".join(letter for letter in name.upper() if letter.isalnum())
    for old, modern in _MODERN.items():
        letters = letters.replace(old, modern)
    return letters
