"""The grid's arrangement, without a screen: any number of panes, any size."""

from __future__ import annotations

from itertools import combinations, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from tui.widgets.tiling import Plan, beside, least, plan, regions

COUNTS = st.integers(1, 40)
WIDTHS = st.integers(1, 260)
HEIGHTS = st.integers(1, 70)


@given(COUNTS, WIDTHS, HEIGHTS, st.integers(0, 8))
def test_every_pane_of_a_page_has_a_place_of_its_own_within_the_screen(
    count: int, width: int, height: int, columns: int
) -> None:
    chosen = plan(count, width, height, columns)
    shown = min(count, chosen.page)
    places = regions(shown, width, height, chosen)
    assert len(places) == shown
    assert all(place.width >= 1 and place.height >= 1 for place in places)
    assert max(place.bottom for place in places) <= height
    if width >= 2 * chosen.columns:
        assert all(place.right <= width for place in places)
        assert not any(a.overlaps(b) for a, b in combinations(places, 2))


@given(COUNTS, WIDTHS, HEIGHTS)
def test_charts_fill_the_height_exactly_and_stand_on_one_page(
    count: int, width: int, height: int
) -> None:
    chosen = plan(count, width, height)
    places = regions(min(count, chosen.page), width, height, chosen)
    if not chosen.line:
        assert len(places) == count
        assert max(place.bottom for place in places) == height
    else:
        assert chosen.line in (1, 2)


@given(st.integers(1, 100), st.integers(20, 260), st.integers(7, 70), st.integers(1, 8))
def test_fixed_columns_keep_charts_of_a_useful_size_on_every_page(
    count: int, width: int, height: int, columns: int
) -> None:
    chosen = plan(count, width, height, columns)
    assert not chosen.line and chosen.columns <= columns
    for first in range(0, count, chosen.page):
        size = least(regions(min(chosen.page, count - first), width, height, chosen))
        assert size.width >= 20 and size.height >= 7


@pytest.mark.parametrize(
    ("count", "width", "height", "columns"),
    [(1, 80, 23, 1), (2, 120, 39, 1), (4, 120, 39, 2), (6, 120, 39, 2), (16, 120, 39, 4),
     (16, 240, 59, 4), (6, 240, 59, 3), (36, 240, 59, 6)],
)  # fmt: skip
def test_common_terminals_get_charts_of_a_good_shape(
    count: int, width: int, height: int, columns: int
) -> None:
    chosen = plan(count, width, height)
    assert (chosen.columns, chosen.line) == (columns, 0)


def test_a_small_terminal_gets_lines_as_wide_as_they_must_be_page_by_page() -> None:
    assert plan(6, 40, 11) == Plan(1, 6, line=1)
    assert plan(16, 80, 23) == Plan(2, 8, line=2)
    assert plan(30, 40, 11) == Plan(1, 11, line=1)
    assert plan(30, 40, 11).page == 11


def test_columns_that_are_fixed_stay_and_the_last_row_shares_its_width() -> None:
    assert [place.width for place in regions(4, 101, 40, plan(4, 101, 40, 3))] == [33] * 3 + [101]


@pytest.mark.parametrize(
    ("count", "width", "height", "across"),
    [(7, 80, 23, [3, 2, 2]), (10, 120, 39, [3, 3, 2, 2]), (25, 120, 39, [4, 4, 4, 4, 3, 3, 3])],
)
def test_no_row_of_charts_has_two_panes_less_than_another(
    count: int, width: int, height: int, across: list[int]
) -> None:
    places = regions(count, width, height, plan(count, width, height))
    assert [len(list(row)) for _, row in groupby(places, lambda place: place.y)] == across


def test_panes_of_the_last_row_share_its_width() -> None:
    assert [place.width for place in regions(3, 101, 40, Plan(2, 2))] == [50, 50, 101]


def test_the_pane_beside_is_the_nearest_one_of_the_row_above_or_below() -> None:
    places = regions(7, 80, 23, plan(7, 80, 23))
    assert [beside(places, index, 1) for index in range(7)] == [3, 4, 4, 5, 6, None, None]
    assert [beside(places, index, -1) for index in range(7)] == [None, None, None, 0, 1, 3, 4]


def test_the_least_pane_is_as_narrow_as_the_narrowest_and_as_low_as_the_lowest() -> None:
    assert least(regions(6, 80, 23, Plan(2, 3))) == Size(39, 7)
