"""Where the frames end in what a WebSocket server sends."""

from __future__ import annotations


class ServerFrames:
    """Follows a server's bytes: an HTTP answer, and frames if it was an upgrade (RFC 6455)."""

    def __init__(self) -> None:
        self.upgraded = False
        self._answered = False
        self._rest = b""

    def ends(self, data: bytes) -> list[int]:
        """Where in `data` frames end; nowhere as long as it is not a WebSocket."""
        if self._answered and not self.upgraded:
            return []
        self._rest += data
        if not self._answered:
            self._skip_answer()
        ends: list[int] = []
        while self.upgraded and (size := frame_size(self._rest)):
            self._rest = self._rest[size:]
            ends.append(len(data) - len(self._rest))
        return ends

    def _skip_answer(self) -> None:
        head, blank, rest = self._rest.partition(b"\r\n\r\n")
        if blank:
            self._answered = True
            self.upgraded = b" 101 " in head.partition(b"\r\n")[0]
            self._rest = rest if self.upgraded else b""


def frame_size(data: bytes) -> int:
    """Bytes of the unmasked frame that `data` begins with; 0 when it is not all there."""
    if len(data) < 2:
        return 0
    wide = {126: 2, 127: 8}.get(data[1], 0)
    length = int.from_bytes(data[2 : 2 + wide], "big") if wide else data[1]
    size = 2 + wide + length
    return size if size <= len(data) else 0
