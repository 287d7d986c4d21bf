"""The program with a fault in it: `python -m tests.faulty_monitor FAULT ARGUMENTS`."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from typing import Any, NoReturn

from textual.geometry import Region
from textual.strip import Strip

from tui.__main__ import main
from tui.app import TradexApp
from tui.feed.engine import Engine
from tui.keeping import Keeper
from tui.screens.monitor import MonitorScreen
from tui.terminal.driver import TerminalDriver
from tui.wardrobe import Wardrobe
from tui.widgets.candle_chart import CandleChart
from tui.widgets.picture import Plain

LONG = 60.0


class DeliberateError(Exception):
    """The fault that was asked for."""


class Unraisable:
    """Fails where nobody can catch it."""

    def __del__(self) -> None:
        raise DeliberateError


def fail(*_: object, **__: object) -> NoReturn:
    raise DeliberateError


def hang(*_: object, **__: object) -> None:
    time.sleep(LONG)  # that is the fault


def on_help(work: Callable[[], object]) -> None:
    """Do it when `?` is pressed."""
    TradexApp.action_help = lambda _: work()  # type: ignore[assignment]  # that is the fault


def in_a_thread() -> None:
    threading.Thread(target=fail, name="failing").start()


def unraisable() -> None:
    Unraisable()
    gc.collect()


def resolve_nothing() -> None:
    """A resolver that answers nobody, but for addresses."""
    look_up = socket.getaddrinfo

    def slow(host: Any, *rest: Any, **more: Any) -> Any:
        return look_up(host, *rest, **more) if host == "127.0.0.1" else time.sleep(LONG)

    socket.getaddrinfo = slow


def fail_once(*_: object) -> None:
    Keeper.save = lambda *_: True  # type: ignore[method-assign]  # it worked
    fail()


def save_once() -> None:
    Keeper.save = fail_once  # type: ignore[method-assign,assignment]  # that is the fault


class Interrupter(MetaPathFinder):
    """ctrl+c comes while the module `name` is loaded."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, name: str, *_: object) -> None:
        if name == self._name:
            os.kill(os.getpid(), signal.SIGINT)


def interrupt(name: str) -> Callable[[], None]:
    return lambda: sys.meta_path.insert(0, Interrupter(name))


def lose_the_session() -> None:
    """Leave the session of the terminal: who is in another one hears of no hang-up."""
    if os.fork():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
    os.setsid()


def fail_later() -> None:
    """Drawing fails so many seconds after the start as the next argument says."""
    fails_at = time.monotonic() + float(sys.argv.pop(1))
    draw = Plain.render_lines

    def render_lines(widget: Plain, crop: Region) -> list[Strip]:
        return draw(widget, crop) if time.monotonic() < fails_at else fail()

    Plain.render_lines = render_lines  # type: ignore[method-assign,assignment]  # the fault


def put(target: type, name: str) -> Callable[[], None]:
    return lambda: setattr(target, name, fail)


FAULTS: dict[str, Callable[[], None]] = {
    "pane": put(CandleChart, "show"),
    "frame": put(TradexApp, "hear"),
    "worker": save_once,
    "draw": put(Plain, "render_lines"),
    "draw later": fail_later,
    "compose": put(MonitorScreen, "compose"),
    "mount": put(TradexApp, "on_mount"),
    "init": put(Wardrobe, "open"),
    "engine": put(Engine, "start"),
    "terminal": put(TerminalDriver, "_request_terminal_sync_mode_support"),
    "input": put(TerminalDriver, "_read"),
    "action": lambda: on_help(fail),
    "thread": lambda: on_help(in_a_thread),
    "unraisable": lambda: on_help(unraisable),
    "hang": lambda: on_help(hang),
    "interrupt click": interrupt("click"),
    "interrupt tui.opening": interrupt("tui.opening"),
    "no hang-up": lose_the_session,
    "resolver": resolve_nothing,
}

if __name__ == "__main__":
    FAULTS[sys.argv.pop(1)]()
    main()
