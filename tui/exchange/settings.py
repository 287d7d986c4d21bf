"""What a person may set of one exchange in `[exchanges.NAME]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExchangeSettings:
    """Other urls than the exchange's own (regions, test networks, the simulator), and options.

    `ws_url` (ws or wss) and `rest_url` (http or https) are scheme, host and port without a path;
    None takes the exchange's own. `live_trades` follows single trades for the price between
    klines.
    """

    ws_url: str | None = None
    rest_url: str | None = None
    live_trades: bool = True
