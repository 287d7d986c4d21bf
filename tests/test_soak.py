"""Memory, tasks, threads, descriptors and the log after a long time: as before."""

from __future__ import annotations

import pytest

from tests.soak import CONNECTIONS, soak


# The bound of a day is 1 MiB; minutes have the warming up of caches and arenas in them.
@pytest.mark.parametrize(
    ("speed", "hours", "rounds", "most"),
    [(60, 0.1, 3, 4.0), pytest.param(240, 24.0, 50, 1.0, marks=pytest.mark.long)],
    ids=["minutes", "a day"],
)
def test_l17_two_hundred_feeds_that_are_lost_again_and_again_leave_nothing_behind(
    speed: int, hours: float, rounds: int, most: float
) -> None:
    report = soak(speed, hours, rounds)
    print(report)
    assert report.reconnects >= rounds * CONNECTIONS
    assert report.after == report.before
    assert report.growth <= most
