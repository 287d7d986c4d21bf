"""The web server: from listening to the signal that ends it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence

from aiohttp import web

from tui.errors import cannot_listen
from tui.web.access import Access
from tui.web.pages import Pages

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SHUTDOWN = 10.0  # seconds; sessions that hang are killed earlier


async def serve(
    args: Sequence[str], access: Access, port: int, limit: int, say: Callable[[str], None]
) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP: `limit` sessions at most, each started with `args`.

    `say` is told the urls and the end. Raises TradexError when an address cannot be had.
    """
    pages = Pages(args, access, limit)
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:  # as nohup wants it
            continue
        loop.add_signal_handler(number, pages.stopping.set)
    runner = web.AppRunner(pages.app(), access_log=None, shutdown_timeout=_SHUTDOWN)
    await runner.setup()
    try:
        for address in access.addresses:
            await _listen(runner, address, port)
        urls = " and ".join(_url(*bound[:2]) for bound in runner.addresses)
        say(f"The monitor is on {urls}; ctrl+c ends it.")
        await pages.stopping.wait()
    finally:
        await runner.cleanup()
    say("The server has ended, and its sessions with it.")


async def _listen(runner: web.AppRunner, address: str, port: int) -> None:
    try:
        await web.TCPSite(runner, address, port, reuse_address=True).start()
    except OSError as error:
        raise cannot_listen(address, port, error) from error


def _url(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
