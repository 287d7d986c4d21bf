"""What is remembered is written soon after it changes, and again and again while that fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from tui.errors import TradexError

log = logging.getLogger(__name__)

_AGAIN = 30.0


class Keeper:
    """Writes at most once in `delay` seconds; `write` raises TradexError when it cannot.

    `tell` gets the reason once until it is written again.
    """

    def __init__(
        self, write: Callable[[], None], tell: Callable[[str], object], delay: float = 1.0
    ) -> None:
        self._write = write
        self._tell = tell
        self._delay = delay
        self._unsaved = asyncio.Event()
        self._failed = False

    def changed(self) -> None:
        """There is something to write."""
        self._unsaved.set()

    async def run(self) -> None:
        """Write changes shortly after the first of them; a disk may be full only for a while."""
        while True:
            await self._unsaved.wait()
            await asyncio.sleep(self._delay)
            self._unsaved.clear()
            if not await asyncio.to_thread(self.save):
                self._unsaved.set()
                await asyncio.sleep(_AGAIN)

    def finish(self) -> None:
        """Write what is not written yet."""
        if self._unsaved.is_set():
            self.save()

    def save(self) -> bool:
        """Whether it is written."""
        try:
            self._write()
        except TradexError as error:
            if not self._failed:
                log.warning("%s", error)
                self._tell(str(error))
            self._failed = True
            return False
        self._failed = False
        return True
