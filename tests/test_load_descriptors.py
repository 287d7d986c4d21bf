"""A process that may open no more files: said in words, waited for, over when there is room."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.dialling import BTC
from tests.feeds import MANY_DIALS, engine_on, eventually, is_live
from tests.simulator_process import SimulatorProcess
from tui.feed.backoff import FLOOR
from tui.feed.status import ConnectionState


@contextmanager
def no_more_files() -> Iterator[None]:
    """This process may not open another file or socket during the block."""
    lowest_free = os.dup(0)
    os.close(lowest_free)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_l16_without_a_free_descriptor_it_says_so_and_tries_again_in_its_own_time(
    tmp_path: Path,
) -> None:
    with SimulatorProcess(tmp_path / "ledger.jsonl", MANY_DIALS) as simulator:
        ws_url, rest_url = simulator.urls.ws_url, simulator.urls.rest_url
        assert ws_url and rest_url
        with engine_on(ws_url, rest_url) as engine:
            with no_more_files():
                began = time.monotonic()
                engine.acquire(BTC)
                eventually(lambda: engine.status(BTC).attempt >= 3)
                assert time.monotonic() - began >= 2 * FLOOR
                status = engine.status(BTC)
                assert status.state in (ConnectionState.BACKOFF, ConnectionState.DIALING)
                assert "too many" in engine.connections()[0].close_reason.lower()
            eventually(lambda: is_live(engine, BTC))
