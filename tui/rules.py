"""What each key of a hand-written TOML file may be, and how a wrong one is told in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.errors import nearest
from tui.text import clean, without_passwords
from tui.toml_file import line_of


@dataclass(frozen=True, slots=True)
class Rule:
    """What one key may be, in words, and the reader that raises ValueError for all else."""

    expected: str
    read: Callable[[Any], Any]


class KeyFaultError(ValueError):
    """What is wrong with one key; `key` is its dotted name, such as `connection.pong_timeout`."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


Rules = Mapping[str, Rule]
_UNREADABLY_LARGE = 10**30


def placed(fault: ValueError, path: Path) -> str:
    """The reason with the line of `path` in front, where it is known which key is wrong."""
    line = line_of(path, fault.key) if isinstance(fault, KeyFaultError) else None
    return f"line {line}: {fault}" if line else str(fault)


def read_table(table: dict[str, Any], rules: Rules, prefix: str) -> dict[str, Any]:
    """The values of `table` as the rules read them.

    `prefix` stands before its keys in messages (`connection.`). Raises KeyFaultError with one line:
    the key, what was found and what was expected; for an unknown key the nearest known one.
    """
    return {
        key: _value(found, _rule(key, rules, prefix), prefix + key) for key, found in table.items()
    }


def _rule(key: str, rules: Rules, prefix: str) -> Rule:
    if key in rules:
        return rules[key]
    close = nearest(clean(key), rules, 1)
    hint = f"the nearest is {prefix}{close[0]}" if close else f"expected {', '.join(rules)}"
    raise KeyFaultError(prefix + key, f"unknown key {clean(prefix + key, 80)}; {hint}")


def _value(found: Any, rule: Rule, key: str) -> Any:
    try:
        return rule.read(found)
    except ValueError as error:
        reason = f"{clean(key, 80)} is {_shown(found)}; expected {rule.expected}"
        raise KeyFaultError(key, reason) from error


def _shown(found: Any) -> str:
    match found:
        case str():
            return f'"{clean(without_passwords(found), 60)}"'
        case bool():
            return str(found).lower()
        case dict():
            return "a table"
        case list():
            return "a list"
        case int() if abs(found) >= _UNREADABLY_LARGE:
            return "a number of many digits"
        case _:
            return clean(without_passwords(str(found)), 60)


def instance_of(kind: type, expected: str) -> Rule:
    """A value of `kind`; text comes out clean."""

    def read(found: Any) -> Any:
        if not isinstance(found, kind):
            raise ValueError
        return clean(found) if isinstance(found, str) else found

    return Rule(expected, read)


def number(low: float, high: float, unit: str = "a number") -> Rule:
    """A number within the two, both included; it comes out as a float."""

    def read(found: Any) -> float:
        if type(found) not in (int, float) or not low <= found <= high:
            raise ValueError
        return float(found)

    return Rule(f"{unit} from {low:g} to {high:g}", read)


def whole(low: int, high: int) -> Rule:
    """A whole number within the two, both included."""

    def read(found: Any) -> int:
        if type(found) is not int or not low <= found <= high:
            raise ValueError
        return found

    return Rule(f"a whole number from {low} to {high}", read)


def one_of(*words: str) -> Rule:
    """One of the words, as they are written."""

    def read(found: Any) -> str:
        if found not in words:
            raise ValueError
        return str(found)

    return Rule("one of " + ", ".join(words), read)


def texts(least: int) -> Rule:
    """A list of at least so many texts, none empty; they come out clean."""

    def read(found: Any) -> list[str]:
        if not isinstance(found, list) or len(found) < least:
            raise ValueError
        if not all(isinstance(text, str) and text for text in found):
            raise ValueError
        return [clean(text) for text in found]

    return Rule("a list of texts in quotes", read)


TABLE = instance_of(dict, "a table")
TEXT = instance_of(str, "text in quotes")
FLAG = instance_of(bool, "true or false")
