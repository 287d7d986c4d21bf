"""What the simulated Kraken writes, beside what Kraken wrote: names, numbers, frames."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tui.market.interval import HOUR, MINUTE, Interval
from tui.simulator.bar import Bar
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.fills import size_digits
from tui.simulator.kraken import v1, v2
from tui.simulator.kraken.asset_pairs import asset_pairs
from tui.simulator.kraken.names import pair_of
from tui.simulator.kraken.numbers import Exact, encode, exact, iso, price, stamp, typical
from tui.simulator.kraken.past import day, last_trades, recent, trades_after
from tui.simulator.market import ORIGIN, Market

_NOON = 1_795_435_200_000
_NOW = _NOON + 33_500
_MINUTES = Interval.parse("1m")
_BTC = Market(7, CATALOGUE["BTCUSD"])
_THIN = Market(7, CATALOGUE["DOTBTC"])
_RECORDED = Path(__file__).parents[2] / "shared" / "captures"
recorded = pytest.mark.skipif(not _RECORDED.exists(), reason="the recordings are not here")


def _raw(path: str) -> list[Any]:
    """The decoded frames of a recording."""
    lines = (_RECORDED / path).read_text("utf-8").splitlines()
    return [json.loads(line["raw"]) for line in map(json.loads, lines) if "raw" in line]


def _shape(value: object) -> object:
    """What kinds of values stand where; digits are as good as others."""
    match value:
        case dict():
            return [(key, _shape(item)) for key, item in value.items()]
        case list():
            return [_shape(item) for item in value[:9]]
        case str():
            return re.sub(r"[0-9]+", "0", value) if re.match(r"[0-9]", value) else "text"
        case _:
            return type(value)


@recorded
def test_pairs_have_the_names_that_kraken_gave_them() -> None:
    real = _raw("kraken_rest/rest_AssetPairs_2021-04-17.jsonl")[0]["result"]
    ours = asset_pairs(CATALOGUE.values(), modern=False)
    named = {row["wsname"]: (key, row) for key, row in real.items() if "wsname" in row}
    both = {row["wsname"]: (key, row) for key, row in ours.items() if row.get("wsname") in named}
    assert len(both) > 100
    for wsname, (key, row) in both.items():
        real_key, real_row = named[wsname]
        assert key == real_key
        for field in ("altname", "base", "quote", "aclass_base", "lot_decimals"):
            assert row[field] == real_row[field], wsname


@recorded
def test_v2_frames_are_shaped_like_the_recorded_ones() -> None:
    frames = _raw("kraken_v2/ws_frames_2026-09-10_btcusdt_ohlc.jsonl")
    by_channel = {(f.get("channel"), f.get("type")): f for f in frames if "channel" in f}
    candles = recent(_BTC, _MINUTES, 9, _NOW)
    trades = list(last_trades(_BTC, 2, _NOW))
    ours = {
        ("status", "update"): v2.status(3),
        ("ohlc", "snapshot"): v2.candles("snapshot", _BTC, 1, candles, _NOW),
        ("ohlc", "update"): v2.candles("update", _BTC, 1, candles[-1:], _NOW),
        ("trade", "update"): v2.trades("update", _BTC, trades),
        ("heartbeat", None): v2.HEARTBEAT,
    }
    for key, text in ours.items():
        assert _shape(json.loads(text)) == _shape(by_channel[key]), key


@recorded
@pytest.mark.parametrize("channel", ["ohlc-1", "trade", "ticker"])
def test_v1_arrays_are_shaped_like_the_recorded_ones(channel: str) -> None:
    files = {
        "ohlc-1": "kraken_v1/ws_frames_ohlc-1_xbtusd.jsonl",
        "trade": "kraken_v1/ws_2021-04-17_10-pairs_trade.jsonl",
        "ticker": "kraken_v1/ws_2021-04-17_10-pairs_ticker.jsonl",
    }
    theirs = next(f for f in _raw(files[channel]) if isinstance(f, list) and f[-2] == channel)
    ours = {
        "ohlc-1": lambda: v1.candle(_BTC, 1, *recent(_BTC, _MINUTES, 1, _NOW)[0]),
        "trade": lambda: v1.trades(_BTC, last_trades(_BTC, 1, _NOW)),
        "ticker": lambda: v1.ticker(_BTC, _NOW),
    }
    assert _shape(json.loads(ours[channel]())) == _shape(theirs)


def test_the_digits_of_a_number_are_all_there() -> None:
    assert encode({"a": exact(40_000, 8, 8), "b": [Exact("77400.0")]}) == (
        '{"a":0.00040000,"b":[77400.0]}'
    )
    assert exact(-5, 2, 2) == "-0.05"
    assert price(CATALOGUE["BTCUSD"], 3_708_020, 5) == "37080.20000"
    assert (iso(1_789_000_000_000_001), iso(1_789_000_000_000_001, 9)) == (
        "2026-09-10T00:26:40.000001Z",
        "2026-09-10T00:26:40.000001000Z",
    )


def test_eight_decimals_say_the_size_of_every_trade() -> None:
    assert max(size_digits(listing) for listing in CATALOGUE.values()) <= 8


@pytest.mark.parametrize("market", [_BTC, _THIN], ids=lambda market: str(market.listing.name))
def test_every_trade_has_a_number_and_a_time_of_its_own(market: Market) -> None:
    trades = list(last_trades(market, 500, _NOW))
    stamps = [stamp(market, trade) for trade in trades]
    assert len(trades) == 500
    for before, after in pairwise(zip(trades, stamps, strict=True)):
        assert after[0].id == before[0].id + 1
        assert before[1] < after[1]
    assert all(s // 1000 == trade.print.time for s, trade in zip(stamps, trades, strict=True))
    for index in (0, 1, 250):
        assert next(trades_after(market, stamps[index], _NOW)) == trades[index + 1]
        assert next(trades_after(market, stamps[index] - 1, _NOW)) == trades[index]
    assert list(trades_after(market, stamps[-1], _NOW)) == []


def test_the_first_trade_of_all_can_be_asked_for() -> None:
    assert next(trades_after(_BTC, 0, _NOW)).id == 0
    assert len(list(last_trades(_THIN, 50, ORIGIN * 1000 + HOUR))) < 50


def test_recent_candles_end_with_the_newest_trade_however_old_and_have_no_empty_ones() -> None:
    for minute in range(60):
        now = _NOON + minute * MINUTE
        rows = recent(_THIN, _MINUTES, 12, now)
        newest = next(last_trades(_THIN, 1, now))
        assert rows[-1][0] == newest.print.time // MINUTE * MINUTE
        assert all(bar.prints for _, bar in rows)
        assert [at for at, _ in rows] == sorted(at for at, _ in rows)
        assert rows[0][0] > rows[-1][0] - 12 * MINUTE


def test_the_day_is_24_hours_up_to_the_last_trade() -> None:
    bar = day(_BTC, _NOW)
    newest = next(last_trades(_BTC, 1, _NOW))
    assert (bar.close, bar.last_trade) == (newest.print.price, newest.id)
    assert next(_BTC.prints_from(bar.first, _NOW)).time >= _NOW - 24 * HOUR


def test_the_weighted_price_lies_in_the_candle_and_is_that_of_a_single_trade() -> None:
    bars = [bar for _, bar in recent(_THIN, _MINUTES, 600, _NOW)]
    assert any(bar.prints == 1 for bar in bars)
    for bar in bars:
        assert bar.low <= typical(bar) <= bar.high


def _ticker_of(bar: Bar) -> float:
    return round(100 * (bar.close - bar.open) / bar.open, 2)


def test_a_change_is_in_percent() -> None:
    row = json.loads(v2.ticker("update", _BTC, _NOW))["data"][0]
    assert row["change_pct"] == pytest.approx(_ticker_of(day(_BTC, _NOW)), abs=0.011)
    assert row["bid"] < row["last"] < row["ask"]
    assert row["low"] <= row["last"] <= row["high"]


def test_connection_ids_are_greater_than_signed_64_bits_hold() -> None:
    assert json.loads(v2.status(1))["data"][0]["connection_id"] > 2**63
    assert json.loads(v1.system_status(1))["connectionID"] > 2**63


def test_dark_pools_have_no_name_on_the_websocket() -> None:
    table = asset_pairs([CATALOGUE["BTCUSD"], CATALOGUE["XMRUSDT"]], modern=False)
    assert list(table) == ["XXBTZUSD", "XXBTZUSD.d", "XMRUSDT"]
    assert "wsname" not in table["XXBTZUSD.d"]
    assert [row["status"] for row in table.values()] == ["online", "online", "cancel_only"]
    modern = asset_pairs([CATALOGUE["BTCUSD"]], modern=True)
    assert modern["BTC/USD"]["wsname"] == "XBT/USD"


def test_old_names_are_on_both_sides_of_a_pair() -> None:
    pair = pair_of(CATALOGUE["ETHBTC"])
    assert (pair.name, pair.wsname, pair.altname, pair.key) == (
        "ETH/BTC",
        "ETH/XBT",
        "ETHXBT",
        "XETHXXBT",
    )
