"""What a live event does to the record of its series."""

from __future__ import annotations

from dataclasses import replace

from tui.feed.board import Board
from tui.feed.clock import ExchangeClock
from tui.feed.record import Record
from tui.market.candle import Candle
from tui.market.events import CandleReport, Data, Pulse, Ticker, Trade


def stamp_of(event: Data) -> int:
    """The exchange time (ms) that an event proves to have come, 0 when it does not say."""
    if not isinstance(event, CandleReport):
        return event.time
    candle = event.candle
    begun = event.interval.after(candle.open_time) if candle.closed else candle.open_time
    return candle.as_of or begun


def take(board: Board, record: Record, event: Data, clock: ExchangeClock, now: float) -> bool:
    """Apply an event of the record's symbol at monotonic `now`; False when it is not for it."""
    if isinstance(event, CandleReport):
        if record.subscription.interval != event.interval:
            return False
        _take_candle(board, record, event, clock, now)
    else:
        _take_price(board, record, event, clock, now)
    return True


def _take_candle(
    board: Board, record: Record, report: CandleReport, clock: ExchangeClock, now: float
) -> None:
    candle, stamp = report.candle, stamp_of(report)
    clock.observe(stamp, now)
    if not candle.as_of:
        candle = replace(candle, as_of=clock.now(now) or stamp)
    _heard(board, record, candle.as_of, clock, now)
    _told(board, record, now)
    _report(board, record, [candle], now)


def _take_price(
    board: Board, record: Record, event: Trade | Ticker | Pulse, clock: ExchangeClock, now: float
) -> None:
    if record.builder and _is_of_now(record, event):
        clock.observe(event.time, now)
    _heard(board, record, event.time, clock, now)
    match event:
        case Ticker():
            record.ticker = event
            if time := event.time or clock.now(now):
                record.quote(event.last, time)
        case Pulse():
            _take_pulse(board, record, event, now)
        case Trade():
            record.quote(event.price, event.time)
            if record.tape:
                record.tape.add(event)
            if record.builder:
                if record.bring(event):
                    _told(board, record, now)
                _report(board, record, record.builder.add([event]), now)
            elif record.skips(event):
                board.lapse(record)


def _is_of_now(record: Record, event: Trade | Ticker | Pulse) -> bool:
    """Whether its time is that of the exchange: the first of a stream may be of long ago."""
    return isinstance(event, Pulse) or (isinstance(event, Trade) and record.told_at is not None)


def _take_pulse(board: Board, record: Record, pulse: Pulse, now: float) -> None:
    if record.builder:
        if not record.is_owed(pulse.last_id):
            _told(board, record, now)
        candles = record.builder.reach(pulse.last_id, pulse.time)
        if record.builder.last_id == pulse.last_id:
            record.confirm_price(pulse.time)
        _report(board, record, candles, now)


def _report(board: Board, record: Record, candles: list[Candle], now: float) -> None:
    record.begin(candles)
    for candle in candles:
        record.report(candle)
        judged = record.inference.judged(candle) if record.inference else candle
        if board.note(record, judged, record.stream_origin(candle)):
            record.gaps.awake(now)


def _heard(board: Board, record: Record, stamp: int, clock: ExchangeClock, now: float) -> None:
    if stamp < record.price_time:
        record.doubt_price(clock.now(now))
    record.data_at = now
    board.mark(record)


def _told(board: Board, record: Record, now: float) -> None:
    """The stream has candles, or what they are made of: it is not dead."""
    record.told_at = now
    if record.stale or record.quiet_for:
        record.quiet_until = record.quiet_for = 0.0
        board.turn(record, stale=False)
