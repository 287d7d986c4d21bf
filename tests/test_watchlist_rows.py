"""The watchlist's rows as text: every column in its place, or gone as a whole; and their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.feeds import subscription
from tests.foreign_text import MARKUP
from tui.chart.glyphs import SETS, Glyphs
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.listing import Listing
from tui.market.candle import Candle
from tui.market.events import Ticker
from tui.market.interval import MINUTE
from tui.market.series import Hole
from tui.market.symbol import Symbol
from tui.widgets.freshness import freshness
from tui.widgets.picture import row_cells
from tui.widgets.watchlist_layout import fitting, measured, sliced, titles
from tui.widgets.watchlist_order import Head, arranged, fits
from tui.widgets.watchlist_row import BY_ID, COLUMNS, Entry, entry

HEAVY = SETS[Glyphs.HEAVY]
LIVE = FeedStatus(ConnectionState.LIVE, data_age=0.4)
STALE = FeedStatus(ConnectionState.STALE, data_age=31.0)


def candles(*closes: float) -> tuple[Candle, ...]:
    return tuple(
        Candle(number * MINUTE, closes[0], max(closes), min(closes), close, 1.0, closed=True)
        for number, close in enumerate(closes)
    )


def row(
    symbol: str,
    price: float | None = 100.0,
    before: float = 80.0,
    status: FeedStatus = LIVE,
    name: str = "",
    group: str = "",
) -> Entry:
    """A row that was at `before` 24 hours ago, and since then between 60 and 110."""
    view = SeriesView(
        subscription(symbol, "1m"), 1, candles(60.0, 70.0, 80.0, 90.0, 100.0, 110.0, 100.0),
        (), (), None, price, 0, 2, 3, Ticker(symbol, before, 110.0, 60.0, 1.0, 1234.0, 0), status,
    )  # fmt: skip
    return entry(name or symbol, group, view, freshness(status), status.data_age, price)


ROWS = [
    row("BTCUSDT", 63120.55, 60000.0),
    row("ETHUSDT", 100.0, 80.0),
    row("DOGEUSDT", 79.0, 80.0, STALE),
]


def table(rows: Sequence[Entry], width: int, glyphs: Glyphs = Glyphs.HEAVY) -> list[str]:
    """Titles and rows as they stand side by side on the screen."""
    drawn = SETS[glyphs]
    places = fitting(measured(rows, drawn), width)
    cells = [[place.column.cell(r, place.width, drawn) for place in places] for r in rows]
    lines = []
    for line in [titles(places, Listing()), *cells]:
        text = ""
        for place, cell in zip(places, line, strict=True):
            text += " " * (place.x - cell_len(text)) + "".join(run for run, _ in cell)
        lines.append(text)
    return lines


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (24, [
            " name     state         ",
            " BTCUSDT  LIVE          ",
            " DOGEUSDT STALE 31 s    ",
        ]),
        (30, [
            " name        price state      ",
            " BTCUSDT  63120.55 LIVE       ",
            " DOGEUSDT    79.00 STALE 31 s ",
        ]),
        (38, [
            " name        price  change state      ",
            " BTCUSDT  63120.55 +5.20 % LIVE       ",
            " DOGEUSDT    79.00 -1.25 % STALE 31 s ",
        ]),
        (40, [
            " name        price  change state        ",
            " BTCUSDT  63120.55 +5.20 % LIVE         ",
            " DOGEUSDT    79.00 -1.25 % STALE 31 s   ",
        ]),
        (60, [
            " name        price  change       spark state       exchange ",
            " BTCUSDT  63120.55 +5.20 %     ▁▂▄▅▇█▇ LIVE        binance  ",
            " DOGEUSDT    79.00 -1.25 %     ▁▂▄▅▇█▇ STALE 31 s  binance  ",
        ]),
        (80, [
            " name        price  change      spark range    volume state       bar  exchange ",
            " BTCUSDT  63120.55 +5.20 %    ▁▂▄▅▇█▇ ──────█   1.23K LIVE        1m   binance  ",
            " DOGEUSDT    79.00 -1.25 %    ▁▂▄▅▇█▇ ──█────   1.23K STALE 31 s  1m   binance  ",
        ]),
        (120, [
            " name         price   change        amount           spark  range   "
            "   volume     age  state             bar   exchange ",
            " BTCUSDT   63120.55  +5.20 %  +3120.55 24h         ▁▂▄▅▇█▇  ───────█"
            "    1.23K   0.4 s  LIVE              1m    binance  ",
            " DOGEUSDT     79.00  -1.25 %     -1.00 24h         ▁▂▄▅▇█▇  ───█────"
            "    1.23K    31 s  STALE 31 s        1m    binance  ",
        ]),
    ],
)  # fmt: skip
def test_a_narrower_list_has_fewer_columns_and_never_half_a_number(
    width: int, expected: list[str]
) -> None:
    assert table([ROWS[0], ROWS[2]], width) == expected


@pytest.mark.parametrize("width", [100, 160, 240])
def test_a_wide_list_has_every_column_and_fills_its_width(width: int) -> None:
    head, *rows = table(ROWS, width)
    assert head.split() == [column.title or column.id for column in COLUMNS]
    assert {cell_len(line) for line in (head, *rows)} == {width}


def test_ascii_glyphs_draw_spark_and_range() -> None:
    assert "..::||| -----|-" in table(ROWS, 100, Glyphs.ASCII)[2]


texts = st.sampled_from(["BTCUSDT", "币安人生USDT", "\U0001f4a5" * 12, "a", *MARKUP])
prices = st.none() | st.floats(1e-8, 1e9)


@settings(deadline=None)
@given(st.lists(st.tuples(texts, prices), min_size=1, max_size=4), st.integers(25, 240))
def test_s2_any_names_and_prices_stand_in_columns_of_one_width(
    pairs: list[tuple[str, float | None]], width: int
) -> None:
    rows = [row("X", price, name=name) for name, price in pairs]
    places = fitting(measured(rows, HEAVY), width)
    assert places[-1].x + places[-1].width <= width
    for place in places:
        assert {row_cells(place.column.cell(r, place.width, HEAVY)) for r in rows} == {place.width}
    shown = {place.column.id for place in places}
    assert {"name", "state"} <= shown
    assert "price" in shown or "change" not in shown


def test_a_price_that_may_be_old_loses_its_colour_and_says_its_age() -> None:
    assert BY_ID["price"].cell(ROWS[2], 8, HEAVY) == (("   79.00", "stale"),)
    assert BY_ID["state"].cell(ROWS[2], 11, HEAVY) == (("STALE 31 s ", "late"),)
    assert BY_ID["change"].cell(ROWS[1], 9, HEAVY) == ((" +25.00 %", "up"),)


def test_words_that_do_not_fit_give_way_to_shorter_ones() -> None:
    waiting = FeedStatus(ConnectionState.BACKOFF, attempt=3, retry_in=3.7, data_age=9.0)
    retrying = row("BTCUSDT", status=waiting)
    state = BY_ID["state"]
    assert (
        "".join(text for text, _ in state.cell(retrying, 24, HEAVY)) == "RETRY 3, 9.0 s old      "
    )
    assert "".join(text for text, _ in state.cell(retrying, 11, HEAVY)) == "OLD 9.0 s  "


def test_without_a_ticker_the_change_says_since_when_and_the_range_is_that_of_the_candles() -> None:
    view = replace(ROWS[1].view, ticker=None)
    bare = entry("ETHUSDT", "", view, freshness(LIVE), 0.4, 66.0)
    assert BY_ID["amount"].cell(bare, 12, HEAVY)[0][0].strip() == "+6.00"
    assert BY_ID["amount"].cell(bare, 12, HEAVY)[-1][0].strip() == "6m"
    assert BY_ID["range"].cell(bare, 10, HEAVY)[0] == ("────────", "muted")
    assert BY_ID["volume"].cell(bare, 7, HEAVY) == (("      –", "muted"),)


def test_a_hole_between_candles_is_a_mark_in_the_spark() -> None:
    whole = candles(60.0, 70.0, 80.0)
    gap = (Hole(2 * MINUTE, 3 * MINUTE),)
    view = replace(
        ROWS[0].view, candles=(*whole[:2], replace(whole[2], open_time=3 * MINUTE)), holes=gap
    )
    drawn = BY_ID["spark"].cell(replace(ROWS[0], view=view), 5, HEAVY)
    assert "".join(text for text, _ in drawn) == " ▁▅╱█"
    assert ("╱", "late") in drawn


def test_the_title_of_the_sorting_has_its_direction() -> None:
    places = fitting(measured(ROWS, HEAVY), 40)
    heads = titles(places, Listing(sort="change", descending=True))
    assert heads[2] == ((" change▼", "strong"),)
    assert titles(places, Listing(sort="name"))[0] == (("name▲   ", "strong"),)


def test_text_over_several_columns_is_cut_at_their_edges_but_no_letter_is() -> None:
    assert sliced("▾ Majors (3)", (0, 4, 9, 14)) == ["▾ Ma", "jors ", "(3)"]
    assert sliced("a日本b", (0, 2, 6)) == ["a ", " 本b"]


# --- order ----------------------------------------------------------------------------------

LISTED = [
    row("BTCUSDT", 5.0, 4.0, group="Majors"),
    row("ADAUSDT", 3.0, 2.0),
    row("ETHUSDT", 4.0, 5.0, group="Majors"),
    row("XRPUSDT", None, group="Alts"),
    row("BNBUSDT", 9.0, 3.0),
]


def test_rows_stand_by_hand_those_without_a_group_first_then_group_by_group() -> None:
    assert arranged(LISTED, Listing()) == [
        1, 4, Head("Majors", (0, 2), False), 0, 2, Head("Alts", (3,), False), 3,
    ]  # fmt: skip
    assert Head("Majors", (0, 2), False).text == "▾ Majors (2)"


def test_sorting_is_within_each_group_and_rows_without_a_value_stand_last_either_way() -> None:
    ungrouped = [replace(r, group="") for r in LISTED]
    assert arranged(ungrouped, Listing(sort="price", descending=True)) == [4, 0, 2, 1, 3]
    assert arranged(ungrouped, Listing(sort="price")) == [1, 2, 0, 4, 3]
    assert arranged(LISTED, Listing(sort="name"))[:2] == [1, 4]
    assert arranged(LISTED, Listing(sort="change"))[2:5] == [Head("Majors", (2, 0), False), 2, 0]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.id)
def test_every_column_can_be_sorted_by(column: object) -> None:
    (id_,) = [known.id for known in COLUMNS if known is column]
    lines = arranged([*ROWS, LISTED[3]], Listing(sort=id_))
    assert sorted(line for line in lines if isinstance(line, int)) == [0, 1, 2, 3]


def test_trouble_stands_first_when_sorted_by_state() -> None:
    assert arranged(ROWS, Listing(sort="state")) == [2, 0, 1]


def test_a_folded_group_is_its_head_and_a_filter_looks_into_it() -> None:
    listing = Listing(folded=frozenset({"Majors"}))
    assert arranged(LISTED, listing)[2:4] == [
        Head("Majors", (0, 2), True),
        Head("Alts", (3,), False),
    ]
    assert arranged(LISTED, listing, "eth") == [Head("Majors", (2,), False), 2]
    assert Head("Majors", (0, 2), True).text == "▸ Majors (2)"


@pytest.mark.parametrize(
    ("words", "fitting_"),
    [
        ("", True), ("coin", True), ("BTC usd", True), ("binance", True), ("maj", True),
        ("b", True), ("inance", False), ("x", False), ("ma", False), ("btc eth", False),
        ("[red]", False), ("日", True),
    ],
)  # fmt: skip
def test_a_filter_finds_parts_of_names_and_the_beginnings_of_exchanges_and_groups(
    words: str, fitting_: bool
) -> None:
    assert fits(row("BTCUSDT", name="日本 Coin", group="Majors"), words) is fitting_


def test_names_and_groups_are_clean_short_and_taken_back_by_an_empty_text() -> None:
    btc = Symbol("binance", "BTCUSDT")
    listing = Listing().named(btc, "\x1b[31mBit\u202ecoin\n").grouped(btc, "x" * 99)
    assert listing.names == {btc: "Bitcoin"}
    assert cell_len(listing.groups[btc]) == 24
    assert listing.name(btc) == "Bitcoin"
    assert listing.named(btc, " ").name(btc) == "BTCUSDT"
    assert listing.grouped(btc, "").groups == {}
    assert listing.turned("x").turned("x").folded == frozenset()
