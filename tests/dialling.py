"""An engine that dials a WebSocket which may not be there, or may not be what it should."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.feeds import ALONE, QUICK, Crowd, engine_with, eventually
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.feed.status import FeedStatus

(BTC,) = ALONE
NOBODY = "http://127.0.0.1:1"


@contextmanager
def dialling(
    ws_url: str, settings: ConnectionSettings = QUICK, rest_url: str = NOBODY, crowd: Crowd = ALONE
) -> Iterator[Engine]:
    """An engine that wants a crowd of a WebSocket that may not be there."""
    with engine_with(crowd, ws_url, rest_url, settings) as engine:
        yield engine


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def failed(engine: Engine, crowd: Crowd = ALONE) -> FeedStatus:
    """The status once a dial has failed or the link was lost: the same for all of the crowd."""
    statuses: list[FeedStatus] = []

    def told() -> bool:
        statuses[:] = [engine.status(each) for each in crowd]
        return all(s.reason for s in statuses) and len({_fate(s) for s in statuses}) == 1

    eventually(told)
    return statuses[0]


def _fate(status: FeedStatus) -> tuple[object, ...]:
    return status.state, status.attempt, status.reason
