"""Connection panel and status bar: the rows they make from the facts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from tests.feeds import subscription
from tui.chart.picture import Row
from tui.feed.status import ConnectionState, ConnectionStatus, FeedStatus
from tui.keys import KEYS, remapped
from tui.widgets.connection_panel import fitting, rows
from tui.widgets.sentences import longest
from tui.widgets.status_bar import health, trouble, welcome

LIVE = ConnectionStatus(
    id=1, exchange="binance", subscriptions=(subscription("BTCUSDT", "1m"),),
    state=ConnectionState.LIVE, attempt=0, retry_in=None, reason="", close_code=None,
    close_reason="", round_trip=0.0312, messages_rate=12.34, bytes_rate=4310.0, data_age=0.3,
    uptime=3723.0, reconnects=1, gaps_found=3, gaps_repaired=2,
)  # fmt: skip
RETRYING = replace(
    LIVE, id=2, state=ConnectionState.BACKOFF, attempt=4, retry_in=7.6, close_code=1006,
    close_reason="[bold]gone[/]", uptime=None, round_trip=None,
)  # fmt: skip


def plain(row: Row) -> str:
    return "".join(text for text, _ in row)


def test_a_wide_panel_shows_every_fact_of_a_connection() -> None:
    title, retrying, live = map(plain, rows([LIVE, RETRYING], 140, 10))
    for word in ("exchange", "symbols", "state", "try", "next", "data", "ping", "msg/s", "B/s",
                 "up", "again", "gaps", "last close"):  # fmt: skip
        assert word in title
    for fact in ("binance", "BTCUSDT@1m", "live", "31 ms", "12.3", "4.31K", "1 h", "2/3"):
        assert fact in live
    for fact in ("backoff", "    4 ", "8 s", "1006 [bold]gone[/]", "–"):
        assert fact in retrying


@pytest.mark.parametrize(
    ("seconds", "shown"), [(7.6, "8 s"), (119.0, "119 s"), (829.0, "14 min"), (7_300.0, "3 h")]
)
def test_the_wait_until_the_next_dial_is_never_cut(seconds: float, shown: str) -> None:
    title, row, _ = map(plain, rows([replace(RETRYING, retry_in=seconds)], 118, 10))
    assert row[: title.index("next") + len("next")].endswith(f" {shown}")


@pytest.mark.parametrize("name", ["币安人生USDT", "\U0001f4a5" * 16, "[@click=app.quit]", "[/"])
@pytest.mark.parametrize("width", [38, 78, 118, 200])
def test_s2_s3_a_row_is_as_wide_as_its_title_in_cells_whatever_is_in_it(
    name: str, width: int
) -> None:
    odd = replace(RETRYING, subscriptions=(subscription(name, "1m"),), close_reason=name * 9)
    title, row, *more = map(plain, rows([odd], width, 10))
    assert cell_len(row) == cell_len(title) <= width
    assert all(cell_len(line) <= width for line in more)
    assert name[:4] in row


@pytest.mark.parametrize("width", [10, 38, 60, 78, 118, 200])
def test_rows_never_exceed_the_width_and_keep_the_state(width: int) -> None:
    for row in rows([LIVE, RETRYING], width, 10):
        assert len(plain(row)) <= max(width, 11)
    assert "state" in [column.title for column in fitting(width)]


@pytest.mark.parametrize(
    ("code", "reason", "shown"),
    [(503, "The exchange has a fault of its own", "503 The exchange…"),
     (None, "The connection broke off", "The connection b…"),
     (1008, "", "1008"), (None, "", "–")],
)  # fmt: skip
def test_the_last_close_is_there_from_a_hundred_and_twenty_columns_on(
    code: int | None, reason: str, shown: str
) -> None:
    broken = replace(LIVE, close_code=code, close_reason=reason)
    title, row = map(plain, rows([broken], 118, 10))
    assert row[title.index("last close") :].rstrip() == shown
    for word in ("try", "next", "data", "ping", "msg/s", "B/s", "up", "again", "gaps"):
        assert word in title


def test_connections_in_trouble_stand_first_and_the_rest_is_counted() -> None:
    many = [replace(LIVE, id=i) for i in range(10)] + [replace(RETRYING, id=99)]
    table = [plain(row) for row in rows(many, 118, 5)]
    assert len(table) == 5
    assert "backoff" in table[1]
    assert table[4] == "… 8 more, 8 of them live"


def test_b3_a_link_that_comes_and_goes_is_called_unstable() -> None:
    flapping = replace(LIVE, unstable=True)
    assert "unstable" in plain(rows([flapping], 60, 10)[1])
    assert "unstable" in plain(rows([replace(RETRYING, unstable=True)], 60, 10)[1])
    stopped = replace(flapping, state=ConnectionState.PARKED)
    assert "parked" in plain(rows([stopped], 60, 10)[1])
    assert "unstable" in plain(health([flapping], frozen=False))


def test_health_counts_symbols_in_words() -> None:
    connections = [LIVE, replace(LIVE, id=3), RETRYING]
    assert plain(health(connections, frozen=False)) == "2 live · 1 retrying"
    assert plain(health(connections, frozen=True)) == "FROZEN · 2 live · 1 retrying"
    assert plain(health([], frozen=False)) == "no symbols"


def test_a_demo_says_so_first_and_in_the_colour_of_a_warning() -> None:
    assert plain(health([LIVE], frozen=True, demo=True)) == "DEMO · FROZEN · 1 live"
    assert health([LIVE], frozen=False, demo=True)[0] == ("DEMO", "late")
    assert plain(health([], frozen=False, demo=True)) == "DEMO · no symbols"


def test_the_reason_of_a_failure_is_said_with_its_symbol_and_what_to_do() -> None:
    watched, reason = subscription("ETHUSDT", "1m"), "Not available in your region."
    waiting = FeedStatus(ConnectionState.BACKOFF, 3, 4.0, reason)
    assert trouble(watched, waiting)[0] == f"ETHUSDT: {reason}"
    parked = trouble(watched, replace(waiting, state=ConnectionState.PARKED))
    assert all(form.endswith(". r tries") for form in parked)
    unknown = FeedStatus(ConnectionState.LIVE, rejected="ETHUSDT is not a symbol on Binance.")
    assert trouble(watched, unknown)[0] == "ETHUSDT: ETHUSDT is not a symbol on Binance."
    assert trouble(watched, replace(waiting, state=ConnectionState.LIVE)) == ()
    assert trouble(watched, replace(waiting, reason="")) == ()


def test_a_reason_gives_up_its_advice_and_its_symbol_before_it_is_cut() -> None:
    reason = "The name stream.binance.com could not be looked up; check the network."
    forms = trouble(
        subscription("ETHUSDT", "1m"), FeedStatus(ConnectionState.BACKOFF, 3, 4, reason)
    )
    happened = "The name stream.binance.com could not be looked up."
    assert longest(forms, 80) == f"ETHUSDT: {reason}"
    assert longest(forms, 60) == f"ETHUSDT: {happened}"
    assert longest(forms, 55) == happened
    assert longest(forms, 20) == "The name stream.bin…"


@pytest.mark.parametrize(
    ("width", "says"),
    [(10, "? explains"), (19, "a adds, ? explains"), (30, "a adds a symbol, ? explains"),
     (60, "Each pane is a symbol. a adds one, ? explains"),
     (90, "Each pane is a symbol and how fresh its price is. a adds one, ? explains")],
)  # fmt: skip
def test_a_first_start_is_explained_in_the_words_that_fit(width: int, says: str) -> None:
    assert longest(welcome(KEYS), width) == says


def test_a_first_start_names_the_keys_that_the_config_gave() -> None:
    table, _ = remapped({"help": "f1", "add": "ctrl+n"})
    assert longest(welcome(table), 30) == "ctrl+n adds, f1 explains"


def test_what_is_wrong_has_a_row_of_its_own_where_its_column_cuts_it() -> None:
    reason = (
        "The name stream.binance.com could not be looked up; check the network, it keeps trying."
    )
    down = replace(RETRYING, close_code=None, close_reason="", reason=reason)
    table = [plain(row) for row in rows([LIVE, down], 78, 10)]
    assert len(table) == 4
    assert table[2] == "  The name stream.binance.com could not be looked up."
    assert table[3].startswith("binance")
    assert plain(rows([LIVE, down], 118, 10)[2]) == f"  {reason}"


def test_rows_of_connections_go_before_what_is_wrong_with_them() -> None:
    down = [replace(RETRYING, id=i, close_reason=f"The connection broke off {i}") for i in range(4)]
    assert sum("backoff" in plain(row) for row in rows(down, 78, 5)) == 4
    table = [plain(row) for row in rows(down, 78, 7)]
    assert len(table) == 7
    assert [row for row in table if row.startswith("  ")] == [
        "  1006 The connection broke off 0",
        "  1006 The connection broke off 1",
    ]


def test_what_is_wrong_with_several_is_said_once() -> None:
    down = [replace(RETRYING, id=i, close_reason="The connection broke off") for i in range(4)]
    assert len(rows(down, 78, 20)) == 1 + 4 + 1


def test_no_row_is_spent_on_what_stands_in_its_column_or_is_over() -> None:
    assert len(rows([replace(RETRYING, close_reason="gone")], 140, 10)) == 2
    assert len(rows([replace(LIVE, close_reason="The connection broke off" * 3)], 78, 10)) == 2
