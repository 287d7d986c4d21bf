"""What every exchange file must fulfil, whichever there are."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence, Sized
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tui.exchange
from tests.captures import ALL_RECORDED, frames_of
from tests.declared import BINANCE, desk
from tests.sane_events import assert_sane
from tui.errors import ExchangeError, UsageError
from tui.exchange import exchange_names, load_exchange
from tui.exchange.base import Exchange
from tui.exchange.settings import ExchangeSettings
from tui.market.events import CandleReport, Data, Malformed
from tui.market.interval import DAY, Interval
from tui.market.symbol import Subscription, Symbol

NOW = 1_800_000_000_000
HOSTILE = [
    b"", b"null", b"[]", b"{}", b'"x"', b"0", b"\xff\xfe", b"[" * 200_000, b'{"data":' * 50_000,
    b"9" * 5_000, b'{"e":[]}', b'{"e":{}}', b'{"id":[]}', b'{"type":[]}', b'{"channel":[]}',
    b'{"data":{"e":[1]}}', b'{"error":[]}', b'{"result":NaN}', b"[null,null,null,null]",
]  # fmt: skip

OUR_OWN = {name: load_exchange(name) for name in exchange_names()} | {
    "kraken-v1": load_exchange("kraken", ExchangeSettings(options={"protocol": 1})),
}
# JSON feeds: one that speaks as the guide does, and one with a protocol of its own.
GUIDE = 'case = "upper"\nsymbols = ["EURUSD"]\nintervals = ["1m", "1h"]\n'
EXCHANGES = OUR_OWN | {
    "guide": desk(GUIDE),
    "declared": desk('symbols = ["BTCUSDT"]\n' + BINANCE),
}
ours = pytest.mark.parametrize("exchange", OUR_OWN.values(), ids=list(OUR_OWN))
every_exchange = pytest.mark.parametrize("exchange", EXCHANGES.values(), ids=list(EXCHANGES))
# Whose frames are in which folder of the recordings.
OF_FOLDER = {
    "binance": OUR_OWN["binance"],
    "coinbase_exchange": OUR_OWN["coinbase"],
    "kraken_v1": OUR_OWN["kraken-v1"],
    "kraken_v2": OUR_OWN["kraken"],
}
NOT_OURS = {"coinbase_advanced"}  # another exchange, for which there is no file
SESSIONS = sorted(ALL_RECORDED.glob("*/ws_*.jsonl"))
OURS = [path for path in SESSIONS if path.parent.name in OF_FOLDER]
every_capture = pytest.mark.parametrize(
    "path", OURS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)


def subscriptions(exchange: Exchange) -> list[Subscription]:
    """The exchange's first default symbol at every interval."""
    symbol = Symbol(exchange.name, exchange.default_symbols[0])
    return [Subscription(symbol, interval) for interval in exchange.intervals]


def as_set(covers: Sequence[Subscription]) -> set[Subscription]:
    assert len(set(covers)) == len(covers)
    return set(covers)


def test_an_exchange_is_found_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "paper.py").write_text("def create(name, settings): return settings.ws_url\n")
    monkeypatch.setattr(tui.exchange, "__path__", [*tui.exchange.__path__, str(tmp_path)])
    assert {"binance", "paper"} <= set(exchange_names())
    assert str(load_exchange("paper", ExchangeSettings(ws_url="ws://paper"))) == "ws://paper"
    monkeypatch.delitem(sys.modules, "tui.exchange.paper")


def test_an_unknown_exchange_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"Unknown exchange 'binanse'\. Did you mean binance"):
        load_exchange("binanse")


@pytest.mark.parametrize("name", exchange_names())
def test_an_exchange_knows_its_own_name(name: str) -> None:
    exchange = load_exchange(name)
    assert exchange.name == name
    assert exchange.title.casefold().startswith(name.casefold())


@ours
def test_its_urls_are_encrypted_and_have_no_path(exchange: Exchange) -> None:
    socket, rest = urlsplit(exchange.ws_url), urlsplit(exchange.rest_url)
    assert (socket.scheme, rest.scheme) == ("wss", "https")
    assert socket.hostname and rest.hostname
    assert (socket.path, rest.path) == ("", "")
    assert exchange.endpoint().startswith(exchange.ws_url)


@pytest.mark.parametrize("name", exchange_names())
def test_its_urls_can_be_set(name: str) -> None:
    settings = ExchangeSettings(ws_url="ws://127.0.0.1:9001", rest_url="http://127.0.0.1:9002")
    exchange = load_exchange(name, settings)
    assert exchange.endpoint().startswith("ws://127.0.0.1:9001")
    assert exchange.rest_url == "http://127.0.0.1:9002"


@every_exchange
def test_its_limits_are_numbers_to_live_by(exchange: Exchange) -> None:
    limits = exchange.limits
    assert limits.subscriptions >= 1
    assert limits.dial_burst >= 1
    assert limits.rest_weight >= 1
    assert limits.history_page >= 2
    assert 0 <= limits.command_spacing < 10
    assert 0 < limits.dial_spacing < 60
    assert 0 <= exchange.settle <= 60
    for interval in exchange.intervals:
        assert 2 <= exchange.page_size(interval) <= limits.history_page


@every_exchange
def test_its_intervals_differ_in_length_and_in_wire_value(exchange: Exchange) -> None:
    assert Interval(1, "m") in exchange.intervals
    assert len(set(exchange.intervals.values())) == len(exchange.intervals)
    assert len({i.milliseconds for i in exchange.intervals}) == len(exchange.intervals)


@every_exchange
def test_its_default_symbols_are_spelled_as_it_spells_them(exchange: Exchange) -> None:
    assert exchange.default_symbols
    for name in exchange.default_symbols:
        assert exchange.spelling(name) == exchange.spelling(name.lower()) == name


@every_exchange
def test_commands_cover_each_subscription_once_and_number_upwards(exchange: Exchange) -> None:
    wanted = subscriptions(exchange)
    for commands in (
        exchange.subscribe(wanted, (), first_id=41),
        exchange.unsubscribe(wanted, wanted, first_id=41),
    ):
        assert [command.id for command in commands] == list(range(41, 41 + len(commands)))
        assert as_set([s for c in commands for s in c.covers]) == set(wanted)
    assert exchange.subscribe((), wanted, first_id=1) == []
    assert exchange.unsubscribe((), wanted, first_id=1) == []


@every_exchange
def test_history_can_be_asked_for_at_every_interval(exchange: Exchange) -> None:
    starts = [NOW - DAY] if exchange.clock_path else [NOW - DAY, None]
    few, full = (
        [
            exchange.history_request(subscription, start, limit)
            for subscription in subscriptions(exchange)
            for start in starts
        ]
        for limit in (3, exchange.limits.history_page)
    )
    for request in (*few, *full):
        assert request and request.path.startswith("/")
        assert 0 < request.weight <= exchange.limits.rest_weight
        assert all(isinstance(value, str) for value in request.params.values())
    different = {(request.path, *request.params.items()) for request in few if request}
    assert len(different) >= len(exchange.intervals)


@ours
def test_it_has_a_list_of_its_symbols(exchange: Exchange) -> None:
    request = exchange.directory_request()
    assert request and request.path.startswith("/")


@every_exchange
@pytest.mark.parametrize("frame", HOSTILE, ids=lambda frame: repr(frame[:24]))
def test_p16_a_hostile_frame_is_read_without_an_exception(exchange: Exchange, frame: bytes) -> None:
    assert_sane(exchange.parse(frame))


@every_exchange
@given(frame=st.binary(max_size=200))
def test_parse_is_total_over_bytes(exchange: Exchange, frame: bytes) -> None:
    assert_sane(exchange.parse(frame))


@every_exchange
@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:24]))
def test_p16_a_hostile_body_is_an_error_in_words_or_nothing(
    exchange: Exchange, body: bytes
) -> None:
    subscription, name = subscriptions(exchange)[0], exchange.default_symbols[0]
    readers: list[Callable[[], Sized]] = [
        lambda: exchange.parse_history(subscription, body, NOW),
    ]
    if exchange.directory_request():
        readers.append(lambda: exchange.parse_directory(body))
    if exchange.trades_request(name, 1):
        readers.append(lambda: exchange.parse_trades(name, body))
    if exchange.book_request(name):
        readers.append(lambda: exchange.parse_book(name, body).bids)
    for read in readers:
        try:
            assert len(read()) == 0
        except ExchangeError as error:
            assert error.message.endswith(".")
            assert str(error).isprintable()


@every_exchange
@given(body=st.binary(max_size=200))
def test_a_complaint_that_is_none_is_not_one(exchange: Exchange, body: bytes) -> None:
    complaint = exchange.parse_complaint(body)
    assert complaint is None or complaint.reason


@every_exchange
@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:24]))
def test_a_hostile_body_is_no_complaint(exchange: Exchange, body: bytes) -> None:
    assert exchange.parse_complaint(body) is None


@pytest.mark.skipif(not SESSIONS, reason="no recorded frames beside the project")
def test_every_recording_is_of_an_exchange_that_is_known() -> None:
    folders = {path.parent.name for path in SESSIONS}
    assert folders <= OF_FOLDER.keys() | NOT_OURS


@every_capture
def test_every_recorded_frame_is_read(path: Path) -> None:
    exchange = OF_FOLDER[path.parent.name]
    events = [event for frame in frames_of(path) for event in exchange.parse(frame)]
    assert events
    assert_sane(events)
    assert not [event for event in events if isinstance(event, Malformed)]


@every_capture
def test_the_symbols_of_recorded_frames_are_those_that_a_person_types(path: Path) -> None:
    exchange = OF_FOLDER[path.parent.name]
    events = [event for frame in frames_of(path) for event in exchange.parse(frame)]
    names = {event.name for event in events if isinstance(event, Data)}
    assert names
    for name in names:
        assert exchange.spelling(name) == exchange.spelling(name.lower()) == name


@every_capture
def test_recorded_candles_stand_in_order_and_on_the_grid_of_an_interval_that_there_is(
    path: Path,
) -> None:
    exchange = OF_FOLDER[path.parent.name]
    for frame in frames_of(path):
        reports = [event for event in exchange.parse(frame) if isinstance(event, CandleReport)]
        times = [report.candle.open_time for report in reports]
        assert times == sorted(set(times))
        assert {report.interval for report in reports} <= exchange.intervals.keys()
        assert times == [r.interval.floor(r.candle.open_time) for r in reports]
