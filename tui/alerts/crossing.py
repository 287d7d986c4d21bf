"""One crossing, one ring: what is seen at single looks, and a gate with hysteresis."""

from __future__ import annotations

from dataclasses import dataclass

from tui.alerts.rule import Gate


@dataclass(frozen=True, slots=True)
class Reading:
    """What is measured `now`, and the `least` and the `most` that it was since the last look.

    In a gate's terms: `most` is the nearest to ringing.
    """

    now: float
    least: float
    most: float

    @classmethod
    def of(cls, value: float) -> Reading:
        """One of which no more is known than what it is now."""
        return cls(value, value, value)

    def toward(self, gate: Gate) -> Reading:
        """The same in the gate's terms."""
        if gate.sign > 0:
            return self
        return Reading(-self.now, -self.most, -self.least)


def step(armed: bool | None, reading: Reading, gate: Gate) -> tuple[bool, bool]:
    """Whether the gate can ring after a look, and whether it rings at it.

    `armed` None is the first look ever: what is beyond the level by then has not crossed it.
    Where `least` and `most` were both passed since the last look, nobody knows which came first:
    it rings only where either order means a crossing.
    """
    if armed is None:
        return reading.now < gate.level, False
    back = reading.least <= gate.release
    rings = reading.most >= gate.level if armed else back and reading.now >= gate.level
    if rings:
        return reading.now <= gate.release, True
    return armed or back, False
