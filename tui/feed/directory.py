"""The list of an exchange's symbols: loaded once it is asked for, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from random import Random

from tui.errors import ExchangeError
from tui.exchange.base import Exchange
from tui.feed import backoff
from tui.feed.rest import Rest
from tui.feed.status import SymbolDirectory
from tui.market.nearest import nearest_symbols

_LONGEST_RETRY = 60.0
_RELOAD, _RELOAD_SOON = 3_600.0, 900.0


class Directory:
    """`known` is what was loaded last; `loaded` is set from the first time on."""

    def __init__(self, exchange: Exchange, rest: Rest, random: Random) -> None:
        self.known = _at_first(exchange)
        self.loaded = asyncio.Event()
        self._exchange = exchange
        self._rest = rest
        self._random = random

    async def keep(self, use: Callable[[], bool]) -> None:
        """Load it until cancelled, again from time to time: markets halt and go on.

        `use` is called after each load and says whether the next one is wanted soon.
        """
        while True:
            await self._load()
            self.loaded.set()
            await asyncio.sleep(_RELOAD_SOON if use() else _RELOAD)

    async def _load(self) -> None:
        request = self._exchange.directory_request()
        if request is None:
            return
        for attempt in count(1):
            try:
                reply = await self._rest.get(request)
                symbols = self._exchange.parse_directory(reply.body)
                self.known = SymbolDirectory(self._exchange.name, symbols)
                return
            except ExchangeError as error:
                self.known = replace(self.known, error=str(error))
                await asyncio.sleep(backoff.delay(attempt, 2.0, 2.0, _LONGEST_RETRY, self._random))

    def objection(self, name: str) -> str:
        """Why a symbol cannot be served; empty when it can, or while nothing is known."""
        info = self.known.symbols.get(name)
        if not self.known.symbols or (info and info.trading):
            return ""
        what = "is not traded now" if info else "is not a symbol"
        return f"{name} {what} on {self._exchange.title}."

    def nearest(self, name: str) -> tuple[str, ...]:
        """The most similar names that are traded."""
        return tuple(nearest_symbols(name, self.known.symbols.values()))


def _at_first(exchange: Exchange) -> SymbolDirectory:
    """What is known without asking: whether there is a list, and where not, some names."""
    if exchange.directory_request():
        return SymbolDirectory(exchange.name)
    examples = tuple(exchange.default_symbols)
    return SymbolDirectory(exchange.name, listed=False, examples=examples)
