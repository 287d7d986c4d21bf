"""`python -m tests.bench`: one line a benchmark; exit 0 when every bound holds, else 1.

It takes about three minutes. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict

import click

from tests.bench.figure import Figure
from tests.bench.messages import CPU_PER_MESSAGE, cpu_per_message
from tests.bench.screen import (
    BYTES_PER_UPDATE,
    CPU_PER_PANE_UPDATE,
    bytes_per_update,
    cpu_per_pane_update,
)

BENCHMARKS: dict[str, Callable[[], Figure]] = {
    CPU_PER_MESSAGE: cpu_per_message,
    CPU_PER_PANE_UPDATE: cpu_per_pane_update,
    BYTES_PER_UPDATE: bytes_per_update,
}
_LINE = "{:<20} {:>13} {:>13} {:>8}  {:<19} {}"


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(BENCHMARKS)), help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="Print figures and notes as JSON.")
def main(only: tuple[str, ...], as_json: bool) -> None:
    """Measure, print, and exit 0 when every bound holds."""
    figures = [BENCHMARKS[name]() for name in only or BENCHMARKS]
    print(as_text(figures) if not as_json else as_lines(figures))
    sys.exit(not all(figure.ok for figure in figures))


def as_text(figures: Iterable[Figure]) -> str:
    """A table for people."""
    lines = [_LINE.format("benchmark", "ours", "other", "ratio", "bound", "ok")]
    lines += [_LINE.format(*_cells(figure)) for figure in figures]
    return "\n".join(lines)


def as_lines(figures: Iterable[Figure]) -> str:
    """One JSON object a benchmark, with its notes."""
    return "\n".join(json.dumps(asdict(f) | {"ratio": f.ratio, "ok": f.ok}) for f in figures)


def _cells(figure: Figure) -> tuple[str, ...]:
    ours, other = (f"{value:.4g} {figure.unit}" for value in (figure.ours, figure.other))
    ratio = f"{figure.ratio:.2f}" if figure.ratio >= 1 else f"1/{1 / figure.ratio:.1f}"
    return figure.name, ours, other, ratio, figure.bound, "yes" if figure.ok else "NO"


if __name__ == "__main__":
    main()
