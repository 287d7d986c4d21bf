"""What this machine runs out of."""

from __future__ import annotations

import time

from tests.dialling import BTC
from tests.failures import no_file_left
from tests.feeds import engine_on, eventually, is_live, simulated


def test_l16_without_a_file_left_it_says_so_dials_seldom_and_comes_back() -> None:
    with simulated() as (_, exchange), engine_on(exchange.ws_url, exchange.rest_url) as engine:
        with no_file_left():
            engine.acquire(BTC)
            eventually(lambda: "Too many files are open" in engine.status(BTC).reason)
            began, busy = time.monotonic(), time.process_time()
            eventually(lambda: engine.status(BTC).attempt >= 4)
            assert engine.status(BTC).attempt <= 11
            assert time.process_time() - busy < 0.5 * (time.monotonic() - began) + 0.5
        eventually(lambda: is_live(engine, BTC))
