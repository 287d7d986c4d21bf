"""A program in a pseudo-terminal, and the terminal around it: screen, modes, answers, pace."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, Self

import pyte

from tests.processes import command

MAIN_SCREEN = frozenset({7, 25})
"""The private modes of a terminal at rest: lines wrap, the cursor is shown."""

ALT_SCREEN, CURSOR, WRAP, FOCUS, PASTE, SYNC, IN_BAND_RESIZE = 1049, 25, 7, 1004, 2004, 2026, 2048
MOUSE = frozenset({1000, 1002, 1003, 1005, 1006, 1015, 1016})

_KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "focus": "\x1b[I", "blur": "\x1b[O",
} | {f"ctrl+{chr(96 + code)}": chr(code) for code in range(1, 27)}  # fmt: skip

# Sequences that pyte misreads: of private modes, those with <, > or = behind the bracket, and
# those with more numbers than it knows, as when a message stands in a sequence that was cut off.
_OWN = re.compile(
    r"\x1b\[\?(?P<modes>[\d;]+)(?P<does>h|l|\$p)"
    r"|\x1b\[(?P<mark>[<>=])[\d;]*(?P<end>[ -/]*[@-~])"
    r"|\x1b\[(?:[\d;]*;[\d;]*[@A-GJ-Z`acdegn]|\d*;\d*;[\d;]*[Hfr])"
)
_CUT_OFF = re.compile(r"\x1b(\[[0-?]*[ -/]*)?$")


class Glass(pyte.Screen):
    """What the terminal shows; `answer` gets what it tells the program when asked.

    `modes` are the private modes (DEC, xterm) that are on. Asked about one (DECRQM) it knows
    those of `known`. `keyboards` is how many kitty keyboard modes were pushed and not popped.
    Each character of `wide` is drawn two cells wide.
    """

    def __init__(
        self,
        size: tuple[int, int],
        known: Collection[int],
        answer: Callable[[str], None],
        wide: Collection[str] = "",
    ) -> None:
        self.modes: set[int] = set(MAIN_SCREEN)
        self.keyboards = 0
        self._known = known
        self._wide = frozenset(wide)
        self._answer = answer
        super().__init__(*size)
        self._hidden = deepcopy(self.buffer)
        self._stream = pyte.Stream(self)
        self._tail = ""

    def show(self, written: str) -> None:
        """Take the next part of what the program writes."""
        text = self._tail + written
        cut = _CUT_OFF.search(text)
        at, end = 0, cut.start() if cut else len(text)
        self._tail = text[end:]
        for found in _OWN.finditer(text, 0, end):
            self._feed(text[at : found.start()])
            self._obey(found)
            at = found.end()
        self._feed(text[at:end])

    def draw(self, data: str) -> None:
        if self._wide.isdisjoint(data):
            super().draw(data)
            return
        for char in data:
            super().draw(char)
            if char in self._wide:
                self.cursor_forward()

    def write_process_input(self, data: str) -> None:
        self._answer(data)

    def _feed(self, text: str) -> None:
        try:
            self._stream.feed(text)
        # No such sequence (pyte then fails so): two programs have written into one another's.
        except (TypeError, UnboundLocalError):
            self._stream = pyte.Stream(self)

    def _obey(self, found: re.Match[str]) -> None:
        if found["mark"]:
            if found["end"] == "u":
                self.keyboards += {">": 1, "<": -1, "=": 0}[found["mark"]]
        elif found["modes"]:
            self._set(found)

    def _set(self, found: re.Match[str]) -> None:
        modes = [int(mode) for mode in found["modes"].split(";")]
        if found["does"] == "$p":
            self._answer("".join(f"\x1b[?{mode};{self._knows(mode)}$y" for mode in modes))
            return
        before = ALT_SCREEN in self.modes
        if found["does"] == "h":
            self.modes.update(modes)
            self.set_mode(*modes, private=True)
        else:
            self.modes.difference_update(modes)
            self.reset_mode(*modes, private=True)
        if (ALT_SCREEN in self.modes) != before:
            self._turn(to_alternate=not before)

    def _knows(self, mode: int) -> int:
        """DECRPM: 0 not known, 1 on, 2 off."""
        return (1 if mode in self.modes else 2) if mode in self._known else 0

    def _turn(self, to_alternate: bool) -> None:
        if to_alternate:
            self.save_cursor()
            self._hidden.clear()
        self.buffer, self._hidden = self._hidden, self.buffer
        if not to_alternate:
            self.restore_cursor()


class Emulated:
    """`tradex-tui ARGS` (or another `program`) in a terminal of `size` columns and rows.

    The program leads a session whose controlling terminal this is, so that it hears of a
    hang-up. A thread reads, so that the program never waits for the test, but when it is to:
    at `speed` bytes a second, and not at all between `pause` and `resume`. A `mute` one answers
    nothing that it is asked; for `known` and `wide` see Glass.

    Left with the program still running, it is killed.
    """

    def __init__(
        self,
        home: Path,
        *args: str,
        program: Sequence[str] = tuple(command()),
        size: tuple[int, int] = (120, 40),
        environ: Mapping[str, str] = {},
        speed: float | None = None,
        known: Collection[int] = (SYNC,),
        wide: Collection[str] = "",
        mute: bool = False,
    ) -> None:
        self.speed = speed
        self._mute = mute
        self._written = bytearray()
        self._news = threading.Condition()
        self._glass = Glass(size, known, self._answer, wide)
        self._reads, self._over = threading.Event(), threading.Event()
        self._reads.set()
        self._master, slave = pty.openpty()
        os.set_blocking(self._master, False)
        self._tell_size(size)
        self.settings_before = self.settings
        self.process = subprocess.Popen(
            [*program, *args], stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8",
                 "TERM": "xterm-256color", "COLORTERM": "truecolor", **environ},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    # What it looks like

    @property
    def lines(self) -> list[str]:
        """The screen, one string a row, without the blanks at its end."""
        with self._news:
            return [line.rstrip() for line in self._glass.display]

    @property
    def text(self) -> str:
        """The screen, row by row."""
        return "\n".join(self.lines)

    @property
    def written(self) -> bytes:
        """All that the program wrote and the terminal read."""
        with self._news:
            return bytes(self._written)

    @property
    def modes(self) -> set[int]:
        """The private modes that are on; at rest they are MAIN_SCREEN."""
        with self._news:
            return set(self._glass.modes)

    @property
    def keyboards(self) -> int:
        """How many kitty keyboard modes were pushed and not popped."""
        with self._news:
            return self._glass.keyboards

    @property
    def settings(self) -> list[Any]:
        """The terminal's settings, as `termios.tcgetattr` gives them."""
        return termios.tcgetattr(self._master)

    @property
    def foreground(self) -> int:
        """The process group that the terminal's keys go to."""
        return os.tcgetpgrp(self._master)

    def assert_restored(self) -> None:
        """The terminal is as it was before the program."""
        changed = self.modes ^ MAIN_SCREEN
        assert not changed, f"these modes are not as before: {sorted(changed)}"
        assert self.keyboards == 0, f"kitty keyboard modes pushed and left: {self.keyboards}"
        assert self.settings == self.settings_before, "the terminal's settings are not as before"

    def until(self, holds: Callable[[], object], seconds: float = 30) -> None:
        """Wait until it holds; fails with the screen when it does not."""
        ends = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < ends, f"not within {seconds} s; the screen:\n{self.text}"
            with self._news:
                self._news.wait(0.05)

    def shows(self, *words: str) -> None:
        """Wait until all these words are on the screen."""
        self.until(lambda: all(word in self.text for word in words))

    # What is done to it

    def press(self, *keys: str) -> None:
        """Keys by name ("enter", "ctrl+c"), or what they send."""
        os.write(self._master, "".join(_KEYS.get(key, key) for key in keys).encode())

    def resize(self, columns: int, rows: int) -> None:
        with self._news:
            self._glass.resize(rows, columns)
        self._tell_size((columns, rows))
        if IN_BAND_RESIZE in self.modes:
            self.press(f"\x1b[48;{rows};{columns};{rows * 16};{columns * 8}t")

    def pause(self) -> None:
        """Read nothing any more: what the program writes stays in the pty."""
        self._reads.clear()

    def resume(self) -> None:
        self._reads.set()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """The terminal goes away: the program gets SIGHUP, and EIO when it reads or writes."""
        self._over.set()
        self._reads.set()
        self._reader.join()
        if self._master >= 0:
            os.close(self._master)
        self._master = -1

    @property
    def exit_code(self) -> int:
        """Wait for the program's end and its last words; -n after signal n."""
        code = self.process.wait(30)
        self._reader.join(30)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.hang_up()

    # The terminal's own work

    def _tell_size(self, size: tuple[int, int]) -> None:
        columns, rows = size
        packed = struct.pack("4H", rows, columns, columns * 8, rows * 16)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)

    def _answer(self, data: str) -> None:
        if self._mute:
            return
        try:
            self.press(data)
        except OSError:  # it does not read, or has ended: a terminal does not wait for that
            return

    def _read(self) -> None:
        text = pyte.ByteStream().utf8_decoder
        while not self._over.is_set():
            if not (self._reads.wait() and select.select([self._master], [], [], 0.05)[0]):
                continue
            try:
                data = os.read(self._master, max(1, int(self.speed / 20)) if self.speed else 65_536)
            except OSError:  # EIO: nobody has the terminal open any more
                break
            with self._news:
                self._written += data
                self._glass.show(text.decode(data))
                self._news.notify_all()
            if self.speed:
                time.sleep(len(data) / self.speed)  # the line's speed
