"""One crossing rings once: the gate against a whole path of prices, seen at single looks only."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.alerts.crossing import Reading, step
from tui.alerts.rule import Gate

GATE = Gate(10.0, 8.0)
values = st.integers(0, 14).map(float)
# What happens between two looks; the last of each is what a look finds.
paths = st.lists(st.lists(values, min_size=1, max_size=5), min_size=1, max_size=20)


def crossings(path: list[float]) -> int:
    """How often a path crosses the gate, when every value of it is seen."""
    armed: bool | None = None
    count = 0
    for value in path:
        armed, rings = step(armed, Reading.of(value), GATE)
        count += rings
    return count


def rung(path: list[list[float]]) -> int:
    """How often the gate rings when it is looked at after each part of the path."""
    armed: bool | None = None
    count = 0
    for part in path:
        armed, rings = step(armed, Reading(part[-1], min(part), max(part)), GATE)
        count += rings
    return count


def test_the_first_look_never_rings_and_what_is_beyond_must_come_back_first() -> None:
    assert step(None, Reading.of(12.0), GATE) == (False, False)
    assert step(False, Reading.of(9.0), GATE) == (False, False)
    assert step(False, Reading.of(8.0), GATE) == (True, False)
    assert step(True, Reading.of(10.0), GATE) == (False, True)


def test_a_spike_that_came_back_between_two_looks_rings() -> None:
    assert step(True, Reading(9.0, 9.0, 10.5), GATE) == (False, True)
    assert step(True, Reading(7.0, 7.0, 10.5), GATE) == (True, True)


def test_a_dip_and_a_new_crossing_between_two_looks_ring() -> None:
    assert step(False, Reading(11.0, 7.0, 12.0), GATE) == (False, True)


def test_within_the_band_it_does_not_ring_again() -> None:
    assert crossings([5, 10, 9, 10, 8.5, 11]) == 1
    assert crossings([5, 10, 8, 10]) == 2


@given(paths)
def test_it_never_rings_more_often_than_the_whole_path_crosses(path: list[list[float]]) -> None:
    # The first look is what everything is measured from.
    seen = [[path[0][-1]], *path[1:]]
    assert rung(seen) <= crossings([value for part in seen for value in part])


@given(paths)
def test_whoever_looks_at_every_value_hears_every_crossing(path: list[list[float]]) -> None:
    values = [value for part in path for value in part]
    assert rung([[value] for value in values]) == crossings(values)


@given(paths)
def test_an_armed_gate_rings_whenever_the_level_was_reached(path: list[list[float]]) -> None:
    armed = True
    for part in path:
        before = armed
        armed, rings = step(armed, Reading(part[-1], min(part), max(part)), GATE)
        assert rings or not (before and max(part) >= GATE.level)


@given(st.floats(-1e9, 1e9), st.floats(0, 1e6), st.floats(0, 1e6))
def test_falling_is_rising_upside_down(now: float, below: float, above: float) -> None:
    reading = Reading(now, now - below, now + above).toward(Gate(0, 0, -1))
    assert (reading.now, reading.least, reading.most) == (-now, -(now + above), -(now - below))
