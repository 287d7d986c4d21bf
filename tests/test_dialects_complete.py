"""For each exchange's own protocol: closed candles equal the ledger, over a restart, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.dialect_world import PATIENT, FastExchange, fast_engine
from tests.exchange_follower import Follower, truth
from tui.exchange.settings import ExchangeSettings
from tui.market.interval import MINUTE, Interval
from tui.market.symbol import Subscription, Symbol

SPEED = 15


@dataclass(frozen=True, slots=True)
class Kind:
    """An exchange as the config has it, on a simulator of that dialect."""

    exchange: str
    dialect: str
    names: tuple[str, ...]
    kind: str = ""
    options: Mapping[str, object] = field(default_factory=dict)


KINDS = {
    "coinbase": Kind("coinbase", "coinbase", ("BTC-USD", "ETH-USD", "LTC-EUR")),
    "kraken": Kind("kraken", "kraken", ("BTC/USD", "DOGE/USD", "LTC/EUR")),
    "kraken v1": Kind("kraken", "kraken", ("BTC/USD", "DOGE/USD"), options={"protocol": 1}),
    "json": Kind("desk", "json", ("EURUSD", "BTCUSD"), kind="jsonfeed"),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
@pytest.mark.parametrize("capacity", [1, 4])
def test_every_closed_candle_equals_the_ledger_over_a_kill_and_restart(
    kind: str, capacity: int, tmp_path: Path
) -> None:
    each_kind = KINDS[kind]
    exchange = FastExchange(each_kind.dialect, tmp_path / "ledger.jsonl", SPEED)
    exchange.start()
    settings = ExchangeSettings(
        exchange.ws_url, exchange.rest_url, each_kind.kind, each_kind.options
    )
    name, minute = each_kind.exchange, Interval(1, "m")
    subscriptions = [Subscription(Symbol(name, symbol), minute) for symbol in each_kind.names]
    connection = replace(PATIENT, symbols_per_connection=capacity)
    with fast_engine(name, settings, SPEED, 5, connection) as engine:
        follower = Follower(engine.listen(candles=True))
        for each in subscriptions:
            engine.acquire(each)
        follower.wait(lambda: all(len(follower.live(s)) >= 2 for s in subscriptions))
        exchange.stop()
        down_until = exchange.clock() + 90_000
        follower.wait(lambda: exchange.clock() >= down_until)
        exchange.start()
        since = exchange.clock()
        follower.wait(lambda: all(max(follower.live(s)) > since + MINUTE for s in subscriptions))
        follower.wait(lambda: not any(engine.view(s, 100).holes for s in subscriptions))
    exchange.stop()
    for each in subscriptions:
        told = follower.live(each)
        times = sorted(told)
        assert times == list(range(times[0], times[-1] + 1, MINUTE))
        repeated = Counter(
            time for time, events in told.items() for event in events if not event.revised
        )
        assert max(repeated.values()) == 1
        known = truth(tmp_path / "ledger.jsonl", each_kind.dialect, each)
        final = {time: events[-1].candle.values for time, events in told.items() if time in known}
        assert len(final) >= len(times) - 2
        assert final == {time: known[time].values for time in final}
