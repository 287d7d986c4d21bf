"""A layout as text: what is written is read back, and what is none gives one sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config import Config
from tui.errors import UsageError
from tui.layout_text import MOST_PANES, Layout, is_meant, parse, write
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.tab import Tab
from tui.targets import asked_for, subscriptions
from tui.text import clean

names = st.text(min_size=1, max_size=12).map(clean).filter(bool) | st.text("|/@: ", max_size=6).map(
    lambda text: f"A{text}B"
).map(clean)
panes = st.builds(
    Subscription,
    st.builds(Symbol, st.sampled_from(["binance", "kraken"]), names),
    st.builds(Interval, st.integers(1, 9999), st.sampled_from("smhdwM")),
)


@given(st.lists(panes, min_size=1, max_size=9), st.integers(0, 64))
def test_what_is_written_is_read_back(shown: list[Subscription], columns: int) -> None:
    assert parse(write(shown, columns)) == Layout(tuple(map(str, shown)), columns)


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("BTCUSDT", Layout(("BTCUSDT",))),
        ("binance:BTCUSDT@5m | kraken:BTC/USD@1m",
         Layout(("binance:BTCUSDT@5m", "kraken:BTC/USD@1m"))),
        ("3 columns: A|B|C", Layout(("A", "B", "C"), 3)),
        ("  1 column :\nkraken:BTC/USD |\n\tETHUSDT ", Layout(("kraken:BTC/USD", "ETHUSDT"), 1)),
        ("desk:A||B@1m | C", Layout(("desk:A|B@1m", "C"))),
        ("A\x1b[31m | B\u202e", Layout(("A", "B"))),
    ],
)  # fmt: skip
def test_a_layout_is_read_as_people_write_it(text: str, layout: Layout) -> None:
    assert parse(text) == layout


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "A layout names a symbol on both sides of each bar."),
        ("A | ", "A layout names a symbol on both sides of each bar."),
        ("A |  | B", "A layout names a symbol on both sides of each bar."),
        ("0 columns: A | B", "A layout has 1 to 64 columns, not 0."),
        ("999 columns: A", "A layout has 1 to 64 columns, not 999."),
        (" | ".join("A" * (MOST_PANES + 1)), "A layout has at most 100 panes, not 101."),
        ("A" * 10_001, "A layout has at most 10000 characters."),
    ],
)
def test_what_is_no_layout_is_told_in_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert raised.value.message == sentence


@given(st.text(max_size=200) | st.text("|: 0123456789column\x1b[]\n", max_size=200))
def test_any_text_is_a_layout_of_clean_names_or_one_sentence(text: str) -> None:
    try:
        layout = parse(text)
    except UsageError as error:
        assert str(error).isprintable()
    else:
        assert layout.panes and all(clean(pane) == pane != "" for pane in layout.panes)


@pytest.mark.parametrize("text", ["A | B", "2 columns: A", "1 column: x"])
def test_a_bar_or_columns_before_it_mean_a_layout(text: str) -> None:
    assert is_meant(text)


@pytest.mark.parametrize("text", ["", "BTCUSDT", "columns", "Columns: 2", "desk:A||B", "2 columns"])
def test_other_words_mean_none(text: str) -> None:
    assert not is_meant(text)


def test_the_command_line_takes_a_layout_or_symbols_or_both() -> None:
    config = Config()
    layout = "2 columns: binance:BTCUSDT@5m | kraken:BTC/USD@1m"
    wanted = subscriptions(["binance:BTCUSDT@5m", "kraken:BTC/USD@1m"], None, config)
    assert asked_for([layout], None, config) == Tab(tuple(wanted), columns=2)
    assert subscriptions([layout, "BTCUSDT@5m"], None, config) == wanted
    assert asked_for(["BTCUSDT", "ETHUSDT"], None, config).columns == 0
    assert asked_for([], None, config) == Tab()
    with pytest.raises(UsageError, match="Unknown exchange 'mars'"):
        asked_for(["BTCUSDT | mars:X"], None, config)
