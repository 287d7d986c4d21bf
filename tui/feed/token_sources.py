"""Where a feed's token comes from: the environment, a file of one's own, or a command.

A traceback may be printed with its local variables. So a frame that raises holds what it read
as a Secret, and a frame that holds it as bytes does not raise.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import signal
import stat
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tui.errors import TradexError
from tui.feed.secret import Secret
from tui.text import clean

MAX_BYTES = 64 * 2**10
COMMAND_TIMEOUT = 10.0
_FAREWELL = 1.0
_CHUNK = 2**16
_ERROR_BYTES, _ERROR_CELLS = 4_096, 200
# Tokens and keys are long, without a space, and have a digit somewhere; a path has slashes.
_LIKE_A_SECRET = re.compile(r"(?=[^\s\d]*\d)[^\s/]{24,}")
_ADVICE = {
    errno.ELOOP: "It is a symbolic link: name the file itself.",
    errno.ENOENT: "There is no such file.",
    errno.EACCES: "You may not read it.",
}


class TokenSource(Protocol):
    """Where to ask for a token."""

    async def read(self) -> Secret:
        """The token that is there now, without white space around it. Raises TradexError."""


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Where a token comes from, and how many seconds it lives; None: as the token itself says."""

    source: TokenSource
    life: float | None = None


@dataclass(frozen=True, slots=True)
class EnvironmentToken:
    """The environment variable `name`."""

    name: str

    async def read(self) -> Secret:
        """The variable's value."""
        what = f"The environment variable {clean(self.name, 64)}"
        if self.name not in os.environ:
            raise TradexError(f"{what} is not set.", "It must hold the token.")
        return _sealed(os.fsencode(os.environ[self.name])).accepted(what)


@dataclass(frozen=True, slots=True)
class FileToken:
    """A file of at most MAX_BYTES that only its owner may use; no symbolic link."""

    path: Path

    async def read(self) -> Secret:
        """The file's content."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> Secret:
        what = f"The token file {clean(str(self.path), 200)}"
        # O_NONBLOCK: opening a pipe must not wait for somebody to write.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            file = os.open(self.path, flags)
        except OSError as error:
            advice = _ADVICE.get(error.errno or 0, "")
            raise TradexError(f"{what} cannot be read.", advice) from error
        try:
            _check_mode(os.fstat(file).st_mode, what)
            return _sealed(os.read(file, MAX_BYTES + 1)).accepted(what)
        finally:
            os.close(file)


@dataclass(frozen=True, slots=True)
class CommandToken:
    """What `argv`, run without a shell, prints within COMMAND_TIMEOUT seconds."""

    argv: tuple[str, ...]

    async def read(self) -> Secret:
        """The command's output."""
        what = f"The token command {clean(self.argv[0], 64)}"
        try:
            process = await asyncio.create_subprocess_exec(
                *self.argv, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, start_new_session=True
            )
        except (OSError, ValueError) as error:
            raise TradexError(f"{what} cannot be run.", "Is it installed?") from error
        try:
            async with asyncio.timeout(COMMAND_TIMEOUT):
                return (await _output(process, what)).accepted(what)
        except TimeoutError:
            raise TradexError(f"{what} did not end in {COMMAND_TIMEOUT:g} seconds.") from None
        finally:
            await _end(process)


@dataclass(frozen=True, slots=True)
class _Found:
    """What was read, and what is wrong with it, if anything."""

    secret: Secret
    flaw: str

    def accepted(self, what: str) -> Secret:
        if self.flaw:
            raise TradexError(f"{what} {self.flaw}.", "It must hold the token and nothing else.")
        return self.secret


def _sealed(raw: bytes) -> _Found:
    text = raw.decode(errors="replace").strip()
    if len(raw) > MAX_BYTES:
        flaw = f"holds more than {MAX_BYTES // 1024} KiB"
    elif not text:
        flaw = "is empty"
    else:
        flaw = (
            "" if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text else "is no text"
        )
    return _Found(Secret(text), flaw)


def _check_mode(mode: int, what: str) -> None:
    if not stat.S_ISREG(mode):
        raise TradexError(f"{what} is no regular file.")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise TradexError(f"{what} is open to others than its owner.", "Run chmod 600 on it.")


async def _output(process: Process, what: str) -> _Found:
    assert process.stdout and process.stderr  # both are pipes
    found, told = await asyncio.gather(_printed(process.stdout), _told(process.stderr))
    if code := await process.wait():
        raise TradexError(f"{what} failed (code {code}).", told)
    return found


async def _printed(stream: asyncio.StreamReader) -> _Found:
    return _sealed(await _head(stream, MAX_BYTES + 1))


async def _told(stream: asyncio.StreamReader) -> str:
    said = (await _head(stream, _ERROR_BYTES)).decode(errors="replace")
    return clean(_LIKE_A_SECRET.sub("***", said), _ERROR_CELLS)


async def _head(stream: asyncio.StreamReader, size: int) -> bytes:
    """The first `size` bytes; the rest is read and dropped, so that the writer can end."""
    kept = bytearray()
    while chunk := await stream.read(_CHUNK):
        kept += chunk[: size - len(kept)]
    return bytes(kept)


async def _end(process: Process) -> None:
    """Kill it, and what it started, unless it has ended and its output too."""
    assert process.stdout and process.stderr  # both are pipes
    silent = process.stdout.at_eof() and process.stderr.at_eof()
    if process.returncode is None or not silent:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # What left the group may keep the output open for ever.
        with suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await process.communicate()
