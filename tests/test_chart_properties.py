"""What holds for every chart, whatever the market, the size and the options."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.chart_series import START, Drawn, cells, series, words
from tui.chart import chart
from tui.chart.frame import Frame, History, Options
from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind, extent
from tui.chart.layout import Zoom
from tui.chart.picture import ROLES, Row
from tui.chart.scale import fit
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.series import Hole

_INTERVALS = ["1s", "1m", "3m", "4h", "1d", "1w", "1M"]


@st.composite
def markets(draw: st.DrawFn) -> Drawn:
    """Candles on the grid of an interval, with jumps, at any size of price, some unconfirmed."""
    name = draw(st.sampled_from(_INTERVALS))
    interval = Interval.parse(name)
    unit = draw(st.sampled_from([1e-12, 1e-8, 0.01, 1.0, 5e4, 1e12]))
    jumps = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 5, 40, 700]), max_size=60))
    shares = st.floats(0.5, 1.5)
    time, candles = interval.floor(START // 2), []
    for jump in jumps:
        time = interval.after(time, jump if name != "1M" else 1)
        open_, close, one, other = (unit * share for share in draw(st.tuples(*[shares] * 4)))
        high, low = max(open_, close, one), min(open_, close, other)
        volume = draw(st.sampled_from([0.0, 1e-9, 1.0, 1e12]))
        candles.append(Candle(time, open_, high, low, close, volume, draw(st.booleans())))
    marks = [START // 2, time, interval.after(time, -3)]
    return series(
        candles,
        name,
        repaired=tuple(
            Hole(at, interval.after(at, 2)) for at in draw(st.sets(st.sampled_from(marks)))
        ),
        uncertain_from=draw(st.sampled_from([None, *marks])),
        digits=draw(st.integers(0, 18)),
        price=draw(st.sampled_from([None, unit, unit * 3])),
    )


options = st.builds(
    Options,
    st.sampled_from(Glyphs),
    st.sampled_from(Zoom),
    st.booleans(),
    st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]),
    st.integers(0, 80),
    st.sampled_from(Kind),
    st.booleans(),
)


def _check_part(rows: list[Row], frame: Frame, width: int) -> None:
    assert len(rows) == frame.height
    for row in rows:
        line = words(row)
        assert len(line) == cell_len(line) == width
        roles = [role for _, role in row]
        assert set(roles) <= set(ROLES)
        assert all(run for run, _ in row)
        assert all(a != b for a, b in pairwise(roles))


@settings(max_examples=150, deadline=None)
@given(markets(), st.integers(1, 250), st.integers(1, 70), options)
def test_every_row_fills_its_part_exactly(
    market: Drawn, width: int, height: int, options: Options
) -> None:
    frame = chart.frame(market, width, height, options)
    assert frame.height == height
    assert frame.history_width + frame.live_width + frame.axis_width == width
    _check_part(chart.history_rows(frame), frame, frame.history_width)
    _check_part(chart.live_rows(frame), frame, frame.live_width)
    _check_part(chart.axis_rows(frame), frame, frame.axis_width)


@settings(max_examples=100, deadline=None)
@given(st.lists(markets(), min_size=2, max_size=4), st.integers(1, 120), options)
def test_what_is_taken_over_from_a_previous_frame_is_what_would_be_made_anew(
    views: list[Drawn], width: int, options: Options
) -> None:
    previous = None
    for view in views:
        frame = chart.frame(view, width, 24, options, previous)
        assert frame.history == History.of(frame.history.past, options.kind)
        for column in frame.history.columns:
            if column.candle and column.shape:
                low, high = extent(column.shape, options.kind)
                assert frame.scale.low <= low <= high <= frame.scale.high
                assert column.candle.volume <= frame.volume_high
        previous = frame


# Which halves (upper, lower) of a cell each glyph fills: 0 not, 1 light, 2 heavy.
_HALVES = {
    " ": (0, 0), "╷": (0, 1), "╻": (0, 2), "╵": (1, 0), "│": (1, 1),
    "╽": (1, 2), "╹": (2, 0), "╿": (2, 1), "┃": (2, 2),
}  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(markets(), st.integers(1, 60))
def test_a_candle_fills_the_half_cells_from_low_to_high_and_is_heavy_from_open_to_close(
    market: Drawn, height: int
) -> None:
    frame = chart.frame(market, 9, height, Options(show_volume=False))
    if not frame.live or not frame.live.candle:
        return
    drawn = [_HALVES[words(row)] for row in chart.live_rows(frame)[: frame.bands.plot]]
    from_bottom = [half for upper, lower in reversed(drawn) for half in (lower, upper)]
    candle, level = frame.live.candle, frame.scale.level
    bottom, top = level(min(candle.open, candle.close)), level(max(candle.open, candle.close))
    for at, half in enumerate(from_bottom):
        inside = level(candle.low) <= at <= level(candle.high)
        assert half == (2 if bottom <= at <= top else int(inside))


@given(
    st.floats(1e-12, 1e15),
    st.floats(1, 3),
    st.integers(1, 70),
    st.lists(st.floats(0, 1), min_size=2, max_size=2),
)
def test_a_price_stands_in_the_half_cell_that_holds_it(
    low: float, factor: float, rows: int, shares: list[float]
) -> None:
    high = low * factor
    scale = fit(low, high, rows)
    size = (scale.high - scale.low) / (rows * 2)
    lower, upper = sorted(low + (high - low) * share for share in shares)
    assert scale.level(lower) <= scale.level(upper)
    assert scale.row(lower) >= scale.row(upper)
    for price in (lower, upper):
        distance = (price - scale.low) / size - scale.level(price)
        assert -1e-6 <= distance <= 1 + 1e-6


@given(markets(), options)
def test_a_hole_on_view_is_hatched_and_marked(market: Drawn, options: Options) -> None:
    frame = chart.frame(market, 120, 20, options)
    rows = chart.history_rows(frame)
    hatched = any(c.candle is None and c.mark == "hole" for c in frame.history.columns)
    top, rule = cells(rows[0]), cells(rows[frame.bands.plot + frame.bands.volume])
    assert hatched == any(role == "hole" and glyph in "╱░/" for glyph, role in top)
    assert any(c.mark == "hole" for c in frame.history.columns) == any(
        role == "hole" and glyph in "×x" for glyph, role in rule
    )
