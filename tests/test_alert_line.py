"""What can be typed as an alert, how it is written again, and how a wrong line is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alert_views import BTC, OTHER, named, rule
from tui.alerts.line import FORMS, parse
from tui.alerts.rule import Change, Price, Rsi, Rule, Spread, Stale, Volume, plain, span
from tui.errors import UsageError

RULES: list[tuple[str, Rule]] = [
    ("BTCUSDT > 65000", Price(BTC, True, 65000)),
    ("BTCUSDT>=65000", Price(BTC, True, 65000)),
    ("BTCUSDT < 0.00001234 back 0.5 %", Price(BTC, False, 0.00001234, 0.005)),
    ("BTCUSDT -2% 5m", Change(BTC, 0.02, -1, 300_000)),
    ("BTCUSDT +2 % 90s", Change(BTC, 0.02, 1, 90_000)),
    ("BTCUSDT 0.5% 1h", Change(BTC, 0.005, 0, 3_600_000)),
    ("BTCUSDT VOLUME 3x", Volume(BTC, 3)),
    ("BTCUSDT volume 2.5 of 50", Volume(BTC, 2.5, 50)),
    ("BTCUSDT rsi > 70", Rsi(BTC, True, 70)),
    ("BTCUSDT RSI<30", Rsi(BTC, False, 30)),
    ("binance:BTCUSDT coinbase:BTC-USD spread > 0.5%", Spread(BTC, OTHER, 0.005)),
    ("BTCUSDT stale 30s", Stale(BTC, 30)),
]


@pytest.mark.parametrize(("line", "expected"), RULES, ids=[line for line, _ in RULES])
def test_a_line_is_read_and_written_so_that_it_is_read_again(line: str, expected: Rule) -> None:
    assert rule(line) == expected
    assert rule(str(expected)) == expected


@pytest.mark.parametrize("line", FORMS)
def test_every_form_that_is_offered_can_be_typed(line: str) -> None:
    assert rule(line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "is no alert"),
        ("BTCUSDT", "Write one such as BTCUSDT > 65000"),
        ("BTCUSDT > abc", "'abc' is not a price"),
        ("BTCUSDT > 65,000", "'65,000' is not a price"),
        ("BTCUSDT > nan", "not a price"),
        ("BTCUSDT > 0", "above 0"),
        ("BTCUSDT rsi > 170", "at most 100"),
        ("BTCUSDT -2% 5y", "'5y' is no span"),
        ("BTCUSDT volume 3x of 1", "no count of candles"),
        ("BTCUSDT BTCUSDT spread > 1%", "between two symbols"),
        ("BTCUSDT OTHER spread > 1", "no percentage"),
        ("\x1b]0;x\x07" * 90, "is no alert"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(line: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        rule(line)
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


def test_what_the_symbol_should_be_is_asked_with_how_far_back_it_must_reach() -> None:
    asked: list[tuple[str, int]] = []

    def find(word: str, window: int) -> object:
        asked.append((word, window))
        return named(word, window)

    parse("EthUsdt -1% 2h", find)  # type: ignore[arg-type]  # it is one
    assert asked == [("EthUsdt", 7_200_000)]


@given(st.floats(1e-15, 1e15))
def test_a_number_is_written_so_that_it_is_the_same_number(number: float) -> None:
    assert float(plain(number)) == number
    assert "e" not in plain(number)


@given(st.text(max_size=300))
def test_any_text_is_an_alert_or_is_told_why_not(line: str) -> None:
    try:
        found = rule(line)
    except (UsageError, ValueError):
        return
    assert rule(str(found)) == found


def test_spans_are_written_in_the_largest_unit_that_fits() -> None:
    assert [span(ms) for ms in (90_000, 300_000, 86_400_000)] == ["90s", "5m", "1d"]
