"""What was found, for a person or as JSON for scripts."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence

from tui.doctor.findings import Finding, Group, State

_NARROWEST = 40
_INDENT = " " * 20


def is_well(groups: Sequence[Group]) -> bool:
    """Whether nothing failed."""
    return not any(finding.state is State.FAIL for group in groups for finding in group.findings)


def as_text(group: Group, columns: int | None) -> Iterator[str]:
    """A heading, then a line for each finding; wrapped to `columns`, if that is said."""
    yield group.name
    for finding in group.findings:
        line = f"  {_mark(finding.state):<4}  {finding.name:<10}  {_sentences(finding)}"
        yield from _wrapped(line, columns) if columns else [line]
    yield ""


def summary(groups: Sequence[Group], unasked: Sequence[str]) -> str:
    """The last line; `unasked` are the exchanges that were not looked at."""
    wrong = dict.fromkeys(
        f"{group.name} {finding.name}"
        for group in groups
        for finding in group.findings
        if finding.state is State.FAIL
    )
    said = f"Wrong: {', '.join(wrong)}." if wrong else "All is well."
    return f"{said} Not looked at, unless you name them: {', '.join(unasked)}." if unasked else said


def as_json(groups: Sequence[Group]) -> str:
    """One document: `ok`, and `checks` with group, name, state, said and advice as texts."""
    checks = [
        {
            "group": group.name,
            "name": finding.name,
            "state": finding.state.value,
            "said": finding.said,
            "advice": finding.advice,
        }
        for group in groups
        for finding in group.findings
    ]
    return json.dumps({"ok": is_well(groups), "checks": checks}, indent=2)


def _mark(state: State) -> str:
    return "FAIL" if state is State.FAIL else state.value


def _sentences(finding: Finding) -> str:
    return f"{finding.said} {finding.advice}".strip()


def _wrapped(line: str, columns: int) -> list[str]:
    width = max(columns, _NARROWEST)
    return textwrap.wrap(line, width, subsequent_indent=_INDENT, break_on_hyphens=False)
