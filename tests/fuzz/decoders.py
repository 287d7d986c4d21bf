"""The table of every decoder: what it is fed with, and what must hold whatever it is fed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import inf, isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.declared import TEXTUAL, desk
from tests.fuzz import seeds
from tests.sane_events import assert_in_our_age, assert_sane
from tui import config, targets, theme, workspace
from tui.errors import ExchangeError, TradexError
from tui.exchange import exchange_names, load_exchange
from tui.exchange.base import Exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.faults import http_date, of_close, of_status, parse_retry_after
from tui.feed.hub import Hub
from tui.feed.status import ConnectionState, FeedStatus
from tui.market import format as written
from tui.market.events import CandleReport, Ticker, Trade
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.binance import commands
from tui.simulator.limits import Limits
from tui.text import SYMBOL_CELLS, clean, file_stem

NOW = seeds.BEGIN + 3_600_000
SKEW = 60_000
_INTERVALS = tuple(Interval.parse(text) for text in ("1s", "1m", "30m", "1M"))
_FOLDER = TemporaryDirectory(prefix="fuzz-")
_CONFIG = config.Config()
_ARRAYS = load_exchange("kraken", ExchangeSettings(options={"protocol": 1}))
_DESK = desk('intervals = ["1s", "1m"]\nsymbols = ["EURUSD"]\n')
_ROWS = desk('symbols = ["EURUSD"]\n' + TEXTUAL)
_LIVE = FeedStatus(ConnectionState.LIVE)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decoder:
    """`check` reads one input and raises when what must hold does not; `share` inputs in CI."""

    name: str
    true: Sequence[bytes]
    check: Callable[[bytes], None]
    share: int


# What an exchange sends


def _check_frames(exchange: Exchange, data: bytes) -> None:
    """One frame into a hub that knows nothing yet."""
    _feed(exchange, [data])


def _check_stream(exchange: Exchange, data: bytes) -> None:
    """A frame a line into one hub."""
    _feed(exchange, data.split(b"\n"))


def _feed(exchange: Exchange, frames: Sequence[bytes]) -> None:
    hub, watched = _hub(exchange)
    took = False
    for frame in frames:
        events = exchange.parse(frame)
        assert_sane(events)
        for event in events:
            if isinstance(event, CandleReport | Trade | Ticker):
                hub.apply(exchange.name, event, 0.0)
                took = True
    for subscription in watched if took else ():
        assert_series(hub, subscription)


def _check_history(exchange: Exchange, data: bytes) -> None:
    """A page into a series, twice: as the first load, and as a repair of what is there."""
    hub, watched = _hub(exchange)
    for subscription in watched[-2:]:
        read = partial(exchange.parse_history, subscription, data, NOW)
        candles = _or_complaint(read) or []
        assert all(a.open_time < b.open_time for a, b in pairwise(candles))
        for _ in range(2 if candles else 0):
            hub.merge(subscription, candles, 0.0)
            assert_series(hub, subscription, subscription.interval.after(NOW) + SKEW)


def _check_trades(exchange: Exchange, data: bytes) -> None:
    name = exchange.default_symbols[0]
    trades = _or_complaint(lambda: exchange.parse_trades(name, data)) or []
    assert_sane(trades)
    assert all(trade.name == name for trade in trades)


def _check_directory(exchange: Exchange, data: bytes) -> None:
    infos = _or_complaint(lambda: exchange.parse_directory(data)) or {}
    for name, info in infos.items():
        assert name == info.symbol.name == clean(name, SYMBOL_CELLS) != ""
        assert (info.base, info.quote) == (clean(info.base), clean(info.quote))
        assert 0 <= info.price_digits <= 18
        assert 0 <= info.volume_digits <= 18


def _check_complaint(exchange: Exchange, data: bytes) -> None:
    complaint = exchange.parse_complaint(data)
    assert complaint is None or complaint.reason == clean(complaint.reason, 200) != ""


def _hub(exchange: Exchange) -> tuple[Hub, list[Subscription]]:
    hub, symbol = Hub(capacity=5), Symbol(exchange.name, exchange.default_symbols[0])
    offered = [interval for interval in _INTERVALS if interval in exchange.intervals]
    watched = [Subscription(symbol, interval) for interval in offered]
    for subscription in watched:
        hub.acquire(subscription)
    return hub, watched


def assert_series(hub: Hub, subscription: Subscription, latest: float = inf) -> None:
    """Candles are sound, in order, of our age; everything that reads them can."""
    record = hub.record(subscription)
    assert record
    candles = record.series.newest(1_000)
    assert all(a.open_time < b.open_time for a, b in pairwise(candles))
    for candle in candles:
        assert candle.flaw is None
        assert candle.trades >= 0
        assert_in_our_age(candle.open_time)
        assert candle.open_time <= latest
    hub.repair_from(subscription, 1e9)
    hub.load_plan(subscription)
    view = hub.view(subscription, 10, _LIVE)
    assert all(hole.start < hole.end for hole in view.holes)
    if view.price is not None:
        assert 0 < view.price < inf
        assert float(written.price(view.price, view.price_digits)) >= 0


def _or_complaint(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except ExchangeError as error:
        assert_for_people(error)
        return None


def assert_for_people(error: TradexError) -> None:
    """One clean sentence, as long as a person reads."""
    said = str(error)
    assert said == clean(said, 2_000)
    assert error.message.endswith(".")


# Headers and close frames


def _check_retry_after(data: bytes) -> None:
    value = data.decode("latin-1")
    wait = parse_retry_after(value, NOW / 1000)
    assert wait is not None
    assert 0 <= wait <= 900
    assert all(isfinite(of_status(s, value, NOW / 1000).retry_after) for s in (429, 418, 503))


def _check_http_date(data: bytes) -> None:
    date = http_date(data.decode("latin-1"))
    if date is not None:
        assert_in_our_age(date)


def _check_close(data: bytes) -> None:
    fault = of_close(4000, data.decode("utf-8", "replace"))
    assert fault.reason == clean(fault.reason, 300)


# Files


def _check_config(data: bytes) -> None:
    path = _written("config.toml", data)
    try:
        found = config.load(path, {})
    except TradexError as error:
        assert_for_people(error)
        return
    assert isinstance(found.interval, Interval)
    assert found.theme == clean(found.theme)
    for name in found.exchange_names:
        found.open_exchange(name).endpoint()


def _check_workspace(data: bytes) -> None:
    path = _written("workspace.toml", data)
    found, notice = workspace.load(path)
    assert (found is None) is (notice is not None)
    assert notice is None or notice == clean(notice, 2_000)
    for bad in path.parent.glob("workspace.toml.bad-*"):
        bad.unlink()
    for pane in found.panes if found else ():
        _assert_target(str(pane), _or_usage(str(pane)))


def _check_pane(data: bytes) -> None:
    """A pane's text inside a sound file."""
    text = json.dumps(data.decode("utf-8", "replace"))
    _check_workspace(b'version = 1\npanes = ["binance:BTCUSDT@1m", %s]' % text.encode())


def _check_theme(data: bytes) -> None:
    path = _written("theme.toml", data)
    loaded = theme.load_themes([path.parent])
    assert len(loaded.themes) + len(loaded.failures) == 1
    for error in loaded.failures.values():
        assert_for_people(error)
    for found in loaded.themes.values():
        assert found.variables.keys() >= set(theme.MARKET_VARIABLES)
        assert all(value.isprintable() for value in found.variables.values())


def _written(name: str, data: bytes) -> Path:
    path = Path(_FOLDER.name) / Path(name).stem / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


# What people type, and what clients send


def _check_target(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    _assert_target(text, _or_usage(text))


def _or_usage(text: str) -> list[Subscription]:
    try:
        return targets.subscriptions([text], None, _CONFIG)
    except TradexError as error:
        assert_for_people(error)
        return []


def _assert_target(text: str, found: list[Subscription]) -> None:
    for subscription in found:
        assert str(subscription) == clean(str(subscription)), text
        interval = subscription.interval
        assert Interval.parse(str(interval)) == interval
        assert interval.floor(NOW) <= NOW < interval.after(interval.floor(NOW))
        exchange = load_exchange(subscription.symbol.exchange)
        sent = exchange.subscribe([subscription], (), 1)
        assert all(json.loads(command.text) for command in sent)
        assert [command.id for command in sent] == list(range(1, 1 + len(sent)))
        assert [covered for command in sent for covered in command.covers] == [subscription]


def _check_command(data: bytes) -> None:
    subscriptions, limits = commands.Subscriptions(), Limits()
    answer = commands.reply(data.decode("utf-8", "replace"), subscriptions, limits)
    assert json.loads(json.dumps(answer)) == answer
    assert len(subscriptions.streams) <= limits.streams_per_connection


def _check_text(data: bytes) -> None:
    foreign = data.decode("utf-8", "surrogateescape")
    shown = clean(foreign, 40)
    assert shown.isprintable()
    assert shown == clean(shown, 40)
    stem = file_stem(foreign)
    assert stem == Path(stem).name == file_stem(stem)
    assert 0 < len(stem.encode()) <= 200


def _of_exchange(exchange: Exchange) -> list[Decoder]:
    """Each kind's inputs are shared out among all exchanges; not all have trades over REST."""
    kinds: list[tuple[str, dict[str, tuple[bytes, ...]], Callable[..., None], int]] = [
        ("frames", seeds.FRAMES, _check_frames, 80_000),
        ("stream", seeds.STREAMS, _check_stream, 20_000),
        ("history", seeds.HISTORIES, _check_history, 20_000),
        ("trades", seeds.TRADES, _check_trades, 10_000),
        ("directory", seeds.DIRECTORIES, _check_directory, 15_000),
        ("complaint", seeds.COMPLAINTS, _check_complaint, 10_000),
    ]
    return [
        Decoder(f"{exchange.name}-{kind}", true[exchange.name], partial(check, exchange),
                -(-share // len(exchange_names())))
        for kind, true, check, share in kinds
        if kind != "trades" or exchange.name in true
    ]  # fmt: skip


DECODERS = [
    *(one for name in exchange_names() for one in _of_exchange(load_exchange(name))),
    Decoder("kraken-v1-frames", seeds.ARRAYS, partial(_check_frames, _ARRAYS), 20_000),
    Decoder("kraken-v1-stream", seeds.ARRAY_STREAMS, partial(_check_stream, _ARRAYS), 5_000),
    Decoder("jsonfeed-frames", seeds.PLAIN, partial(_check_frames, _DESK), 20_000),
    Decoder("jsonfeed-stream", seeds.PLAIN_STREAMS, partial(_check_stream, _DESK), 2_000),
    Decoder("jsonfeed-rows", seeds.ROWS, partial(_check_frames, _ROWS), 10_000),
    Decoder("jsonfeed-history", seeds.PLAIN_HISTORIES, partial(_check_history, _DESK), 3_000),
    Decoder("jsonfeed-complaint", seeds.PLAIN, partial(_check_complaint, _DESK), 2_000),
    Decoder("jsonfeed-declaration", seeds.DECLARATIONS, _check_config, 2_000),
    Decoder("retry-after", seeds.HEADERS, _check_retry_after, 10_000),
    Decoder("http-date", seeds.HEADERS, _check_http_date, 10_000),
    Decoder("close-reason", seeds.TEXTS, _check_close, 5_000),
    Decoder("config", seeds.CONFIGS, _check_config, 6_000),
    Decoder("workspace", seeds.WORKSPACES, _check_workspace, 4_000),
    Decoder("pane", seeds.TARGETS, _check_pane, 2_000),
    Decoder("theme", seeds.THEMES, _check_theme, 4_000),
    Decoder("target", seeds.TARGETS, _check_target, 6_000),
    Decoder("simulator-command", seeds.COMMANDS, _check_command, 6_000),
    Decoder("text", seeds.TEXTS, _check_text, 10_000),
]
