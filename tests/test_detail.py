"""The detail view: what it knows of a symbol, where its parts stand, what keys do there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from textual.geometry import Region

from tests.stage import THREE, play, stage
from tui.chart.picture import Row
from tui.feed.status import (
    BookView,
    ConnectionState,
    FeedEvent,
    FeedStatus,
    GapOpened,
    GapRepaired,
    Rejected,
    SeriesView,
    StateChanged,
)
from tui.market.book import Book, Level
from tui.market.candle import Candle
from tui.market.events import Ticker, Trade
from tui.market.interval import Interval
from tui.market.profile import returns, volume_profile
from tui.market.series import Hole
from tui.screens.chronicle import Chronicle
from tui.screens.detail import DetailScreen
from tui.widgets.depth import Digits, book_rows, trade_rows
from tui.widgets.detail_places import Detail, places
from tui.widgets.facts import statistics, titled

MINUTE = Interval(1, "m")
START = 1_700_000_000_000 // 60_000 * 60_000
LIVE = FeedStatus(ConnectionState.LIVE, data_age=0.1)
DAY = Ticker("BTCUSDT", 100.0, 120.0, 80.0, 110.0, 1_234.0, START)


def candle(minute: int, low: float, high: float, volume: float) -> Candle:
    return Candle(START + minute * 60_000, low, high, low, high, volume)


def test_volume_lies_where_it_was_traded() -> None:
    levels = volume_profile([candle(0, 10, 20, 4.0), candle(1, 10, 50, 8.0)], 4)
    assert [(level.low, level.high) for level in levels] == [(10, 20), (20, 30), (30, 40), (40, 50)]
    assert [level.volume for level in levels] == [6.0, 2.0, 2.0, 2.0]


def test_the_whole_volume_is_in_the_profile_also_of_a_price_that_stood_still() -> None:
    assert sum(level.volume for level in volume_profile([candle(0, 7, 7, 3.0)], 5)) == 3.0
    mixed = [candle(0, 10, 20, 4.0), candle(1, 15, 15, 5.0), candle(2, 20, 20, 6.0)]
    assert sum(level.volume for level in volume_profile(mixed, 3)) == pytest.approx(15.0)
    assert volume_profile([], 5) == []


def test_there_is_no_return_over_a_hole() -> None:
    found = returns([candle(0, 1, 100, 1), candle(1, 1, 101, 1), candle(5, 1, 300, 1)], MINUTE)
    assert found == [pytest.approx(0.995, abs=0.001)]


def view_with(**facts: object) -> SeriesView:
    view = SeriesView(THREE[0], 0, (), (), (), None, 110.0, None, 2, 3, DAY, LIVE)
    return replace(view, **facts)  # type: ignore[arg-type] # facts are of its fields


def texts(view: SeriesView, width: int = 34) -> dict[str, str]:
    rows = ["".join(text for text, _ in row) for row in statistics(view, width)]
    assert all(len(row) == width for row in rows)
    split = [row.split("  ", 1) for row in rows]
    return {label: value.strip() for label, value in split}


def test_the_day_is_told_as_the_exchange_tells_it() -> None:
    assert texts(view_with()) == {
        "change": "+10.00  +10.00 %",
        "high": "120.00",
        "low": "80.00",
        "range": "50.00 %",
        "price in the range": "────────●──",
        "volume": "1.23K",
    }


def test_without_a_day_there_are_the_candles_and_what_is_missing_among_them() -> None:
    candles = (candle(0, 10, 20, 1), candle(4, 5, 15, 1))
    holes = (Hole(START + 60_000, START + 240_000),)
    assert texts(view_with(ticker=None, candles=candles, holes=holes)) == {
        "highest of 2 candles": "20.00",
        "lowest of 2 candles": "5.00",
        "candles missing": "3",
    }


BOOK = Book((Level(99.0, 2.0), Level(98.0, 0.5)), (Level(101.0, 1.0), Level(102.0, 4.0)))
DIGITS = Digits(1, 3)


def plain(rows: list[Row]) -> list[str]:
    return ["".join(text for text, _ in row).rstrip() for row in rows]


def test_the_book_has_the_best_prices_in_the_middle_and_the_spread_between_them() -> None:
    assert plain(book_rows(BookView(BOOK, 1.25), DIGITS, 24, 6)) == [
        "Order book, 1.2 s old",
        "102.0     4.000 ▇▇▇▇▇▇▇▇",
        "101.0     1.000 ▇▇",
        "spread               2.0",
        "99.0     2.000 ▇▇▇▇",
        "98.0     0.500 ▇",
    ]


def test_a_book_that_may_be_old_is_dimmed_and_says_why() -> None:
    rows = book_rows(BookView(BOOK, 31.0, "no answer"), DIGITS, 24, 9)
    assert plain(rows)[:2] == ["Order book, 31 s old", "no answer"]
    assert {role for row in rows[2:] for _, role in row} == {"stale", "muted", "text"}
    assert plain(book_rows(None, DIGITS, 24, 9))[1] == "this exchange tells none"


def test_trades_stand_newest_first_with_the_direction_of_each() -> None:
    made = [(100.0, 0.001), (101.0, 12.0), (101.0, 0.25), (99.0, 1.0)]
    trades = [Trade("X", p, size, START + n, None, None) for n, (p, size) in enumerate(made)]
    rows = trade_rows(trades, DIGITS, 32, 9, UTC)
    clock = "22:13:00"
    assert plain(rows)[1:] == [
        f"{clock}  99.0 ▼           1.000",
        f"{clock}  101.0            0.250",
        f"{clock}  101.0 ▲           12.0",
        f"{clock}  100.0            0.001",
    ]
    assert all(sum(len(text) for text, _ in row) == 32 for row in rows[1:])


def test_of_a_part_as_much_is_shown_as_fits() -> None:
    rows = [((str(n), "text"),) for n in range(5)]
    assert titled("Title", rows, 3) == [(("Title", "strong"),), *rows[:2]]
    assert titled("Title", rows, 0) == []


@pytest.mark.parametrize("size", [(40, 12), (60, 24), (80, 24), (110, 30), (120, 40), (240, 60)])
@pytest.mark.parametrize("front", [None, *Detail])
def test_parts_never_overlap_and_the_one_in_front_is_seen(
    size: tuple[int, int], front: Detail | None
) -> None:
    chart, found = places(*size, front)
    regions = [region for region in (chart, *found.values()) if region]
    whole = Region(0, 0, *size)
    assert all(whole.contains_region(region) for region in regions)
    assert sum(a.overlaps(b) for a in regions for b in regions) == len(regions)
    assert front is None or front in found


def test_a_small_terminal_shows_the_chart_or_one_part() -> None:
    assert places(40, 12, None) == (Region(0, 0, 40, 12), {})
    assert places(40, 12, Detail.BOOK) == (Region(), {Detail.BOOK: Region(0, 0, 40, 12)})


def test_what_happened_to_a_connection_is_told_in_words() -> None:
    chronicle = Chronicle()
    one, other = THREE[:2]
    happened: tuple[FeedEvent, ...] = (
        StateChanged(one, ConnectionState.BACKOFF, 2, 4.0, "no route to host"),
        StateChanged(other, ConnectionState.LIVE, 0, None, ""),
        GapOpened(one, START),
        GapRepaired(one, START, START + 60_000, 1),
        Rejected(one, "no such symbol"),
    )
    for at, event in enumerate(happened):
        chronicle.add(event, float(at))
    assert [(told.at, told.text, told.role) for told in chronicle.of(one)] == [
        (0.0, "backoff 2: no route to host", "late"),
        (2.0, "candles may be missing", "late"),
        (3.0, "whole again, 1 candle filled in", "live"),
        (4.0, "no such symbol", "stopped"),
    ]


def test_the_chronicle_is_bounded() -> None:
    chronicle = Chronicle()
    for at in range(1_000):
        chronicle.add(GapOpened(THREE[0], START), float(at))
    assert [told.at for told in chronicle.of(THREE[0])] == [float(at) for at in range(900, 1_000)]


def test_enter_opens_the_details_and_escape_leaves_first_the_past_then_them() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(s.says("LIVE", 1))
            await s.pilot.press("2", "enter")
            await s.until(lambda: isinstance(s.app.screen, DetailScreen))
            screen = s.app.screen
            assert isinstance(screen, DetailScreen)
            assert screen.current.subscription == THREE[1]
            await s.until(lambda: "live" in screen._texts[Detail.HISTORY].plain)
            await s.until(lambda: screen._texts[Detail.TRADES].plain.count("\n") > 1)
            await s.until(lambda: "spread" in screen._texts[Detail.BOOK].plain)
            assert "high" in screen._texts[Detail.STATISTICS].plain
            await s.pilot.press("left", "escape")
            assert screen.current.options.offset == 0
            assert s.app.screen is screen
            await s.pilot.press("escape")
            await s.until(lambda: s.app.screen is s.monitor)

    play(scenario)


def test_keys_of_the_chart_and_tab_work_in_the_details() -> None:
    async def scenario() -> None:
        async with stage(size=(80, 24)) as s:
            await s.until(s.says("LIVE", 0))
            await s.pilot.press("enter")
            await s.until(lambda: isinstance(s.app.screen, DetailScreen))
            screen = s.app.screen
            assert isinstance(screen, DetailScreen)
            await s.until(lambda: "LIVE" in " ".join(part.plain for part in screen.current.header))
            await s.pilot.press("right_square_bracket")
            assert str(screen.current.subscription) == "binance:BTCUSDT@3m"
            assert s.pane(0).subscription == THREE[0]
            await s.pilot.press("v")
            await s.until(lambda: not screen.current.options.show_volume)
            before = [part for part, widget in screen._widgets.items() if widget.display]
            await s.pilot.press("tab", "tab")
            after = [part for part, widget in screen._widgets.items() if widget.display]
            assert before != after

    play(scenario)
