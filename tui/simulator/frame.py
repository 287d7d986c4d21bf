"""One message on its way from the market to the clients."""

from __future__ import annotations

import json
from typing import NamedTuple


class Frame(NamedTuple):
    """An event of a stream; `open_time` (ms UTC) and `closed` are those of its candle.

    Those that are sent at once go by their `time` (ms UTC), where the exchange keeps an order.
    Text may be dressed for a connection by its conversation, unless it is `bare`; bytes go as
    a binary message.
    """

    stream: str
    payload: str | bytes
    open_time: int = 0
    closed: bool = False
    bare: bool = False
    time: int = 0


def encode(body: object) -> str:
    """JSON without spaces, as exchanges send it."""
    return json.dumps(body, separators=(",", ":"))
