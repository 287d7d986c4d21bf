"""The simulated market: pure, exact at every level, and lifelike."""

from __future__ import annotations

from itertools import pairwise
from math import log
from statistics import correlation, fmean, pstdev

import pytest

from tui.market.interval import Interval
from tui.simulator.bar import Bar, joined, trades_before
from tui.simulator.binance.words import INTERVALS
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.market import LEVELS, ORIGIN, Market

_NOON = 1_795_435_200  # 2026-11-23T12:00:00Z, a Monday, in seconds
_NAMES = ("BTCUSDT", "KSMUSDT", "DOTBTC", "PEPEUSDT", "USDCUSDT")


def _market(name: str = "BTCUSDT", seed: int = 7) -> Market:
    return Market(seed, CATALOGUE[name])


def _history(market: Market, interval: str, count: int) -> list[Bar]:
    step = Interval.parse(interval)
    end = step.floor(_NOON * 1000)
    return [market.candle(step, step.after(end, i - count)) for i in range(count)]


def _same(a: Bar, b: Bar) -> bool:
    return a._replace(variance=0) == b._replace(variance=0)


@pytest.mark.parametrize("name", _NAMES)
def test_two_markets_of_one_seed_agree_whatever_was_asked_first(name: str) -> None:
    one, other = _market(name), _market(name)
    minutes = _history(one, "1m", 90)
    other.bar(ORIGIN, _NOON)
    assert list(
        reversed([other.bar(_NOON - 60 * i, _NOON - 60 * i + 60) for i in range(1, 91)])
    ) == (minutes)
    span = ((_NOON - 60) * 1000, _NOON * 1000)
    assert list(one.prints(*span)) == list(other.prints(*span))


def test_seeds_and_symbols_have_markets_of_their_own() -> None:
    bars = [_history(m, "1m", 5) for m in (_market(), _market(seed=8), _market("BTCUSDC"))]
    assert bars[0] != bars[1]
    assert bars[0] != bars[2]


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize(
    ("whole", "part"), [("1m", "1s"), ("1d", "1h"), ("1M", "1d"), ("1w", "8h")]
)
def test_a_candle_is_the_sum_of_the_candles_inside_it(name: str, whole: str, part: str) -> None:
    market, outer, inner = _market(name), Interval.parse(whole), Interval.parse(part)
    for steps in range(-5, 0):
        start = outer.after(outer.floor(_NOON * 1000), steps)
        end = outer.after(start)
        opens = range(start, end, inner.milliseconds)
        parts = [market.candle(inner, time) for time in opens]
        assert _same(joined(parts), market.candle(outer, start))
        assert sum(bar.trades for bar in parts) == market.candle(outer, start).trades


@pytest.mark.parametrize("name", list(CATALOGUE)[::5])
def test_every_split_adds_up_and_chains(name: str) -> None:
    market = _market(name)
    for level, inner in pairwise(LEVELS):
        start = (_NOON - ORIGIN) // level.seconds * level.seconds + ORIGIN
        whole = market.bar(start, start + level.seconds)
        parts = [
            market.bar(t, t + inner.seconds)
            for t in range(start, start + level.seconds, inner.seconds)
        ]
        assert _same(joined(parts), whole)
        first, price = whole.first, whole.before
        for bar in parts:
            assert (bar.first, bar.before) == (first, price)
            assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
            assert bar.lots >= bar.prints
            first, price = first + bar.prints, bar.close


@pytest.mark.parametrize("name", _NAMES)
def test_the_prints_of_a_stretch_make_its_bar(name: str) -> None:
    market = _market(name)
    bar = market.bar(_NOON - 600, _NOON)
    prints = list(market.prints((_NOON - 600) * 1000 - 1, _NOON * 1000 - 1))
    prices = [trade.price for trade in prints]
    assert [trade.id for trade in prints] == list(range(bar.first, bar.first + bar.prints))
    assert sum(trade.lots for trade in prints) == bar.lots
    if prints:
        assert (prices[0], max(prices), min(prices), prices[-1]) == bar[4:8]
        assert prints == sorted(prints, key=lambda trade: trade.time)


def test_trade_ids_run_on_from_print_to_print() -> None:
    prints = list(_market().prints((_NOON - 60) * 1000, _NOON * 1000))
    assert len(prints) > 50
    for before, after in pairwise(prints):
        assert after.id == before.id + 1
        assert after.first_trade == before.last_trade + 1
        assert after.last_trade >= after.first_trade


def test_a_forming_candle_holds_the_prints_up_to_now() -> None:
    market, hour = _market(), Interval.parse("1h")
    now = _NOON * 1000 + 754_321
    forming = market.candle(hour, _NOON * 1000, now)
    prints = list(market.prints(_NOON * 1000 - 1, now))
    assert forming.prints == len(prints) > 0
    assert forming.lots == sum(trade.lots for trade in prints)
    assert forming.close == prints[-1].price
    assert market.printed(now) == prints[-1].id + 1


def test_prints_are_found_by_their_id() -> None:
    for name in ("BTCUSDT", "XMRBTC"):
        market = _market(name)
        next_id = market.printed(_NOON * 1000)
        found = list(market.prints_from(next_id - 5, _NOON * 1000))
        assert [trade.id for trade in found] == list(range(next_id - 5, next_id))


def test_the_prints_of_a_thin_market_are_found_without_a_walk_over_all_its_seconds() -> None:
    market = Market(7, CATALOGUE["DOTBTC"])
    next_id = market.printed(_NOON * 1000)
    found = list(market.prints_from(next_id - 20, _NOON * 1000))
    assert [trade.id for trade in found] == list(range(next_id - 20, next_id))
    assert found == list(market.prints(found[0].time - 1, _NOON * 1000))
    market = Market(7, CATALOGUE["DOTBTC"])
    assert list(market.prints_from(next_id - 20, _NOON * 1000)) == found
    assert found[-1].time - found[0].time > 1_000_000
    assert market._prints.cache_info().misses < 40


def test_a_thin_market_has_minutes_without_a_trade_at_the_price_before() -> None:
    quiet = [bar for bar in _history(_market("DOTBTC"), "1m", 200) if not bar.prints]
    assert quiet
    for bar in quiet:
        assert bar.open == bar.high == bar.low == bar.close == bar.before
        assert (bar.lots, bar.trades, bar.first_trade, bar.last_trade) == (0, 0, -1, -1)


def test_trades_before_counts_the_trades_inside_prints() -> None:
    counts = [trades_before(i + 1) - trades_before(i) for i in range(8)]
    assert counts == [1, 2, 1, 3, 1, 2, 1, 3]


@pytest.mark.parametrize(
    ("interval", "count", "seed"), [("1s", 3000, 1), ("1m", 3000, 2), ("1h", 3000, 3)]
)
def test_the_market_looks_like_one(interval: str, count: int, seed: int) -> None:
    bars = _history(_market(seed=seed), interval, count)
    returns = [log(bar.close / bar.before) for bar in bars]
    moves = [abs(value) for value in returns]
    assert all(abs(_auto(returns, lag)) < 0.1 for lag in (1, 2, 3))
    assert all(_auto(moves, lag) > 0.08 for lag in (1, 2, 3, 5))
    assert _kurtosis(returns) > 4
    assert correlation([float(bar.lots) for bar in bars], moves) > 0.3


def test_calm_and_storm_come_in_spells_of_days() -> None:
    days = _history(_market(seed=4), "1d", 2500)
    moves = [abs(log(bar.close / bar.before)) for bar in days]
    assert fmean(_auto(moves, lag) for lag in range(1, 8)) > 0.05


def test_prices_stay_near_the_catalogue_for_years() -> None:
    for name, listing in list(CATALOGUE.items())[:60]:
        prices = [bar.close for bar in _history(_market(name), "1M", 100)]
        assert min(prices) / listing.base_ticks > 0.2
        assert max(prices) / listing.base_ticks < 5


@pytest.mark.parametrize("interval", INTERVALS)
def test_500_candles_cost_hundreds_of_splits_not_a_walk_over_seconds(interval: str) -> None:
    market = _market()
    count = min(500, Interval.parse(interval).steps(ORIGIN * 1000, _NOON * 1000) - 1)
    _history(market, interval, count)
    assert market._children.cache_info().misses < 1000


def _auto(values: list[float], lag: int) -> float:
    return correlation(values[:-lag], values[lag:])


def _kurtosis(values: list[float]) -> float:
    mean, deviation = fmean(values), pstdev(values)
    return fmean(((value - mean) / deviation) ** 4 for value in values)
