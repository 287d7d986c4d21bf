"""What a benchmark found, and whether that is good enough."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `other` in `unit`, measured in one run; `found` must not be above `most`.

    `found` is what the bound is about: a ratio of the two, or `ours` itself. `notes` are other
    figures of the same run, by name.
    """

    name: str
    unit: str
    ours: float
    other: float
    found: float
    most: float
    notes: dict[str, float] = field(default_factory=dict)
