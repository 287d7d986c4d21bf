"""README's exchange in one file: put beside the others, it streams."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

import tui.exchange
from tests.dialect_world import FastExchange, fast_engine
from tests.exchange_follower import Follower, truth
from tui.exchange import exchange_names
from tui.exchange.settings import ExchangeSettings
from tui.market.interval import MINUTE, Interval
from tui.market.symbol import Subscription, Symbol

README = Path(__file__).parents[1] / "README.md"
SPEED = 15


def test_the_exchange_of_the_readme_is_found_and_streams(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (page,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (tmp_path / "paper.py").write_text(page)
    monkeypatch.setattr(tui.exchange, "__path__", [*tui.exchange.__path__, str(tmp_path)])
    monkeypatch.setitem(sys.modules, "tui.exchange.paper", None)
    del sys.modules["tui.exchange.paper"]
    assert "paper" in exchange_names()
    exchange = FastExchange("json", tmp_path / "ledger.jsonl", SPEED)
    exchange.start()
    settings = ExchangeSettings(exchange.ws_url, exchange.rest_url)
    each = Subscription(Symbol("paper", "EURUSD"), Interval(1, "m"))
    with fast_engine("paper", settings, SPEED, 5) as engine:
        follower = Follower(engine.listen(candles=True))
        engine.acquire(each)
        follower.wait(lambda: len(follower.live(each)) >= 3)
    exchange.stop()
    told = {t: events[-1].candle.values for t, events in follower.live(each).items()}
    known = truth(tmp_path / "ledger.jsonl", "json", each)
    assert sorted(told) == list(range(min(told), max(told) + 1, MINUTE))
    assert {t: known[t].values for t in told if t in known} == {
        t: told[t] for t in told if t in known
    }
    assert len(told.keys() & known.keys()) >= 2
