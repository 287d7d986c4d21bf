"""What a person may set of one exchange in `[exchanges.NAME]`."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """Other urls than the exchange's own (regions, test networks, the simulator), and options.

    `ws_url` (ws or wss) and `rest_url` (http or https) are scheme, host and port without a path,
    and may have `user:password@` before the host, which is why no repr shows them; None takes the
    exchange's own. `live_trades` follows single trades for the price between
    klines.
    """

    ws_url: str | None = field(default=None, repr=False)
    rest_url: str | None = field(default=None, repr=False)
    live_trades: bool = True


def is_loopback(url: str) -> bool:
    """Whether a url leads to this very machine, where no proxy and nobody else is on the way."""
    return urlsplit(url).hostname in {"127.0.0.1", "::1", "localhost"}
