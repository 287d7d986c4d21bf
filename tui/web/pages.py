"""The web application: one page for all, and a session of its own for each that opens it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import textual_serve
from aiohttp import WSMessage, WSMsgType, web
from textual_serve.download_manager import Download, DownloadManager

from tui.text import clean, file_stem
from tui.web.access import Access, of_same_origin
from tui.web.session import Session

log = logging.getLogger(__name__)

_PAGE = Path(__file__).parent / "page"
_TERMINAL = Path(textual_serve.__file__).parent / "static"  # xterm.js and its font
_HEADERS = {
    # What the page may load and who may frame it: nothing from elsewhere, and nobody.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_HEARTBEAT = 15.0  # seconds between pings; half of it later an unanswered page is given up
_LARGEST_MESSAGE = 2**20
_WIDEST, _HIGHEST = 1000, 500  # cells
# A page that is loaded again may come before the session that it leaves has ended.
_WAIT_FOR_A_PLACE = 4.0
_FAREWELL = 1.0
_STOPPED = "The server was stopped."
_FOREIGN = "Only this server's own page may open a session."
_GONE = "There is no such file any more; save it again."


class Pages:
    """The web application; it ends all sessions once `stopping` is set."""

    def __init__(self, args: Sequence[str], access: Access, limit: int) -> None:
        self.stopping = asyncio.Event()
        self._args = args
        self._access = access
        self._limit = limit
        self._places = asyncio.Semaphore(limit)
        self._sessions: set[Session] = set()
        self._ending: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.on_response_prepare.append(_protect)
        app.add_routes([
            web.get("/", _index),
            web.get("/ws", self._session),
            web.get("/download/{key}", self._download),
            web.static("/page", _PAGE),
            web.static("/terminal", _TERMINAL),
        ])  # fmt: skip
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not self._access.answers_to(request.host):
            name = clean(request.host, 100)
            raise web.HTTPForbidden(
                text=f"This server does not answer to {name}. "
                "If that is its name, start it with --name and that name."
            )
        response: web.StreamResponse = await handler(request)
        return response

    async def _session(self, request: web.Request) -> web.StreamResponse:
        if not of_same_origin(request.host, request.headers.get("Origin", "")):
            raise web.HTTPForbidden(text=_FOREIGN)
        page = web.WebSocketResponse(
            heartbeat=_HEARTBEAT, max_msg_size=_LARGEST_MESSAGE, timeout=_FAREWELL
        )
        await page.prepare(request)
        log.info("a page of %s", request.remote)
        reason = await self._with_a_place(page, request)
        log.info("the page of %s ended: %s", request.remote, reason)
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await page.send_json(["ended", reason])
        await page.close(drain=False)
        return page

    async def _with_a_place(self, page: web.WebSocketResponse, request: web.Request) -> str:
        """Why the session ended, or never began."""
        try:
            async with asyncio.timeout(_WAIT_FOR_A_PLACE):
                await self._places.acquire()
        except TimeoutError:
            return (
                f"The server is full: its limit of pages is {self._limit} (--sessions). Close "
                "another one, then start again."
            )
        try:
            return await self._follow(page, _size(request))
        finally:
            self._places.release()

    async def _follow(self, page: web.WebSocketResponse, size: tuple[int, int]) -> str:
        """Run a session until it, its page or the server ends; why."""
        if self._ending:  # perhaps this very page's last one, which still keeps the workspace
            await asyncio.wait(self._ending)
        session = Session(self._args, page)
        try:
            await session.start(*size)
        except OSError as error:
            return f"The monitor could not be started: {error.strerror}."
        self._sessions.add(session)
        try:
            with suppress(ConnectionError):  # the page went away while it was answered
                await _first_of(session.run(), _obey(session, page), self.stopping.wait())
        finally:
            self._sessions.discard(session)
            await self._end(session)
        return _STOPPED if self.stopping.is_set() else session.reason

    async def _end(self, session: Session) -> None:
        ending = asyncio.create_task(session.stop())
        self._ending.add(ending)
        try:
            await ending
        finally:
            self._ending.discard(ending)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        for session in self._sessions:
            with suppress(KeyError):
                download = await session.downloads.get_download_metadata(key)
                return await _send_file(request, session.downloads, download)
        raise web.HTTPNotFound(text=_GONE)


async def _first_of(*works: Any) -> None:
    """Do all until the first is done; raises what that raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()


async def _obey(session: Session, page: web.WebSocketResponse) -> None:
    """Bring what the page says to its session, until the page is gone."""
    async for message in page:
        match _read(message):
            case ["stdin", str(keys)]:
                await session.send_bytes(keys.encode("utf-8", "ignore"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await session.set_terminal_size(*_clamped(width, height))
            case ["focus"]:
                await session.focus()
            case ["blur"]:
                await session.blur()
            case ["alive"]:
                await page.send_json(["alive"])


def _read(message: WSMessage) -> Any:
    """What the page said; None when it cannot be read."""
    try:
        return json.loads(message.data) if message.type is WSMsgType.TEXT else None
    except (ValueError, RecursionError):
        return None


def _size(request: web.Request) -> tuple[int, int]:
    try:
        return _clamped(int(request.query["width"]), int(request.query["height"]))
    except (KeyError, ValueError):
        return 80, 24


def _clamped(width: int, height: int) -> tuple[int, int]:
    return max(1, min(width, _WIDEST)), max(1, min(height, _HIGHEST))


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(_PAGE / "index.html")


async def _protect(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


async def _send_file(
    request: web.Request, downloads: DownloadManager, download: Download
) -> web.StreamResponse:
    # Never shown in place: a picture that is a page of ours could run scripts as ours.
    name = file_stem(download.file_name)
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
    )
    await response.prepare(request)
    async for chunk in downloads.download(download.delivery_key):
        await response.write(chunk)
    await response.write_eof()
    return response
