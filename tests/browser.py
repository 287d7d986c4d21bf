"""A real browser without a window that looks at served pages; tests skip where there is none."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.terminal_emulator import Glass

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, WebSocket

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync")  # fmt: skip
_PATIENCE = 20.0
_UNKNOWN = 80, 24  # the size, until the page tells it
_BEAT_MS = 30
_COUNT = """color => {
    const [r, g, b] = color.match(/[0-9a-f]{2}/g).map(each => parseInt(each, 16));
    const {width, height} = document.querySelector(".xterm-text-layer");
    const data = document.querySelector(".xterm-text-layer").getContext("2d")
        .getImageData(0, 0, width, height).data;
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
        count += data[at] === r && data[at + 1] === g && data[at + 2] === b;
    return count;
}"""
_MARGINS = """() => {
    const screen = document.querySelector(".xterm-screen").getBoundingClientRect();
    const page = document.documentElement;
    return [innerWidth - screen.right, innerHeight - screen.bottom,
            page.scrollWidth - innerWidth, page.scrollHeight - innerHeight];
}"""


def chromium() -> str:
    """The program: Debian's chromium, or what else of its kind is there."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    return path or pytest.skip("there is no chromium here")


@contextmanager
def unguided(url: str, profile: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A browser that nobody drives, on the page at `url`, as the leader of a group."""
    args = [chromium(), *_ARGS, f"--user-data-dir={profile}", url]
    browser = subprocess.Popen(args, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield browser
    finally:
        with suppress(ProcessLookupError):
            os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser for `Tab`s."""
    path = chromium()
    pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=_ARGS)
        yield opened
        opened.close()


class Tab:
    """A page at `url` in a window of `size` pixels.

    `text` is what its terminal was sent, as another terminal shows it; `painted` and `strip` are
    what the page itself shows.
    """

    def __init__(self, browser: Browser, url: str, size: tuple[int, int] = (1280, 800)) -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self._glass = Glass(_UNKNOWN, (), lambda answer: None)
        self._decode = getincrementaldecoder("utf-8")().decode
        self.page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("websocket", self._follow)
        self.page.goto(url)

    @property
    def text(self) -> str:
        return "\n".join(self._glass.display)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        return self._glass.columns, self._glass.lines

    @property
    def said(self) -> str:
        """Why the session ended, once the page shows it."""
        return self.page.inner_text("#said") if self.page.is_visible("#again") else ""

    def until(self, holds: Callable[[], Any]) -> None:
        ends = time.monotonic() + _PATIENCE
        while not holds():
            assert time.monotonic() < ends, f"{self.said}\n{self.text}\n{self.complaints}"
            self.page.wait_for_timeout(_BEAT_MS)  # what the page does comes meanwhile

    def painted(self, color: str) -> int:
        """Pixels of this very colour (#rrggbb) in the terminal's text and lines."""
        count: int = self.page.evaluate(_COUNT, color)
        return count

    def strip(self) -> bytes:
        """A picture of the top of the window, where the first pane says its price."""
        return self.page.screenshot(clip={"x": 0, "y": 0, "width": 300, "height": 40})

    def margins(self) -> list[float]:
        """Pixels: right of and below the terminal, and by which the page is too wide or high."""
        found: list[float] = self.page.evaluate(_MARGINS)
        return found

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _follow(self, socket: WebSocket) -> None:
        self._glass = Glass(self.size, (), lambda answer: None)
        self._decode = getincrementaldecoder("utf-8")().decode
        self.asked.append(socket.url.replace("ws", "http", 1))
        socket.on("framesent", self._resize)
        socket.on("framereceived", self._draw)

    def _resize(self, sent: str | bytes) -> None:
        kind, *more = json.loads(sent)
        if kind == "resize":
            self._glass.resize(more[0]["height"], more[0]["width"])

    def _draw(self, received: str | bytes) -> None:
        if isinstance(received, bytes):
            self._glass.show(self._decode(received))
