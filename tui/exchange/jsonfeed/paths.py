"""Where a value stands in a JSON message, as a person writes it: `data.0.k.o`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Self

_INDEX = re.compile(r"-?[0-9]{1,6}")
_WHOLE = "$."


@dataclass(frozen=True, slots=True)
class JsonPath:
    """Keys and list indexes from one part of a message down to a value.

    Each step is a key and, where it may be one, an index; a negative one counts from the end.
    With `whole` it starts at the whole message, also where a message has rows.
    """

    text: str
    steps: tuple[tuple[str, int | None], ...]
    whole: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `k.o`, `data.-1.price` or `$.ts`; raises ValueError for an empty step."""
        keys = text.removeprefix(_WHOLE).split(".")
        if not all(keys):
            raise ValueError(f"{text!r} is not a path")
        steps = tuple((key, int(key) if _INDEX.fullmatch(key) else None) for key in keys)
        return cls(text, steps, text.startswith(_WHOLE))

    def find(self, message: Any, row: Any) -> Any:
        """What stands there in the message, or in its row; None where there is nothing."""
        value = message if self.whole else row
        for key, index in self.steps:
            if type(value) is dict:
                value = value.get(key)
            elif type(value) is list and index is not None and -len(value) <= index < len(value):
                value = value[index]
            else:
                return None
        return value


def column(position: int, name: str) -> JsonPath:
    """The value at that position of a row that is a list, under that name of one that is not."""
    return JsonPath(name, ((name, position),))
