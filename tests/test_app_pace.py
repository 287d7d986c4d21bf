"""The frame rate under a slow terminal, notices of outages, and the search, without a screen."""

from __future__ import annotations

import pytest

from tests.feeds import subscription
from tui.feed.status import GapOpened, GapRepaired
from tui.market.symbol import Symbol, SymbolInfo
from tui.screens.outages import Outages
from tui.screens.pace import Pace
from tui.screens.search import Typed, matches

BTC, ETH = subscription("BTCUSDT"), subscription("ETHUSDT")


def test_late_frames_slow_down_to_one_a_second_and_punctual_ones_come_back() -> None:
    pace = Pace(10)
    for _ in range(8):
        pace.woke(pace.delay * 2)
    assert pace.delay == 1.0
    for _ in range(30):
        pace.woke(pace.delay)
    assert pace.delay == pytest.approx(0.1)


def test_small_lags_do_not_change_the_rate() -> None:
    pace = Pace(10)
    pace.woke(0.12)
    assert pace.delay == pytest.approx(0.1)


def test_out_of_focus_it_is_a_frame_a_second_and_in_focus_what_it_was() -> None:
    pace = Pace(10)
    pace.focused = False
    assert pace.delay == 1.0
    pace.woke(1.1)
    pace.focused = True
    assert pace.delay == pytest.approx(0.1)


def test_the_gaps_of_one_outage_make_one_notice_when_all_are_repaired() -> None:
    outages = Outages()
    for gap in (GapOpened(BTC, 0), GapOpened(ETH, 0), GapRepaired(BTC, 0, 9, 40)):
        outages.add(gap, 1.0)
    assert outages.notice(1.5, (BTC, ETH)) is None
    outages.add(GapRepaired(ETH, 0, 9, 5), 2.0)
    assert outages.notice(2.0, (BTC, ETH)) == "2 gaps repaired, 45 candles filled"
    assert outages.notice(2.1, (BTC, ETH)) is None


def test_one_gap_that_stays_open_does_not_hold_the_notice_back_for_ever() -> None:
    outages = Outages()
    for gap in (GapOpened(BTC, 0), GapOpened(ETH, 0), GapRepaired(BTC, 0, 9, 1)):
        outages.add(gap, 1.0)
    assert outages.notice(12.0, (BTC, ETH)) == "1 gap repaired, 1 candle filled"


def test_b3_a_flapping_link_gives_a_notice_at_once_and_one_when_it_is_stable_again() -> None:
    outages, said = Outages(), []
    for second in range(0, 4_000, 4):
        if second < 3_600:
            outages.add(GapOpened(BTC, 0), second)
            outages.add(GapRepaired(BTC, 0, 9, 3), second + 1)
        said.append(outages.notice(second + 1, (BTC, ETH)))
    told = [(at * 4, notice) for at, notice in enumerate(said) if notice]
    assert told == [
        (0, "1 gap repaired, 3 candles filled"),
        (3_896, "Stable again: 900 gaps repaired, 2,700 candles filled"),
    ]


def test_what_is_not_watched_any_more_does_not_hold_the_last_notice_back() -> None:
    outages = Outages()
    for gap in (GapOpened(BTC, 0), GapRepaired(BTC, 0, 9, 1), GapOpened(ETH, 0)):
        outages.add(gap, 1.0)
    outages.notice(12.0, (BTC, ETH))
    outages.add(GapRepaired(BTC, 0, 9, 1), 13.0)
    assert outages.notice(400.0, (BTC, ETH)) is None
    assert outages.notice(400.0, (BTC,)) == "Stable again: 2 gaps repaired, 2 candles filled"


def test_a_gap_in_which_nothing_was_missing_is_not_worth_a_notice() -> None:
    outages = Outages()
    outages.add(GapOpened(BTC, 0), 0.0)
    outages.add(GapRepaired(BTC, 0, 9, 0), 1.0)
    assert outages.notice(1.0, (BTC, ETH)) is None


def info(base: str, quote: str, trading: bool = True) -> SymbolInfo:
    return SymbolInfo(Symbol("binance", base + quote), base, quote, 2, 2, trading)


MARKET = [
    info("ETH", "BTC"), info("BTC", "EUR"), info("BTC", "USDT"), info("ETH", "USDT"),
    info("SOL", "USDT"), info("BTCST", "USDT", trading=False), info("WBTC", "USDT"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("btc", ["BTCUSDT", "BTCEUR", "BTCSTUSDT", "WBTCUSDT", "ETHBTC"]),
        ("ETHBTC", ["ETHBTC"]),
        ("slu", ["SOLUSDT"]),
        ("xyz", []),
    ],
)
def test_search_has_the_likeliest_first(query: str, names: list[str]) -> None:
    assert [found.symbol.name for found in matches(query, MARKET, "binance")] == names


def test_what_is_typed_comes_apart_into_exchange_name_and_interval() -> None:
    assert Typed.parse("Kraken:XBT/USD@5m") == Typed("kraken", "XBT/USD", "5m")
    assert Typed.parse("btc") == Typed("", "btc", "")
