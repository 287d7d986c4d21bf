"""What a WebSocket server sends: frames to make, and where they end."""

from __future__ import annotations

CONTINUATION, TEXT, PING, PONG = 0, 1, 9, 10
FIN, RSV1 = 0x80, 0x40


def frame(payload: bytes, opcode: int = TEXT, flags: int = FIN) -> bytes:
    """One unmasked frame, as a server sends it (RFC 6455 section 5.2)."""
    size = len(payload)
    code, width = (size, 0) if size < 126 else (126, 2) if size < 65_536 else (127, 8)
    return bytes([flags | opcode, code]) + size.to_bytes(width or 1, "big") * bool(width) + payload


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
