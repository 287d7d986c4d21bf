"""How a connection behaves: the numbers a person may tune in `[connection]`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """Dialling, heartbeat, silence and capacity of every connection; durations are seconds.

    The delay before dial n is random between a quarter of a second and
    min(`max_reconnect_interval`, `reconnect_interval` * `reconnect_decay` ** (n - 1)); the first
    after a link that was stable is at most half a second.
    `max_reconnect_attempts` 0 means without end; otherwise the connection parks after that many.
    `connect_timeout` covers one dial up to the open socket. A ping goes out each
    `heartbeat_interval`; no pong within `pong_timeout` ends the socket. `stale_after` is the
    longest silence of data before the connection counts as stale. A socket carries at most
    `symbols_per_connection` subscriptions (the exchange may allow fewer). At most `queue_size`
    commands wait to go out at once; subscriptions beyond are sent when there is room.
    """

    reconnect_interval: float = 1.0
    reconnect_decay: float = 2.0
    max_reconnect_interval: float = 30.0
    max_reconnect_attempts: int = 0
    connect_timeout: float = 10.0
    heartbeat_interval: float = 15.0
    pong_timeout: float = 10.0
    stale_after: float = 30.0
    symbols_per_connection: int = 1
    queue_size: int = 256
