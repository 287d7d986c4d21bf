"""The grid's arrangement, without a screen: any number of panes, any size."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from tui.widgets.tiling import Plan, least, plan, regions

COUNTS = st.integers(1, 40)
WIDTHS = st.integers(1, 260)
HEIGHTS = st.integers(1, 70)


@given(COUNTS, WIDTHS, HEIGHTS, st.integers(0, 8))
def test_every_pane_has_a_place_of_its_own_within_the_width(
    count: int, width: int, height: int, columns: int
) -> None:
    chosen = plan(count, width, height, columns)
    places = regions(count, width, height, chosen)
    assert len(places) == count
    assert all(place.width >= 1 and place.height >= 1 for place in places)
    if width >= 2 * chosen.columns:
        assert all(place.right <= width for place in places)
        assert not any(a.overlaps(b) for a, b in combinations(places, 2))


@given(COUNTS, WIDTHS, HEIGHTS)
def test_charts_fill_the_height_exactly_and_only_lines_may_scroll(
    count: int, width: int, height: int
) -> None:
    chosen = plan(count, width, height)
    bottom = max(place.bottom for place in regions(count, width, height, chosen))
    if chosen.row_height is None:
        assert bottom == height
    else:
        assert chosen.row_height in (1, 2)


@pytest.mark.parametrize(
    ("count", "width", "height", "columns"),
    [(1, 80, 23, 1), (2, 120, 39, 1), (4, 120, 39, 2), (6, 120, 39, 2), (16, 120, 39, 4),
     (16, 240, 59, 4), (6, 240, 59, 3)],
)  # fmt: skip
def test_common_terminals_get_charts_of_a_good_shape(
    count: int, width: int, height: int, columns: int
) -> None:
    assert plan(count, width, height) == Plan(columns)


def test_a_small_terminal_gets_lines_as_wide_as_they_must_be() -> None:
    assert plan(6, 40, 11) == Plan(1, 1)
    assert plan(16, 80, 23) == Plan(2, 2)
    assert plan(30, 40, 11) == Plan(1, 1)


def test_panes_of_the_last_row_share_its_width() -> None:
    assert [place.width for place in regions(3, 101, 40, Plan(2))] == [50, 50, 101]


def test_the_least_pane_is_as_narrow_as_the_narrowest_and_as_low_as_the_lowest() -> None:
    assert least(regions(6, 80, 23, Plan(2))) == Size(39, 7)
