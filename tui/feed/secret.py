"""A text that is never shown: not in a log, a traceback with its locals, a file or a process."""

from __future__ import annotations

import hmac
import re
from typing import NoReturn

# So many characters of a secret are told from other words.
_TELLING = 8


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

    def hide_in(self, text: str) -> str:
        """`text` with `***` for each word that begins as the secret does, if it was cut off too."""
        head = re.escape(self.__text[:_TELLING])
        return re.sub(rf"{head}\S*", "***", text.replace(self.__text, "***")) if head else text

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
