"""What a header says, and what it gives up first when it gets narrow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds import subscription
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.market.candle import Candle
from tui.market.events import Ticker
from tui.market.interval import MINUTE
from tui.widgets.freshness import freshness
from tui.widgets.header import Part, headline, place

LIVE = FeedStatus(ConnectionState.LIVE, data_age=0.1)
CANDLES = tuple(
    Candle(i * MINUTE, 100.0, 110.0, 90.0, 100.0 + i, 1.0, closed=i < 60) for i in range(61)
)
VIEW = SeriesView(
    subscription("BTCUSDT", "1m"), 1, CANDLES, (), (), None, 63120.55, 0, 2, 3,
    Ticker("BTCUSDT", 60000.0, 1.0, 1.0, 1.0, 1.0, 0), LIVE,
)  # fmt: skip
RETRYING = FeedStatus(ConnectionState.BACKOFF, attempt=3, retry_in=4.2, data_age=9.0)


def said(view: SeriesView, width: int, rows: int = 1, back: int = 0) -> list[str]:
    line = headline(view, freshness(view.status), frozen=False, back=back)
    return [written(place(line, width, rows), y) for y in range(rows)]


def written(parts: list[Part], y: int) -> str:
    """The text of a row, put together by the parts' places."""
    text = ""
    for part in sorted((p for p in parts if p.region.y == y), key=lambda p: p.region.x):
        text = text.ljust(part.region.x) + "".join(run for run, _ in part.row)
    return text


def test_a_wide_header_says_everything_in_one_row() -> None:
    assert said(VIEW, 66) == ["BTCUSDT 1m binance            63120.55 ▲   +5.20 % 24h        LIVE"]


def test_two_rows_have_title_and_words_above_price_and_change_below() -> None:
    assert said(VIEW, 30, 2) == [
        "BTCUSDT 1m binance        LIVE",
        "63120.55 ▲         +5.20 % 24h",
    ]


def test_price_change_and_freshness_stand_in_forty_columns() -> None:
    (text,) = said(replace(VIEW, status=RETRYING), 38)
    assert "63120.55 ▲" in text
    assert "+5.20 %" in text
    assert text.endswith("RETRY 3")


def test_without_a_ticker_the_change_counts_from_the_oldest_candle_and_says_so() -> None:
    (text,) = said(replace(VIEW, ticker=None, price=110.0), 70)
    assert "+10.00 % 1h" in text


def test_a_price_below_the_candles_opening_points_down() -> None:
    assert "99.00 ▼" in said(replace(VIEW, price=99.0), 70)[0]


def test_a_panned_chart_says_how_far_back_it_is() -> None:
    assert "1m · 25 back" in said(VIEW, 90, back=25)[0]


@given(st.integers(0, 260), st.sampled_from([1, 2]), st.sampled_from([LIVE, RETRYING]))
def test_no_part_of_a_header_overlaps_another_from_thirty_columns_on(
    width: int, rows: int, status: FeedStatus
) -> None:
    line = headline(replace(VIEW, status=status), freshness(status), frozen=False, back=0)
    parts = place(line, width, rows)
    assert len(parts) == 5
    if width >= 30:
        shown = [part.region for part in parts if part.row]
        assert all(region.x >= 0 and region.right <= width for region in shown)
        assert not any(a.overlaps(b) for a in shown for b in shown if a is not b)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (FeedStatus(ConnectionState.LIVE, data_age=0.2), "LIVE"),
        (FeedStatus(ConnectionState.LIVE, data_age=12.3), "LIVE 12 s"),
        (FeedStatus(ConnectionState.LIVE, data_age=45.0, quiet=True), "QUIET 45 s"),
        (FeedStatus(ConnectionState.SYNCING), "SYNCING"),
        (FeedStatus(ConnectionState.STALE, data_age=12.0), "STALE 12 s"),
        (RETRYING, "RETRY 3 in 4 s"),
        (FeedStatus(ConnectionState.PARKED, reason="451"), "STOPPED: 451"),
        (FeedStatus(ConnectionState.IDLE, rejected="no such symbol"), "STOPPED: no such symbol"),
        (FeedStatus(ConnectionState.DIALING, attempt=1), "CONNECTING"),
        (FeedStatus(ConnectionState.SUBSCRIBING, attempt=3), "CONNECTING 3"),
    ],
)
def test_every_state_is_said_in_words(status: FeedStatus, text: str) -> None:
    assert freshness(status).text == text


@pytest.mark.parametrize("state", ConnectionState)
def test_a_price_is_dimmed_unless_prices_come_in(state: ConnectionState) -> None:
    comes_in = state in (ConnectionState.LIVE, ConnectionState.SYNCING)
    assert freshness(FeedStatus(state)).current is comes_in
