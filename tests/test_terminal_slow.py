"""The monitor in a terminal that is slow, stops reading, or is not looked at."""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

from tests.feeds import engine_on, simulated, subscription
from tests.processes import write_config
from tests.terminal_emulator import Emulated
from tui.feed.engine import Engine
from tui.market.symbol import Subscription
from tui.terminal.flow import ASK, PATIENCE

SIX = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "KSMUSDT", "ADAUSDT")
_LOOK = 0.05
# Beside other tests a loop waits for the machine, too; alone (the long forms) it never may.
_USUAL = 0.9
_PROGRAM = (sys.executable, "-m", "tests.probe")


class Prices:
    """What the prices were, and since when, as an engine beside the monitor has them."""

    def __init__(self, engine: Engine, watched: list[Subscription]) -> None:
        self._engine = engine
        self._watched = watched
        self._known: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._note, daemon=True)

    def behind(self, name: str, shown: float) -> float:
        """How many seconds ago this price stopped to be the newest; 0 when it is, or is newer."""
        known = self._known[name]
        last = max((i for i, (_, price) in enumerate(known) if price == shown), default=-1)
        return 0 if last in (-1, len(known) - 1) else time.monotonic() - known[last + 1][0]

    def _note(self) -> None:
        while not self._over.wait(0.004):
            for each in self._watched:
                price, known = self._engine.view(each, 1).price, self._known[each.symbol.name]
                if price is not None and (not known or known[-1][1] != price):
                    known.append((time.monotonic(), price))

    def __enter__(self) -> Self:
        self._leases = [self._engine.acquire(each) for each in self._watched]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for lease in self._leases:
            lease.release()


@contextmanager
def monitor(
    home: Path, interval: str, speed: float | None = None
) -> Iterator[tuple[Emulated, Prices]]:
    """Six panes in a terminal, with the probe in the program, and an engine beside it."""
    watched = [subscription(name, interval) for name in SIX]
    with (
        simulated() as (_, exchange),
        engine_on(exchange.ws_url, exchange.rest_url) as engine,
        Prices(engine, watched) as prices,
    ):
        config = write_config(home, {"ws_url": exchange.ws_url, "rest_url": exchange.rest_url})
        args = (str(home / "probe"), "watch", *SIX, "--interval", interval, "--config", str(config))
        with Emulated(home, *args, program=_PROGRAM, speed=speed) as terminal:
            terminal.until(lambda: terminal.text.count("LIVE") == len(SIX), 60)
            yield terminal, prices


def probed(home: Path, since: float = 0, until: float = float("inf")) -> list[dict[str, Any]]:
    """What the probe found in that time (of the wall clock)."""
    lines = (home / "probe").read_text().splitlines()
    found = [json.loads(line) for line in lines if line.endswith("}")]
    return [each for each in found if since <= each["at"] <= until]


def shown_prices(text: str) -> dict[str, float]:
    """The prices in the panes' headers, by symbol."""
    found = re.findall(r"(\w+USDT) 1[ms](?: binance)? +([\d.]+) ", text)
    return {name: float(price) for name, price in found}


def worst_of(terminal: Emulated, prices: Prices, seconds: float) -> dict[str, float]:
    """How many seconds each symbol's price was behind at most in the next `seconds`.

    It cannot grow faster than time: a price that was the newest for less than a look of ours, and
    some time before, too, would seem to be as old as that.
    """
    worst: defaultdict[str, float] = defaultdict(float)
    behind: defaultdict[str, float] = defaultdict(float)
    looked = began = time.monotonic()
    while looked < began + seconds:
        time.sleep(_LOOK)  # between two looks
        passed = time.monotonic() - looked
        looked += passed
        for name, price in shown_prices(terminal.text).items():
            behind[name] = min(prices.behind(name, price), behind[name] + passed)
            worst[name] = max(worst[name], behind[name])
    return worst


def is_current(terminal: Emulated, prices: Prices) -> bool:
    """Whether no price on the screen is more than half a second behind."""
    shown = shown_prices(terminal.text)
    return len(shown) == len(SIX) and all(prices.behind(*each) < 0.5 for each in shown.items())


def lag(found: list[dict[str, Any]], loop: str, usual: float) -> float:
    """How many seconds an event loop took to answer, in that share of the times at most."""
    return float(sorted(each[loop] for each in found)[int((len(found) - 1) * usual)])


def _is_never_late(
    home: Path, speed: float, interval: str, seconds: float, usual: float = _USUAL
) -> None:
    with monitor(home, interval, speed) as (terminal, prices):
        worst_of(terminal, prices, 3)  # the first picture, which is a large one
        began = time.time()
        worst = worst_of(terminal, prices, seconds)
        assert len(worst) == len(SIX)
        found = probed(home, began)
        # What the program had to wait for a busy machine is not the terminal's.
        waited = max(each["screen"] for each in found)
        assert max(worst.values()) <= 3.0 + waited, (dict(worst), waited)
        assert lag(found, "engine", usual) < 0.25
        terminal.press("n")
        terminal.until(lambda: "last close" in terminal.text, 6)


def test_l6_in_a_slow_terminal_prices_are_never_late_and_keys_are_answered(
    tmp_path: Path,
) -> None:
    _is_never_late(tmp_path, 8_000, "1m", seconds=6)


@pytest.mark.long
@pytest.mark.parametrize(("speed", "interval"), [(2_000, "1m"), (2_000, "1s"), (8_000, "1s")])
def test_l6_for_minutes_in_a_slow_terminal(tmp_path: Path, speed: float, interval: str) -> None:
    _is_never_late(tmp_path, speed, interval, seconds=150, usual=1.0)


def test_l6_what_a_slow_terminal_shows_in_the_end_is_what_a_fast_one_shows(tmp_path: Path) -> None:
    with monitor(tmp_path, "1s", 6_000) as (terminal, _):
        terminal.press("n")
        terminal.until(lambda: "slow terminal" in terminal.text)
        terminal.press("p")
        terminal.shows("FROZEN")
        terminal.speed = None
        terminal.until(lambda: "slow terminal" not in terminal.text)
        in_parts = _still(terminal.text)
        terminal.resize(121, 40)
        terminal.until(lambda: "FROZEN" in terminal.text)
        terminal.resize(120, 40)
        terminal.until(lambda: _still(terminal.text) == in_parts)


def _still(text: str) -> str:
    """The charts of a frozen screen: all but headers, which have ages, and what stands below."""
    return "\n".join(line for line in text.splitlines()[:24] if "USDT" not in line)


def _survives_a_pause(home: Path, seconds: float, usual: float = _USUAL) -> None:
    with monitor(home, "1m") as (terminal, prices):
        whole = len(terminal.written)
        began = time.time()
        terminal.pause()
        time.sleep(seconds)  # for so long the terminal reads nothing: that is the test
        ended = time.time()
        terminal.resume()
        terminal.until(lambda: is_current(terminal, prices), 5)
        taken = [each["taken"] for each in probed(home, began + 1.5, ended)]
        after = probed(home, began + 0.5)
        # Nothing but questions, now and then: an answer may have been lost.
        asked, rest = divmod(taken[-1] - taken[0], len(ASK))
        assert asked <= seconds // PATIENCE and not rest, "it went on writing"
        assert lag(after, "engine", usual) < 0.25
        assert lag(after, "screen", usual) < 1
        assert after[-1]["reconnects"] == 0
        assert after[-1]["taken"] - taken[-1] < 3 * whole
        terminal.press("n")
        terminal.shows("last close")
        terminal.press("q")
        assert terminal.exit_code == 0


def test_l5_a_terminal_that_stops_reading_costs_nothing_but_a_redraw(tmp_path: Path) -> None:
    _survives_a_pause(tmp_path, 5)


@pytest.mark.long
def test_l5_a_minute_in_which_the_terminal_does_not_read(tmp_path: Path) -> None:
    _survives_a_pause(tmp_path, 60, usual=1.0)


def test_out_of_focus_it_draws_once_a_second_and_says_so(tmp_path: Path) -> None:
    with monitor(tmp_path, "1s") as (terminal, _):
        terminal.press("b", "blur")
        terminal.shows("not in focus: 1 frame/s", "kB/s")
        before = terminal.written.count(ASK)
        time.sleep(3)  # for so long its frames are counted
        # A frame in which the layout changes is written in two parts or three.
        assert terminal.written.count(ASK) - before <= 12
        terminal.press("focus")
        terminal.until(lambda: "not in focus" not in terminal.text)
