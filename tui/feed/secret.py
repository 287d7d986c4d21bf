"""A text that is never shown: not in a log, a traceback with its locals, a file or a process."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """Holds `text` (valid Unicode); only `reveal` gives it out.

    Every other way to a text or to bytes gives `Secret(***)` or raises TypeError. Two are equal
    when their texts are; how long the comparison takes says nothing about where they differ.
    """

    __slots__ = ("__text",)
    __hash__ = None  # type: ignore[assignment] # a hash of the text would tell texts apart

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The text itself; for the frame that carries it, and never for a variable."""
        return self.__text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__text.encode(), other.__text.encode())

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is neither copied nor pickled")
