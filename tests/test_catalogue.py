"""Every fault that a live monitor meets, by the ids of the catalogue, has a test that names it.

N: network, P: protocol and data, L: local machine and terminal, B: load, S: security. A test
names its rows at the start: `test_n1_...`, `test_l13_l14_...`, or in the id of a parameter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
ROWS = {"n": 25, "p": 41, "l": 19, "b": 8, "s": 10}

# Rows without a test, each with the reason.
WITHOUT_A_TEST: dict[str, str] = {}


def rows() -> set[str]:
    """All ids: 103."""
    return {f"{kind}{number}" for kind, count in ROWS.items() for number in range(1, count + 1)}


def names(path: Path) -> Iterator[str]:
    """What the tests of a file are called, and the ids of their parameters."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name.removeprefix("test_")
            yield from _parameter_ids(node)


def _parameter_ids(test: ast.FunctionDef) -> Iterator[str]:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call):
            ids = [word.value for word in decorator.keywords if word.arg == "ids"]
            for each in ids:
                values = (node.value for node in ast.walk(each) if isinstance(node, ast.Constant))
                yield from (value for value in values if isinstance(value, str))


def named(name: str) -> set[str]:
    """The rows at the start of a name."""
    words = re.match(r"(?:[nplbs]\d+[_ ])+", name)
    return set(re.findall(r"[nplbs]\d+", words[0])) if words else set()


def rows_with_a_test() -> set[str]:
    files = TESTS.rglob("test_*.py")
    return {row for file in files for name in names(file) for row in named(name)}


def test_the_catalogue_has_a_hundred_and_three_rows() -> None:
    assert len(rows()) == 103


def test_every_row_has_a_test_or_a_reason_why_not() -> None:
    assert sorted(rows() - rows_with_a_test() - WITHOUT_A_TEST.keys()) == []


def test_no_row_has_both() -> None:
    assert sorted(WITHOUT_A_TEST.keys() & rows_with_a_test()) == []


def test_no_test_names_a_row_that_is_not_there() -> None:
    assert sorted(rows_with_a_test() - rows()) == []
