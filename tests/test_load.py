"""A flood of messages: the whole app on an exchange in a process of its own."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.feeds import MANY_DIALS, Events, subscription
from tests.processes import SYMBOLS, Line, assert_complete, by_key, closed_candles
from tests.simulator_process import SimulatorProcess
from tests.stage import Stage, play, stage
from tui.feed.engine import Engine
from tui.feed.status import CandleChanged, StateChanged
from tui.simulator.faults import Burst
from tui.stream import candle_line

A_KEY_EACH = 0.15
PANES = tuple(subscription(name) for name in SYMBOLS)


def messages(engine: Engine) -> int:
    """How many messages came in all."""
    return sum(connection.meter.messages for connection in engine._connections())


def told(events: Events) -> list[Line]:
    """The closed candles that the engine told of as lines, those before the start left out."""
    changes = [c for c in events.waiting(CandleChanged) if c.candle.closed]
    return [candle_line(change) for change in changes if change.origin != "history"]


def newest(lines: list[Line]) -> dict[str, int]:
    """The open time of each symbol's newest candle."""
    return dict(sorted(by_key(lines)))


async def press_keys(s: Stage, seconds: float) -> list[float]:
    """Move from pane to pane like a person for so long; how long (s) each key took."""
    waits: list[float] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        asked = time.monotonic()
        number = len(waits) % len(PANES)
        s.app.simulate_key(str(number + 1))
        while not s.focuses(number)():  # noqa: ASYNC110 - the app has no event for it
            await asyncio.sleep(0.01)
        waits.append(time.monotonic() - asked)
        await asyncio.sleep(A_KEY_EACH)
    return waits


@pytest.mark.parametrize(
    ("rate", "seconds"),
    [
        (50_000, 2.5),
        pytest.param(50_000, 10.0, marks=pytest.mark.long),
        pytest.param(1_000_000, 10.0, marks=pytest.mark.long),
    ],
)
def test_b1_a_burst_of_messages_loses_no_closed_candle_and_no_key(
    rate: int, seconds: float, tmp_path: Path
) -> None:
    """At the highest rate the exchange sends as much as it gets rid of."""

    async def scenario() -> None:
        ledger = tmp_path / "ledger.jsonl"
        with SimulatorProcess(ledger, MANY_DIALS) as simulator:
            async with stage(PANES, urls=simulator.urls) as s:
                engine = s.app.engine
                for index in range(len(PANES)):
                    await s.until(s.says("LIVE", index))
                events = Events(engine, candles=True)
                before = messages(engine)
                simulator.inject(Burst(rate, seconds))
                waits = await press_keys(s, seconds)
                reached = (messages(engine) - before) / seconds
                print(
                    f"{reached:.0f} messages/s; the slowest of {len(waits)} keys {max(waits):.3f} s"
                )
                assert reached > 1_000, "there was no burst"
                assert waits, "no key was answered"
                due = newest(closed_candles(ledger.read_text()))
                await s.until(
                    lambda: all(newest(told(events)).get(name, 0) >= due[name] for name in due)
                )
                assert [status.reconnects for status in engine.connections()] == [0] * len(PANES)
                assert [change for change in events.waiting(StateChanged) if change.reason] == []
        assert len(told(events)) >= len(PANES) * (seconds - 1)
        assert_complete(told(events), closed_candles(ledger.read_text()))

    play(scenario)
