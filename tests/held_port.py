"""A port of 127.0.0.1 that nobody else gets while its user is away."""

from __future__ import annotations

import socket


class HeldPort:
    """A free port, held by a socket that is bound to it and never listens.

    Servers that reuse addresses (asyncio's do) may listen on it, one after the other; between
    them it refuses connections, and the system gives it to no outgoing connection, as it does
    with any port that nobody holds.
    """

    def __init__(self) -> None:
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))

    @property
    def number(self) -> int:
        port: int = self._held.getsockname()[1]
        return port
