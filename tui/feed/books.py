"""Order books over REST, asked for again and again for as long as somebody watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tui.errors import ExchangeError
from tui.exchange.base import Exchange
from tui.feed.pages import pause_after
from tui.feed.rest import Rest
from tui.feed.status import BookView
from tui.market.book import Book

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """The newest book; it was asked for at `at`, in monotonic seconds."""

    book: Book | None = None
    at: float = 0.0
    reason: str = ""


class Books:
    """Follows the books of one exchange; all but `view` is for the engine's loop."""

    def __init__(
        self, exchange: Exchange, rest: Rest, monotonic: Callable[[], float], random: Random
    ) -> None:
        self._exchange = exchange
        self._rest = rest
        self._monotonic = monotonic
        self._random = random
        self._watchers: dict[str, int] = {}
        self._known: dict[str, _Known] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def watch(self, name: str) -> None:
        """One watcher more of this symbol's book."""
        self._watchers[name] = self._watchers.get(name, 0) + 1
        if name not in self._tasks:
            self._known[name] = _Known()
            self._tasks[name] = asyncio.get_running_loop().create_task(self._follow(name))

    def unwatch(self, name: str) -> None:
        """One watcher less; without any it is not asked for."""
        self._watchers[name] -= 1
        if not self._watchers[name]:
            del self._watchers[name], self._known[name]
            self._tasks.pop(name).cancel()

    def view(self, name: str) -> BookView:
        """The newest book; empty when nobody watches. On any thread."""
        known = self._known.get(name, _Known())
        age = self._monotonic() - known.at if known.book else None
        return BookView(known.book, age, known.reason)

    async def close(self) -> None:
        """Stop asking."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _follow(self, name: str) -> None:
        failures = 0
        while True:
            pause = self._exchange.book_pace
            try:
                self._known[name] = await self._fetch(name)
                failures = 0
            except ExchangeError as error:
                failures += 1
                self._known[name] = replace(self._known[name], reason=error.message)
                pause = max(pause, pause_after(error, failures, self._random))
            except Exception:  # a fault of our own must not end it: the next book may be readable
                log.exception("order book of %s", name)
            await asyncio.sleep(pause)

    async def _fetch(self, name: str) -> _Known:
        request = self._exchange.book_request(name)
        assert request  # only those who have books are asked for them
        reply = await self._rest.get(request)
        return _Known(self._exchange.parse_book(name, reply.body), reply.asked_at)
