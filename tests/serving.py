"""`tradex-tui serve` as a process, and a visitor who is no browser."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.processes import command

PATIENCE = 20.0
_SIZE = "width=100&height=30"


class Served:
    """The server on a free port, at home in `home`, from `__enter__` to `__exit__`."""

    def __init__(self, home: Path, *args: str) -> None:
        foreign = ("TEXTUAL", "XDG_", "TRADEX_TUI_")
        kept = {name: text for name, text in os.environ.items() if not name.startswith(foreign)}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._process = subprocess.Popen(
            args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env=kept | {"HOME": str(home), "PATH": path, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.url = ""

    @classmethod
    def ours(cls, home: Path, *args: str) -> Self:
        return cls(home, *command("serve", "--port", "0", *args))

    def __enter__(self) -> Self:
        assert self._process.stdout
        said = ""
        while not (named := re.search(r"http://[^ ;]+:\d+", said)):
            line = self._process.stdout.readline()
            assert line, self._process.communicate()
            said += line
        self.url = named[0]
        self._until_it_listens()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self.end()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, and what else it printed; the signal is for all, as ctrl+c in a terminal."""
        os.killpg(self.pid, number)
        out, err = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode, out, err

    def _until_it_listens(self) -> None:
        """Textual's own server says its url a moment before that."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        ends = time.monotonic() + PATIENCE
        while True:
            with suppress(ConnectionRefusedError), socket.create_connection((host, int(port))):
                return
            assert time.monotonic() < ends, f"{self.url} refuses connections"
            time.sleep(0.02)  # between two looks

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def sessions(self) -> list[int]:
        """The processes that it started and that are not over."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(child) for child in children if is_alive(int(child))]

    def until_sessions(self, count: int, seconds: float = PATIENCE) -> list[int]:
        """Wait until there are so many; which."""
        ends = time.monotonic() + seconds
        while len(found := self.sessions) != count:
            assert time.monotonic() < ends, f"{len(found)} sessions, not {count}"
            time.sleep(0.02)  # between two looks
        return found


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # gone before, or while it was read
        return False
    return state not in "ZX"


class Visit:
    """A page without a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.drawn = b""

    async def until(self, mark: bytes) -> None:
        """Read on until `mark` was drawn."""
        async with asyncio.timeout(PATIENCE):
            while mark not in self.drawn:
                message = await self.socket.receive()
                assert message.type is aiohttp.WSMsgType.BINARY, message
                self.drawn += message.data

    async def told(self, kind: str) -> Any:
        """What comes with the next message of this kind, such as why it `ended`."""
        async with asyncio.timeout(PATIENCE):
            async for message in self.socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    said, *more = json.loads(message.data)
                    if said == kind:
                        return more[0] if more else None
        raise AssertionError(f"nobody told {kind}")


async def answer(url: str, **headers: str) -> tuple[int, str]:
    """The status, and the text."""
    async with aiohttp.ClientSession() as client, client.get(url, headers=headers) as response:
        return response.status, await response.text()


@asynccontextmanager
async def visit(url: str, **headers: str) -> AsyncIterator[Visit]:
    """Open a session, as a page of the server's own would."""
    async with (
        aiohttp.ClientSession() as client,
        client.ws_connect(f"{url}/ws?{_SIZE}", headers={"Origin": url, **headers}) as socket,
    ):
        yield Visit(socket)
