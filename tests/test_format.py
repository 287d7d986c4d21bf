"""Numbers as text: widths that hold still, and nothing that lies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.market.format import age, change, percent, price, volume


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (57_999.99, 2, "57999.99"),
        (0.00000001, 8, "0.00000001"),
        (1e-18, 18, "0.000000000000000001"),
        (1e15, 0, "1000000000000000"),
    ],
)
def test_a_price_has_its_digits_and_never_an_exponent(
    value: float, digits: int, shown: str
) -> None:
    assert price(value, digits) == shown


def test_a_change_has_its_sign() -> None:
    assert (change(12.5, 2), change(-12.5, 2), change(0.0, 1)) == ("+12.50", "-12.50", "+0.0")


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (0.0125, "+1.25 %"),
        (-0.5, "-50.00 %"),
        (0.0, "+0.00 %"),
        (1e9, "+999.99 %"),
        (-1e9, "-999.99 %"),
    ],
)
def test_a_percentage_stops_where_it_would_get_wider(ratio: float, shown: str) -> None:
    assert percent(ratio) == shown


@given(ratio=st.floats(allow_nan=False))
def test_a_percentage_is_seven_to_nine_cells(ratio: float) -> None:
    assert 7 <= len(percent(ratio)) <= 9


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0.00"),
        (1.234, "1.23"),
        (9.999, "10.0"),
        (99.99, "100"),
        (999.4, "999"),
        (999.6, "1.00K"),
        (1_234_567, "1.23M"),
        (99_960, "100K"),
        (5.5e9, "5.50B"),
        (7.77e14, "777T"),
        (-1_500, "-1.50K"),
    ],
)
def test_a_volume_has_three_digits(value: float, shown: str) -> None:
    assert volume(value) == shown


@given(value=st.floats(0, 9.99e14))
def test_a_volume_is_at_most_six_cells_and_within_half_a_percent(value: float) -> None:
    shown = volume(value)
    assert len(shown) <= 6
    factor = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(shown[-1], 1.0)
    assert float(shown.rstrip("KMBT")) * factor == pytest.approx(value, rel=0.005, abs=0.005)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3.0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.99, "9.9 s"),
        (10.0, "10 s"),
        (59.9, "59 s"),
        (60, "1 m"),
        (7_199, "1 h"),
        (86_399, "23 h"),
        (86_400 * 5, "5 d"),
    ],
)
def test_an_age_is_in_the_largest_unit_and_never_rounded_up(seconds: float, shown: str) -> None:
    assert age(seconds) == shown
