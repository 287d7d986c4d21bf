"""What a benchmark found, and whether that is good enough."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `other` in `unit`, measured in one run; `bound` says in words what `most` is.

    `notes` are other figures of the same run, by name.
    """

    name: str
    unit: str
    ours: float
    other: float
    bound: str
    most: float
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """`ours` / `other`."""
        return self.ours / self.other

    @property
    def ok(self) -> bool:
        """Whether `ours` is at most what it may be."""
        return self.ours <= self.most
