"""Symbols beside each other: per cent from one moment on, spreads, and who moves first."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from random import Random

import pytest

from tests.feeds import subscription
from tests.stage import THREE, play, stage
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.lead import lead
from tui.market.percent import common_start, percents
from tui.screens.compare import CompareScreen
from tui.widgets.compared import Compared, rows
from tui.widgets.percent_plot import PercentPlot

MINUTE = Interval(1, "m")
START = 1_700_000_000_000 // 60_000 * 60_000
LIVE = FeedStatus(ConnectionState.LIVE, data_age=0.1)
VIEW = SeriesView(THREE[0], 0, (), (), (), None, 100.0, None, 2, 3, None, LIVE)


def candle(minute: int, first: float, last: float) -> Candle:
    low, high = sorted((first, last))
    return Candle(START + minute * 60_000, first, high, low, last, 1.0)


def test_per_cent_counts_from_the_first_open_that_all_have() -> None:
    long = [candle(0, 50, 100), candle(1, 100, 110), candle(2, 110, 120)]
    short = [candle(1, 10, 9)]
    since = common_start([long, short, []])
    assert rounded(long, since) == [(START + 60_000, 10), (START + 120_000, 20)]
    assert rounded(short, since) == [(START + 60_000, -10)]


def rounded(candles: list[Candle], since: int) -> list[tuple[int, float]]:
    (piece,) = percents(candles, MINUTE, since)
    return [(time, round(percent, 9)) for time, percent in piece]


def test_nothing_is_drawn_over_a_hole() -> None:
    pieces = percents([candle(0, 1, 2), candle(1, 2, 2), candle(5, 2, 3)], MINUTE, 0)
    assert [[time for time, _ in piece] for piece in pieces] == [
        [START, START + 60_000],
        [START + 300_000],
    ]


def walk(seed: int, steps: int = 600) -> list[float]:
    random = Random(seed)
    return list(accumulate((random.gauss(0, 1) for _ in range(steps)), initial=1_000.0))


@pytest.mark.parametrize("steps", [-7, 0, 12])
def test_the_price_that_moves_first_is_found_with_its_lead(steps: int) -> None:
    path = walk(1)
    first, second = path[20 + steps : 520 + steps], path[20:520]
    found = lead(first, second, 30)
    assert found
    assert found.steps == steps
    assert found.correlation > 0.9


def test_prices_that_have_nothing_to_do_with_each_other_have_no_lead() -> None:
    assert lead(walk(1), walk(2), 30) is None


def test_prices_that_stand_still_have_no_lead() -> None:
    assert lead([5.0] * 100, walk(1, 99), 30) is None


def compared(name: str, **facts: object) -> Compared:
    view = replace(VIEW, subscription=subscription(name, "1m"))
    usual = {"percent": 1.5, "spread": 0.25, "base": 100.0, "lead": 0.3}
    return Compared(1, view, **{**usual, **facts})  # type: ignore[arg-type] # facts are of its fields


def texts(width: int) -> list[str]:
    table = [compared("BTCUSDT"), compared("ETHUSDT", lead=-1.2), compared("XRPUSDT", lead=0.0)]
    return ["".join(text for text, _ in row) for row in rows(table, 0, width)]


def test_the_table_tells_spread_and_lead_against_the_symbol_pointed_at() -> None:
    title, first, second, third = texts(100)
    assert title.split() == ["symbol", "price", "line", "spread", "moves", "state"]
    assert first.split() == ["▸1", "binance:BTCUSDT@1m", "100.00", "+1.50", "%", "LIVE"]
    assert "+0.25  +0.25 %" in second
    assert "1.2 s later" in second
    assert "together" in third


@pytest.mark.parametrize(
    ("width", "left", "gone"),
    [(64, "spread", "moves"), (50, "line", "spread"), (38, "state", "line")],
)
def test_what_gives_way_first_is_lead_then_spread_then_the_line(
    width: int, left: str, gone: str
) -> None:
    shown = texts(width)
    assert left in shown[0]
    assert gone not in shown[0]
    assert max(map(len, shown)) <= width
    assert all("100.00" in line and "LIVE" in line for line in shown[1:])


def test_the_comparison_opens_with_a_line_for_each_symbol_and_hides_what_is_chosen() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(s.says("LIVE", 2))
            await s.pilot.press("percent_sign")
            await s.until(lambda: isinstance(s.app.screen, CompareScreen))
            table = s.app.screen._table  # type: ignore[attr-defined] # the screen's own part
            await s.until(lambda: table.plain.count(" %") == 3)
            assert "".join(str(s.app.screen.query_one(PercentPlot).render())).count("\n") > 10
            await s.pilot.press("down", "space")
            await s.until(lambda: table.plain.count("hidden") == 1)
            assert "▸· " in table.plain.splitlines()[2]
            await s.pilot.press("escape")
            await s.until(lambda: s.app.screen is s.monitor)

    play(scenario)
