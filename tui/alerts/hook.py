"""The program that the user wants run when an alert rings: no shell, no terminal, no long wait."""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from contextlib import suppress

from tui.errors import TradexError
from tui.text import clean

VARIABLE = "TRADEX_TUI_ALERT"
LIMIT = 10.0


async def run(command: Sequence[str], text: str, limit: float = LIMIT) -> None:
    """Run `command` with `text` as its last argument and in $TRADEX_TUI_ALERT.

    It, and all that it started, is killed after `limit` seconds. Raises TradexError when it cannot
    be run, fails, or does not end.
    """
    what = f"The alerts' command {clean(command[0], 64)}"
    try:
        process = await asyncio.create_subprocess_exec(
            *command, text, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
            start_new_session=True, env={**os.environ, VARIABLE: text},
        )  # fmt: skip
    except (OSError, ValueError) as error:
        raise TradexError(f"{what} cannot be run.", "Is it installed?") from error
    try:
        async with asyncio.timeout(limit):
            code = await process.wait()
    except TimeoutError:
        raise TradexError(f"{what} did not end in {limit:g} seconds and was stopped.") from None
    finally:
        await _end(process)
    if code:
        raise TradexError(f"{what} failed (code {code}).", "Run it by hand to see why.")


async def _end(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
