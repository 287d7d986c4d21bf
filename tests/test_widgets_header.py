"""What a header says, and what it gives up first when it gets narrow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.geometry import Region

from tests.feeds import subscription
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.market.candle import Candle
from tui.market.events import Ticker
from tui.market.interval import MINUTE, Interval
from tui.market.symbol import Subscription, Symbol
from tui.widgets.freshness import freshness, frozen
from tui.widgets.headline import change_of, headline, place
from tui.widgets.mosaic import Part

LIVE = FeedStatus(ConnectionState.LIVE, data_age=0.1)
CANDLES = tuple(
    Candle(i * MINUTE, 100.0, 110.0, 90.0, 100.0 + i, 1.0, closed=i < 60) for i in range(61)
)
VIEW = SeriesView(
    subscription("BTCUSDT", "1m"), 1, CANDLES, (), (), None, 63120.55, 0, 2, 3,
    Ticker("BTCUSDT", 60000.0, 1.0, 1.0, 1.0, 1.0, 0), LIVE,
)  # fmt: skip
RETRYING = FeedStatus(ConnectionState.BACKOFF, attempt=3, retry_in=3.7, data_age=9.0)


AN_HOUR = 3_700.0


def shown(view: SeriesView, width: int, rows: int = 1, back: int = 0) -> tuple[Part, Part]:
    line = headline(view, freshness(view.status), change_of(view), back=back)
    return place(line, width, rows)


def said(view: SeriesView, width: int, rows: int = 1, back: int = 0) -> list[str]:
    """The rows of the header without the cell that is free at both ends."""
    parts = shown(view, width, rows, back)
    return [written(parts, y).removeprefix(" ").removesuffix(" ") for y in range(rows)]


def written(parts: Sequence[Part], y: int) -> str:
    """The text of a row, put together by the parts' places."""
    text = ""
    for part in sorted((p for p in parts if p.region.y == y), key=lambda p: p.region.x):
        text = text.ljust(part.region.x) + "".join(run for run, _ in part.rows[0])
    return text


def roles(view: SeriesView) -> dict[str, str]:
    """Text to role, of all that a wide header says."""
    return {text.strip(): role for part in shown(view, 120) for text, role in part.rows[0]}


def test_a_wide_header_says_everything_in_one_row() -> None:
    assert said(VIEW, 68) == ["BTCUSDT 1m binance            63120.55 ▲   +5.20 % 24h        LIVE"]


@pytest.mark.parametrize("name", ["币安人生USDT", "\U0001f4a5" * 16])
@pytest.mark.parametrize(("width", "rows"), [(30, 1), (30, 2), (44, 1), (60, 2), (120, 1)])
def test_s2_a_header_of_wide_letters_is_as_wide_as_its_pane(
    name: str, width: int, rows: int
) -> None:
    view = replace(VIEW, subscription=subscription(name, "1m"))
    for part in shown(view, width, rows):
        for row in part.rows:
            assert sum(cell_len(text) for text, _ in row) == part.region.width


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize(
    "status",
    [
        LIVE,
        FeedStatus(ConnectionState.SYNCING, data_age=12.0, reason="No history."),
        RETRYING,
        replace(RETRYING, reason="Nobody is there."),
        FeedStatus(ConnectionState.PARKED, 3, 829.0, "The token was not taken.", data_age=9.0),
    ],
)
def test_the_exchange_stays_in_half_a_screen_and_the_interval_where_it_fits(
    status: FeedStatus, rows: int
) -> None:
    coinbase = Subscription(Symbol("coinbase", "BTC-USD"), Interval(30, "m"))
    view = replace(VIEW, subscription=coinbase, status=status)
    (text, *_) = said(view, 60 if rows == 1 else 40, rows)
    assert "coinbase" in text
    assert ("30m" in text) or (status.state is ConnectionState.PARKED and rows == 2)


@given(st.integers(40, 140), st.sampled_from([1, 2]), st.sampled_from(ConnectionState))
def test_a_header_without_its_exchange_has_no_room_for_it(
    width: int, rows: int, state: ConnectionState
) -> None:
    view = replace(VIEW, status=FeedStatus(state, 3, 4.0, "Nobody is there.", data_age=31.0))
    (text, *_) = said(view, width, rows)
    assert "binance" in text or "Nobody" not in text
    assert "binance" in text or len(text) - len(" ".join(text.split())) < len(" binance")


def test_two_rows_have_title_and_words_above_price_and_change_below() -> None:
    assert said(VIEW, 32, 2) == [
        "BTCUSDT 1m binance        LIVE",
        "63120.55 ▲         +5.20 % 24h",
    ]


def test_price_change_and_freshness_stand_in_forty_columns() -> None:
    (text,) = said(replace(VIEW, status=RETRYING), 40)
    assert "63120.55 ▲" in text
    assert "+5.20 %" in text
    assert text.endswith(" OLD 9.0 s")


def test_the_change_gives_way_last() -> None:
    falling = replace(VIEW, price=59_000.0, status=replace(RETRYING, data_age=31.0))
    assert said(falling, 38)[0].split()[1:5] == ["59000.00", "▼", "-1.67", "%"]
    assert "%" not in said(falling, 34)[0]


def test_without_a_ticker_the_change_counts_from_the_oldest_candle_and_says_so() -> None:
    (text,) = said(replace(VIEW, ticker=None, price=110.0), 70)
    assert "+10.00 % 1h" in text


@pytest.mark.parametrize(("price", "arrow", "role"), [(66000.0, "▲", "up"), (59000.0, "▼", "down")])
def test_the_arrow_agrees_with_the_change_and_not_with_the_forming_candle(
    price: float, arrow: str, role: str
) -> None:
    opened = replace(CANDLES[-1], open=120_000.0 - price, close=price)
    view = replace(VIEW, candles=(*CANDLES[:-1], opened), price=price)
    found = roles(view)
    assert found[f"{price:.2f} {arrow}"] == role
    assert {text: r for text, r in found.items() if "%" in text} == {
        f"{price / 600 - 100:+.2f} %": role
    }


def test_a_price_without_anything_to_compare_it_with_has_no_arrow() -> None:
    assert said(replace(VIEW, ticker=None, candles=()), 70)[0].split()[3:] == ["63120.55", "LIVE"]


def test_a_panned_chart_says_how_far_back_it_is() -> None:
    assert "1m · 25 back" in said(VIEW, 90, back=25)[0]


@given(
    st.integers(0, 260), st.sampled_from([1, 2]), st.sampled_from(ConnectionState), st.booleans()
)
def test_the_parts_of_a_header_fill_it_and_do_not_overlap_from_thirty_columns_on(
    width: int, rows: int, state: ConnectionState, aged: bool
) -> None:
    status = FeedStatus(state, 12, 30.0, "gone", AN_HOUR if aged else None)
    first, second = shown(replace(VIEW, status=status), width, rows)
    assert not first.region.overlaps(second.region)
    if width >= 34:
        for part in (first, second):
            assert len(written([replace(part, region=Region())], 0)) == part.region.width
        assert first.region.area + second.region.area == width * rows


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (FeedStatus(ConnectionState.LIVE, data_age=0.2), "LIVE"),
        (FeedStatus(ConnectionState.LIVE, data_age=12.3), "LIVE 12 s"),
        (FeedStatus(ConnectionState.LIVE, data_age=45.0, quiet=True), "QUIET 45 s"),
        (FeedStatus(ConnectionState.SYNCING), "SYNCING"),
        (FeedStatus(ConnectionState.SYNCING, data_age=0.5), "SYNCING"),
        (FeedStatus(ConnectionState.SYNCING, data_age=12.0), "SYNCING, 12 s old"),
        (FeedStatus(ConnectionState.SYNCING, reason="No history."), "SYNCING: No history."),
        (FeedStatus(ConnectionState.STALE, data_age=12.0), "STALE 12 s"),
        (RETRYING, "RETRY 3 in 4 s, 9.0 s old"),
        (replace(RETRYING, data_age=None), "RETRY 3 in 4 s"),
        (FeedStatus(ConnectionState.PARKED, reason="Gone."), "STOPPED: Gone."),
        (FeedStatus(ConnectionState.PARKED, reason="A.", data_age=90.0), "STOPPED, 1 m old: A."),
        (FeedStatus(ConnectionState.PARKED, 3, 829.0, "A."), "STOPPED, next in 14 min: A."),
        (replace(RETRYING, retry_in=300.0), "RETRY 3 in 5 min, 9.0 s old"),
        (FeedStatus(ConnectionState.IDLE, rejected="No symbol."), "STOPPED: No symbol."),
        (FeedStatus(ConnectionState.DIALING, attempt=1), "CONNECTING"),
        (FeedStatus(ConnectionState.SUBSCRIBING, attempt=3), "CONNECTING 3"),
        (FeedStatus(ConnectionState.DIALING, 3, data_age=12.0), "CONNECTING 3, 12 s old"),
    ],
)
def test_every_state_is_said_in_words(status: FeedStatus, text: str) -> None:
    fresh = freshness(status)
    assert text == (f"{fresh.forms[0]}: {fresh.cause}" if fresh.cause else fresh.forms[0])


def test_a_dial_after_a_failure_says_why_the_last_one_failed() -> None:
    status = FeedStatus(ConnectionState.DIALING, 3, reason="Nobody is there.", data_age=12.0)
    text = "\n".join(said(replace(VIEW, status=status), 120, 1))
    assert "CONNECTING 3, 12 s old: Nobody is there." in text


def test_the_words_get_shorter_and_keep_the_age() -> None:
    status = FeedStatus(ConnectionState.BACKOFF, attempt=3, retry_in=3.7, data_age=12.0)
    assert freshness(status).forms == (
        "RETRY 3 in 4 s, 12 s old", "RETRY 3, 12 s old", "RETRY, 12 s old", "OLD 12 s",
    )  # fmt: skip
    stale = FeedStatus(ConnectionState.STALE, data_age=31.0)
    assert freshness(stale).forms == ("STALE 31 s",)
    dialling = FeedStatus(ConnectionState.DIALING, 3, data_age=12.0)
    assert freshness(dialling).forms == (
        "CONNECTING 3, 12 s old", "CONNECTING, 12 s old", "CONNECT, 12 s old",
        "OLD 12 s",
    )  # fmt: skip


@pytest.mark.parametrize(("width", "rows"), [(40, 1), (38, 1), (40, 2), (24, 2), (60, 1), (120, 1)])
@pytest.mark.parametrize("state", ConnectionState)
@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("unstable", [False, True])
def test_an_old_price_says_how_old_it_is_at_any_width(
    state: ConnectionState, quiet: bool, unstable: bool, width: int, rows: int
) -> None:
    reason = "The exchange closed the connection"
    status = FeedStatus(state, 3, 4.2, reason, data_age=31.0, quiet=quiet, unstable=unstable)
    text = "\n".join(said(replace(VIEW, status=status), width, rows))
    assert "63120.55" in text
    assert "31 s" in text


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("state", ConnectionState)
@pytest.mark.parametrize("unstable", [False, True])
def test_an_age_is_not_to_be_read_as_a_countdown_at_any_width(
    state: ConnectionState, unstable: bool, rows: int
) -> None:
    status = FeedStatus(state, 3, 8.0, data_age=3.7, unstable=unstable)
    for width in range(38, 80):
        text = "\n".join(said(replace(VIEW, status=status), width, rows))
        assert re.search(r"3\.7 s old|OLD 3\.7 s|(LIVE|STALE) 3\.7 s", text)


@pytest.mark.parametrize("state", ConnectionState)
def test_a_price_and_its_change_are_dimmed_unless_prices_come_in(state: ConnectionState) -> None:
    comes_in = state in (ConnectionState.LIVE, ConnectionState.SYNCING)
    found = roles(replace(VIEW, status=FeedStatus(state, data_age=1.0)))
    assert found["63120.55 ▲"] == found["+5.20 %"] == ("up" if comes_in else "stale")


def test_syncing_after_an_outage_dims_the_old_price() -> None:
    assert not freshness(FeedStatus(ConnectionState.SYNCING, data_age=30.0)).current
    assert freshness(FeedStatus(ConnectionState.SYNCING, data_age=1.0)).current


def test_a_frozen_price_says_how_old_it_is_by_now() -> None:
    seen = FeedStatus(ConnectionState.LIVE, data_age=1.5)
    assert frozen(seen, 30.0).forms == ("FROZEN, 31 s old", "OLD 31 s")
    assert not frozen(seen, 30.0).current
    assert frozen(FeedStatus(ConnectionState.DIALING), 30.0).forms[0] == "FROZEN"


def test_b3_a_feed_that_is_lost_again_and_again_is_called_unstable() -> None:
    live = replace(LIVE, unstable=True)
    assert freshness(live).forms == ("LIVE, unstable", "UNSTABLE", "LIVE")
    first, second, third, *_ = freshness(replace(RETRYING, unstable=True)).forms
    assert (first, second) == ("RETRY 3 in 4 s, 9.0 s old, unstable", "UNSTABLE, 9.0 s old")
    assert third == "RETRY 3 in 4 s, 9.0 s old"
    assert "UNSTABLE" in said(replace(VIEW, status=live), 40)[0]
    parked = FeedStatus(ConnectionState.PARKED, reason="451", unstable=True)
    assert freshness(parked).forms == ("STOPPED",)


def test_a_header_with_room_says_why_it_retries_and_what_to_do() -> None:
    reason = "The connection broke off; it dials again."
    view = replace(VIEW, status=replace(RETRYING, reason=reason))
    assert said(view, 140)[0].endswith(f"RETRY 3 in 4 s, 9.0 s old: {reason}")
    assert said(view, 90, 2)[0].endswith(reason)
    assert said(view, 68) == said(replace(VIEW, status=RETRYING), 68)
