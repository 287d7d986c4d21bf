"""What must be true of every event that an exchange file makes of a frame, whatever was in it."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from tui.market.candle import Candle
from tui.market.events import (
    Ack,
    CandleReport,
    Event,
    Malformed,
    Pulse,
    Refusal,
    ServerClosing,
    Ticker,
    Trade,
)
from tui.text import clean

EARLIEST = 1_230_768_000_000  # 2009: before that nothing was traded
LATEST = 4_102_444_800_000  # 2100


def assert_sane(events: Iterable[Event]) -> None:
    """Prices are those of a market, times are ms of our age, reasons are clean."""
    for event in events:
        match event:
            case CandleReport(_, _, candle):
                assert candle.flaw is None
                assert_in_our_age(candle.open_time, *([candle.as_of] if candle.as_of else []))
            case Trade(_, price, size, time, first_id, last_id):
                assert 0 < price < inf
                assert 0 <= size < inf
                assert_in_our_age(time)
                assert (first_id is None) is (last_id is None)
                assert first_id is None or last_id is None or 0 <= first_id <= last_id
            case Ticker(_, first, high, low, last, volume, time):
                assert Candle(0, first, high, low, last, volume).flaw is None
                assert_in_our_age(*([time] if time else []))
            case Pulse(_, last_id, time):
                assert last_id > 0
                assert_in_our_age(time)
            case Refusal(number, reason, name):
                assert number is None or type(number) is int
                assert reason == clean(reason)
                assert name is None or name == clean(name)
            case Malformed(reason):
                assert reason
                assert reason == clean(reason)
            case Ack(number):
                assert type(number) is int
            case ServerClosing():
                pass


def assert_in_our_age(*times: int) -> None:
    for time in times:
        assert type(time) is int
        assert EARLIEST <= time < LATEST
