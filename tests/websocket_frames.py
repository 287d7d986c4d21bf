"""WebSocket frames by hand (RFC 6455 section 5.2): making, reading, finding where they end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_MASK = bytes(4)  # masking with zeros leaves the payload as it is


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as it was read; `raw` is all of its bytes, `payload` without the mask."""

    opcode: int
    payload: bytes
    raw: bytes

    @property
    def close_code(self) -> int | None:
        """The code of a close frame that has one."""
        has_code = self.opcode == CLOSE and len(self.payload) >= 2
        return int.from_bytes(self.payload[:2], "big") if has_code else None


def frame(
    opcode: int, payload: bytes, *, fin: bool = True, reserved: int = 0, masked: bool = False
) -> bytes:
    """A frame, right or wrong; `reserved` are the three bits after FIN."""
    size = len(payload)
    code, width = (size, 0) if size < 126 else (126, 2) if size < 65_536 else (127, 8)
    head = bytes([fin << 7 | reserved << 4 | opcode, masked << 7 | code])
    return head + (size.to_bytes(width, "big") if width else b"") + _MASK * masked + payload


def text(content: str, *, masked: bool = False) -> bytes:
    """A whole text message."""
    return frame(TEXT, content.encode(), masked=masked)


def close(code: int, reason: bytes = b"") -> bytes:
    """A close frame; code and reason may be such as nobody may send."""
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """The next frame of either side."""
    raw = await reader.readexactly(2)
    size, masked = raw[1] & 0x7F, raw[1] & 0x80
    if wide := {126: 2, 127: 8}.get(size, 0):
        raw += (length := await reader.readexactly(wide))
        size = int.from_bytes(length, "big")
    mask = await reader.readexactly(4) if masked else _MASK
    body = await reader.readexactly(size)
    payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(body)) if masked else body
    return Frame(raw[0] & 0x0F, payload, raw + (mask if masked else b"") + body)


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
