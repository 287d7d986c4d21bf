"""One message on its way from the market to the clients."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    """An event of a stream; `open_time` (ms UTC) and `closed` are those of a kline's candle.

    Text is wrapped for combined connections unless it is `bare`; bytes go as a binary message.
    """

    stream: str
    payload: str | bytes
    open_time: int = 0
    closed: bool = False
    bare: bool = False

    def message(self, combined: bool) -> str | bytes:
        """What is sent to a raw or to a combined connection."""
        if combined and not self.bare and isinstance(self.payload, str):
            return f'{{"stream":"{self.stream}","data":{self.payload}}}'
        return self.payload
