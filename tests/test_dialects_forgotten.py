"""A channel that carries candles falls silent for good, while all else on its socket flows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.dialect_world import KINDS, PATIENT, FastExchange, Kind, fast_engine
from tests.exchange_follower import Follower
from tui.simulator.faults import Drop, Forget

SPEED = 20
_CHANNELS = {
    "coinbase": ["matches:BTC-USD", "heartbeat:BTC-USD", "ticker:BTC-USD"],
    "kraken": ["v2:ohlc:BTC/USD:1", "v2:ticker:BTC/USD:0"],
}


@pytest.mark.parametrize("kind", [KINDS["coinbase"], KINDS["kraken"]], ids=list(_CHANNELS))
def test_p33_candles_alone_that_are_forgotten_make_it_dial_anew(kind: Kind, tmp_path: Path) -> None:
    exchange = FastExchange(kind.dialect, tmp_path / "ledger.jsonl", SPEED)
    exchange.start()
    subscription = kind.minutes[0]
    with fast_engine(kind.exchange, exchange.settings(kind), SPEED, 5, PATIENT) as engine:
        follower = Follower(engine.listen(candles=True))
        engine.acquire(subscription)
        follower.wait(lambda: bool(follower.live(subscription)))
        exchange.inject(Forget(1, next_dial=True, seed=_forgets_first(_CHANNELS[kind.dialect])))
        exchange.inject(Drop())
        # Once because of the drop, and again because candles do not come.
        follower.wait(lambda: engine.connections()[0].reconnects == 2)
    exchange.stop()


def _forgets_first(streams: Sequence[str]) -> int:
    """The seed of a fault that forgets the first of these."""
    return next(s for s in range(1_000) if Forget(1, seed=s).forgotten(streams) == [streams[0]])
