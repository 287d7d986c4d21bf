"""CPU and bytes of a pane update, in a real pseudo-terminal.

Twelve panes in 240 x 60 cells, four columns, each with four updates a second that all change the
price, spread evenly; the exchange and the terminal are other processes. An update is a view with
another newest candle or price that a frame drew in a pane.

Measured: CPU of the whole process, engine included, and all bytes that reach the terminal, once
the first paint has settled, for a minute, in which one candle of each symbol closes, as candles
are a minute long. `other` is a grid of textual-plotext candlesticks on the same data (`plots.py`),
which needs no such time to be known; where it falls behind, only the updates it did draw count.

Not measured: the start, and the terminal's own work. Nothing is subtracted; the notes tell what
each costs while nothing comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

from tests.bench.figure import Figure
from tests.bench.market import FRAMES_A_SECOND
from tests.bench.processes import ExchangeProcess
from tests.bench.spender import PANES
from tests.bench.terminal import Spent, Terminal

CPU_PER_PANE_UPDATE = "cpu_per_pane_update"
BYTES_PER_UPDATE = "bytes_per_update"
_LEAST_TIMES = 15.0
_MOST_BYTES = 200.0
_MINUTE, _LESS = 60.0, 20.0
_IDLE = 5.0
_SETTLE = 3.0
_LONGEST_START = 60.0


def cpu_per_pane_update() -> Figure:
    """CPU milliseconds of the monitor and of plotext; the bound is on their ratio."""
    (ours, idle), (other, other_idle) = watch("monitor", _MINUTE), watch("plots", _LESS)
    mine, theirs = (1000 * spent.cpu / spent.updates for spent in (ours, other))
    notes = {
        "ours_share_of_a_core": ours.cpu / ours.at,
        "other_share_of_a_core": other.cpu / other.at,
        "ours_idle_share_of_a_core": idle.cpu / idle.at,
        "other_idle_share_of_a_core": other_idle.cpu / other_idle.at,
        "ours_updates_a_second": ours.updates / ours.at,
        "other_updates_a_second": other.updates / other.at,
    }
    bound = f"ours <= other / {_LEAST_TIMES:.0f}"
    return Figure(CPU_PER_PANE_UPDATE, "ms", mine, theirs, bound, theirs / _LEAST_TIMES, notes)


def bytes_per_update() -> Figure:
    """Bytes to the terminal of the monitor and of plotext; the bound is on the monitor's."""
    (ours, idle), (other, other_idle) = watch("monitor", _MINUTE), watch("plots", _LESS)
    mine, theirs = (spent.written / spent.updates for spent in (ours, other))
    notes = {
        "ours_idle_bytes_a_second": idle.written / idle.at,
        "other_idle_bytes_a_second": other_idle.written / other_idle.at,
    }
    bound = f"ours <= {_MOST_BYTES:.0f}"
    return Figure(BYTES_PER_UPDATE, "bytes", mine, theirs, bound, _MOST_BYTES, notes)


@cache
def watch(
    program: str, window: float, settle: float = _SETTLE, idle: float = _IDLE
) -> tuple[Spent, Spent]:
    """What `tests.bench.PROGRAM` spends in `window` seconds of updates, then in `idle` ones.

    The window begins `settle` seconds after each pane had some updates.
    """
    with ExchangeProcess(PANES) as exchange:
        urls = exchange.urls.ws_url or "", exchange.urls.rest_url or ""
        with Terminal(f"tests.bench.{program}", *urls) as terminal:
            exchange.play()
            _wait(lambda: terminal.spent().updates > PANES * FRAMES_A_SECOND)
            time.sleep(settle)  # measured is time that passes, not a state
            busy = _over(terminal, window)
            exchange.pause()
            time.sleep(1)  # what was on its way is drawn
            return busy, _over(terminal, idle)


def _over(terminal: Terminal, seconds: float) -> Spent:
    before = terminal.spent()
    time.sleep(seconds)  # the window that is measured
    return terminal.spent().since(before)


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LONGEST_START
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the program in the terminal did not get there")
        time.sleep(0.25)  # looking is part of what is measured: seldom
