"""The benchmarks measure what they say; how much it is, is not for a test."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tests.bench.__main__ import BENCHMARKS, main
from tests.bench.figure import Figure
from tests.bench.market import FRAMES_A_SECOND, MINUTE, Market, names
from tests.bench.messages import cpu_per_message
from tests.bench.screen import watch
from tests.bench.spender import PANES
from tui.exchange import load_exchange
from tui.market.candle import Candle
from tui.market.events import CandleReport, Ticker, Trade
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

START = 1_700_000_000_000 // MINUTE * MINUTE


def test_every_frame_of_the_market_is_data_that_the_adapter_reads() -> None:
    frames, binance = Market(names(3), START).frames(), load_exchange("binance")
    kinds = []
    for _ in range(3 * FRAMES_A_SECOND):
        (event,) = binance.parse(next(frames)[2].encode())
        kinds.append(type(event))
    assert kinds == [CandleReport] * 3 + [Trade] * 3 + [Ticker] * 3 + [Trade] * 3


def test_a_candle_closes_each_minute_with_the_values_that_history_gives() -> None:
    market, binance = Market(names(1), START), load_exchange("binance")
    frames = market.frames()
    events = [binance.parse(next(frames)[2].encode())[0] for _ in range(121 * FRAMES_A_SECOND)]
    closed = [e.candle for e in events if isinstance(e, CandleReport) and e.candle.closed]
    assert [candle.open_time for candle in closed] == [START, START + MINUTE]
    minute = Subscription(Symbol("binance", names(1)[0]), Interval.parse("1m"))
    body = json.dumps(market.pairs[names(1)[0]].history(START, 2)).encode()
    rows: list[Candle] = binance.parse_history(minute, body, START + 10 * MINUTE)
    assert [candle.values for candle in closed] == [row.values for row in rows]


def test_messages_are_timed_on_both_sides() -> None:
    figure = cpu_per_message(frames=2_000, rounds=1)
    assert figure.ours > 0
    assert figure.other > 0


@pytest.mark.parametrize(("program", "least"), [("monitor", 0.5), ("plots", 0.1)])
def test_a_program_in_a_terminal_says_what_its_updates_cost(program: str, least: float) -> None:
    busy, idle = watch(program, window=2.0, settle=0.0, idle=0.5)
    due = PANES * FRAMES_A_SECOND * busy.at
    assert least * due < busy.updates < 1.3 * due
    assert busy.cpu > idle.cpu > 0
    assert busy.written > busy.updates
    assert idle.updates <= PANES  # a frame may be under way when the market stops


@pytest.mark.parametrize(("ours", "code", "word"), [(199.0, 0, "yes"), (201.0, 1, "NO")])
def test_a_bound_that_does_not_hold_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, ours: float, code: int, word: str
) -> None:
    figure = Figure("bytes_per_update", "bytes", ours, 8_000.0, "ours <= 200", 200.0)
    monkeypatch.setitem(BENCHMARKS, "bytes_per_update", lambda: figure)
    result = CliRunner().invoke(main, ["--only", "bytes_per_update"])
    assert result.exit_code == code
    assert result.output.splitlines()[1].split()[-1] == word


def test_json_has_the_figures_and_their_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = Figure("cpu_per_message", "us", 3.0, 2.0, "ours <= 2 x other", 4.0, {"low": 1.0})
    monkeypatch.setitem(BENCHMARKS, "cpu_per_message", lambda: figure)
    result = CliRunner().invoke(main, ["--only", "cpu_per_message", "--json"])
    found = json.loads(result.output)
    assert (found["ratio"], found["ok"], found["notes"]) == (1.5, True, {"low": 1.0})


def test_an_unknown_benchmark_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["--only", "speed"]).exit_code == 2
