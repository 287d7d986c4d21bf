"""An engine that dials a WebSocket which may not be there, or may not be what it should."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.feeds import QUICK, engine_on, eventually, subscription
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import FeedStatus

BTC = subscription("BTCUSDT")
NOBODY = "http://127.0.0.1:1"


@contextmanager
def dialling(
    ws_url: str, settings: ConnectionSettings = QUICK, rest_url: str = NOBODY
) -> Iterator[Engine]:
    """An engine that wants a subscription of a WebSocket that may not be there."""
    with engine_on(ws_url, rest_url, settings) as engine:
        engine.acquire(BTC)
        yield engine


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def failed(engine: Engine) -> FeedStatus:
    """The status once a dial has failed or the link was lost."""
    eventually(lambda: engine.status(BTC).reason)
    return engine.status(BTC)
