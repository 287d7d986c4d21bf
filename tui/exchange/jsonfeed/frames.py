"""Frames by example: what to send, and how to know what came, written as the message looks.

`{symbol}` and the like are the places of a frame: filled in what is sent, read from what came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Self

from tui.exchange.jsonfeed.paths import JsonPath
from tui.text import clean

_PLACE = re.compile(r"\{([^{}]*)\}")
_DEEPEST = 20
_SHOWN = 400
_LARGEST = 2**63
# A mark is short: nobody searches a megabyte for the places in it.
_LONGEST_MARK = 200


@dataclass(frozen=True, slots=True)
class Template:
    """A frame to send: JSON, or plain text, with `places` to fill."""

    form: Any
    places: frozenset[str]

    @classmethod
    def parse(cls, found: Any, allowed: Collection[str]) -> Self:
        """Read a table, a list or text; raises ValueError that says what is wrong with it."""
        form = _form(found)
        return cls(form, _places(form, allowed))

    @classmethod
    def line(cls, text: str, allowed: Collection[str]) -> Self:
        """Read text that is text whatever it begins with; raises ValueError."""
        return cls(text, _places(text, allowed))

    def fill(self, values: Mapping[str, Any]) -> Any:
        """The frame with its places filled; what is nothing but a place keeps the value's type."""
        return _filled(self.form, values)

    def text(self, values: Mapping[str, Any]) -> str:
        """The filled frame as it goes out."""
        filled = self.fill(values)
        return filled if isinstance(filled, str) else json.dumps(filled)


@dataclass(frozen=True, slots=True)
class Mark:
    """What must stand at a path: a value as it is `wanted`, or a text of a `pattern`."""

    path: JsonPath
    wanted: Any
    pattern: re.Pattern[str] | None

    def read(self, message: Any) -> dict[str, Any] | None:
        """The places in the text there; None where something else stands."""
        value = self.path.find(message, message)
        if self.pattern is None:
            return {} if same(value, self.wanted) else None
        short = isinstance(value, str) and len(value) <= _LONGEST_MARK
        match = self.pattern.fullmatch(value) if short else None
        return match.groupdict() if match else None


@dataclass(frozen=True, slots=True)
class Shape:
    """How to know a kind of message: all `marks` are there; without any, all `places` are.

    A message that is no JSON is `text`.
    """

    marks: tuple[Mark, ...]
    places: tuple[tuple[JsonPath, str], ...]
    text: str | None = None

    @classmethod
    def parse(cls, found: Any, patterns: Mapping[str, str]) -> Self:
        """Read a table of paths and values, or a message as text.

        `patterns` are the places allowed, each with what may stand there as a regular expression.
        Raises ValueError that says what is wrong with it.
        """
        form = _form(found)
        if isinstance(form, str):
            return cls((), (), form)
        if not isinstance(form, dict):
            raise ValueError("is a list; expected a table of paths and values")
        _places(form, patterns)
        marks, places = list[Mark](), list[tuple[JsonPath, str]]()
        for text, value in _flat(form, ""):
            path = _path(text)
            if place := _PLACE.fullmatch(value) if isinstance(value, str) else None:
                places.append((path, place[1]))
            else:
                marks.append(Mark(path, value, _pattern(value, patterns)))
        return cls(tuple(marks), tuple(places))

    @property
    def names(self) -> frozenset[str]:
        """The places that are read from a message of this shape."""
        inside = [mark.pattern.groupindex for mark in self.marks if mark.pattern]
        return frozenset(name for _, name in self.places).union(*inside)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the message itself that it speaks of."""
        paths = [*(mark.path for mark in self.marks), *(path for path, _ in self.places)]
        return frozenset(path.steps[0][0] for path in paths)

    def match(self, message: Any) -> dict[str, Any] | None:
        """What stands at the places of a message that has this shape; None for another one."""
        if self.text is not None:
            return {} if message == self.text else None
        found: dict[str, Any] = {}
        for mark in self.marks:
            if (read := mark.read(message)) is None:
                return None
            found |= read
        for path, name in self.places:
            value = path.find(message, message)
            if value is not None:
                found[name] = value
            elif not self.marks:
                return None
        return found

    def mismatch(self, message: Any) -> str:
        """The first thing that a message of another shape lacks, in words."""
        for mark in self.marks:
            if mark.read(message) is None:
                value = brief(mark.path.find(message, message))
                return f"'{mark.path.text}' is {value}, not {brief(mark.wanted)}"
        missing = (path.text for path, _ in self.places if path.find(message, message) is None)
        return next((f"nothing at '{path}'" for path in missing), f"it is not {brief(self.text)}")


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; true is not 1."""
    return bool(one == other) and isinstance(one, bool) is isinstance(other, bool)


def brief(value: Any) -> str:
    """A JSON value in at most 60 cells of clean text; what holds others by its kind."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return clean(json.dumps(value[:100], ensure_ascii=False), 60)
        case _:
            return clean(json.dumps(value), 60)


def head(frame: bytes | str) -> str:
    """The beginning of a frame or of a body, to be shown with what is wrong in it."""
    start = frame[:_SHOWN]
    return start if isinstance(start, str) else start.decode(errors="replace")


def _form(found: Any) -> Any:
    """A frame as a person wrote it: a table, a list, JSON as text, or plain text."""
    if isinstance(found, str) and found[:1] in ("{", "["):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            raise ValueError("is text that is no JSON") from None
    _check(found, _DEEPEST)
    return found


def _path(text: str) -> JsonPath:
    try:
        return JsonPath.parse(text)
    except ValueError:
        raise ValueError(f"has {brief(text)}, which is no path") from None


def _check(form: Any, depth: int) -> None:
    if not depth:
        raise ValueError("is nested too deeply")
    match form:
        case dict():
            for key, value in form.items():
                _check(key, depth - 1)
                _check(value, depth - 1)
        case list():
            for value in form:
                _check(value, depth - 1)
        case float() if not isfinite(form):
            raise ValueError("has a number that JSON does not know")
        case int() if abs(form) >= _LARGEST:
            raise ValueError("has a number of too many digits")
        case None | str() | bool() | int() | float():
            pass
        case _:
            raise ValueError(f"has {clean(str(form), 30)}; write it as text in quotes")


def _places(form: Any, allowed: Collection[str]) -> frozenset[str]:
    found = frozenset(place for text in _texts(form) for place in _PLACE.findall(text))
    if wrong := sorted(found.difference(allowed)):
        known = ", ".join(f"{{{place}}}" for place in allowed)
        raise ValueError(f"has {{{clean(wrong[0], 30)}}}; its places are {known or 'none'}")
    return found


def _texts(form: Any) -> Iterator[str]:
    match form:
        case str():
            yield form
        case dict():
            for value in form.values():
                yield from _texts(value)
        case list():
            for value in form:
                yield from _texts(value)


def _filled(form: Any, values: Mapping[str, Any]) -> Any:
    match form:
        case dict():
            return {key: _filled(value, values) for key, value in form.items()}
        case list():
            return [_filled(value, values) for value in form]
        case str() if place := _PLACE.fullmatch(form):
            return values[place[1]]
        case str():
            return _PLACE.sub(lambda place: str(values[place[1]]), form)
    return form


def _flat(form: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Each value of nested tables with its path."""
    for key, value in form.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        elif isinstance(value, list) or value is None:
            raise ValueError(f"has no text, number or truth at '{clean(prefix + key, 40)}'")
        else:
            yield prefix + key, value


def _pattern(value: Any, patterns: Mapping[str, str]) -> re.Pattern[str] | None:
    """What a text with places in it looks like; None for every other value."""
    if not isinstance(value, str) or not (names := _PLACE.findall(value)):
        return None
    if len(set(names)) < len(names):
        raise ValueError(f"has {{{names[0]}}} twice in one text")
    parts = enumerate(_PLACE.split(value))
    groups = (f"(?P<{p}>{patterns[p]})" if i % 2 else re.escape(p) for i, p in parts)
    return re.compile("".join(groups), re.DOTALL)
