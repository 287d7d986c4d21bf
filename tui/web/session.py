"""One page's process: a monitor that draws into the page, and ends with it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from tui.text import clean, without_passwords

_PRELUDE = b"__GANGLION__\n"
# What Textual packs, by the letter before it: output, a message about it, a part of a file.
_DATA: Final = b"D"
_META: Final = b"M"
_PACKED: Final = b"P"
_GRACE = 3.0
_UNREAD = 2**16
_LAST_WORDS = 4096
_OWN_NAME = "tradex-tui: "


class Session(AppService):
    """The program with `args`, run without a shell, for the page at the other end of `page`.

    Textual's AppService knows how to talk to the process; beginning and end are our own.
    """

    def __init__(self, args: Sequence[str], page: web.WebSocketResponse) -> None:
        self.downloads = DownloadManager()
        super().__init__(
            "",
            write_bytes=page.send_bytes,
            write_str=page.send_str,
            close=page.close,  # type: ignore[arg-type]  # what it returns is of no use
            download_manager=self.downloads,
        )
        self._args = args
        self._child: Process | None = None
        self._complaints: asyncio.Task[None] | None = None
        self._last_words = b""
        self._over = False

    @property
    def child(self) -> Process:
        assert self._child is not None
        return self._child

    async def start(self, width: int, height: int) -> None:
        """Start the process with a picture of so many cells; OSError when there can be none.

        It leads a group of its own, so that ctrl+c in the server's terminal is not for it, and
        what it started ends with it.
        """
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "tui", *self._args,
            stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=True,
            env=environment(os.environ, width, height),
        )  # fmt: skip
        self._complaints = asyncio.create_task(self._hear_complaints())

    async def run(self) -> None:
        """Bring what the process draws to the page, until one of them ends."""
        with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            await self._stdout.readuntil(_PRELUDE)
            while not self._over:
                await self._bring()

    async def stop(self) -> None:
        """End the process, by force when it does not end by itself; `run` is over by then."""
        await self.send_meta({"type": "quit"})
        try:
            async with asyncio.timeout(_GRACE):
                while await self._stdout.read(_UNREAD):  # or it could wait for a reader for ever
                    pass
                if self._complaints:
                    await self._complaints
                await self.child.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
            await self.child.wait()

    @property
    def reason(self) -> str:
        """A sentence: why the process, which is over, ended."""
        code = self.child.returncode or 0
        if code in (0, 128 + signal.SIGINT):  # q, ctrl+c
            return "The monitor was closed."
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        lines = self._last_words.decode("utf-8", "replace").strip().splitlines()
        words = without_passwords(clean(lines[-1])) if lines else ""
        return f"The monitor ended {how}. {words.removeprefix(_OWN_NAME)}".strip()

    async def send_bytes(self, data: bytes) -> bool:
        """Keys from the page; whether the process takes them."""
        # Textual takes none for the end of all input.
        return bool(data) and self._put(_DATA, data)

    async def send_meta(self, data: Mapping[str, str | int | bool | None]) -> bool:
        """A message to the process's driver; whether it takes it."""
        return self._put(_META, json.dumps(data).encode())

    async def on_meta(self, data: bytes) -> None:
        """What the process says beside its picture: the end, or a file for the page."""
        match json.loads(data):
            case {"type": "exit"}:
                self._over = True
            case {"type": "deliver_file_start", "key": str(key), "path": str(path)}:
                await self.downloads.create_download(
                    app_service=self,
                    delivery_key=key,
                    file_name=Path(path).name,
                    open_method="download",
                    mime_type="",
                )
                await self.remote_write_str(json.dumps(["download", key]))

    @property
    def stdin(self) -> asyncio.StreamWriter:
        assert self.child.stdin is not None
        return self.child.stdin

    @property
    def _stdout(self) -> asyncio.StreamReader:
        assert self.child.stdout is not None
        return self.child.stdout

    async def _bring(self) -> None:
        kind = await self._stdout.readexactly(1)
        size = int.from_bytes(await self._stdout.readexactly(4), "big")
        payload = await self._stdout.readexactly(size)
        if kind == _DATA:
            await self.on_data(payload)
        elif kind == _META:
            await self.on_meta(payload)
        elif kind == _PACKED:
            await self.on_packed(payload)

    async def _hear_complaints(self) -> None:
        assert self.child.stderr is not None
        while said := await self.child.stderr.read(_LAST_WORDS):
            self._last_words = (self._last_words + said)[-_LAST_WORDS:]

    def _put(self, kind: Literal[b"D", b"M"], payload: bytes) -> bool:
        """To the process, unless it reads no more: then a page may say what it will."""
        if self.stdin.is_closing() or self.stdin.transport.get_write_buffer_size() > _UNREAD:
            return False
        self.stdin.write(self.encode_packet(kind, payload))
        return True


def environment(ours: Mapping[str, str], width: int, height: int) -> dict[str, str]:
    """That of the server, with the page as the screen, and without Textual's tools to debug."""
    kept = {name: value for name, value in ours.items() if name not in ("TEXTUAL", "TEXTUAL_LOG")}
    return kept | {
        "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver",
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "COLUMNS": str(width),
        "ROWS": str(height),
    }
