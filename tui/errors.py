"""The one tree of errors that are for people: what happened, to what, what to do."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable
from difflib import get_close_matches

from tui.text import clean


class TradexError(Exception):
    """A sentence for the person at the screen, and a hint what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(TradexError):
    """Something typed on the command line or in the palette is not known."""


class ConfigError(TradexError):
    """The config file cannot be used: the message has file, key, found and expected."""


class ThemeError(TradexError):
    """One theme file cannot be used; the others can."""


class ExchangeError(TradexError):
    """The exchange, or the way to it, answered with something else than data."""


class InVainError(TradexError):
    """It was done as asked, and nothing came of it."""


class FaultError(InVainError):
    """This program has a fault; the log has its traceback."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "The log file (tradex-tui --help names it) has the reason.")


class NoConnectionError(InVainError):
    """The exchange was never reached."""


class UnreadError(InVainError):
    """A sample cannot be read as its feed is declared."""


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known words most like `word`, best first, without regard to case."""
    by_fold = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), by_fold, n=count, cutoff=0.5)
    return [by_fold[name] for name in close]


def unknown(kind: str, word: str, known: Iterable[str]) -> UsageError:
    """One line that names the valid words and the nearest: `Unknown interval '7m'. ...`."""
    word = clean(word, 64)
    return UsageError(f"Unknown {kind} '{word}'.", choice(word, known))


def choice(word: str, known: Iterable[str]) -> str:
    """What may be said instead of `word`, the nearest first: a hint."""
    valid = list(known)
    close = nearest(word, valid, 1)
    guess = f"Did you mean {close[0]}? " if close else ""
    return f"{guess}Valid: {', '.join(valid)}."


def cannot_listen(host: str, port: int, error: OSError | UnicodeError) -> TradexError:
    """Why a server of ours did not get its address."""
    host = clean(host)
    match error:
        case OSError(errno=errno.EADDRINUSE):
            message = f"Port {port} on {host} is in use."
            return TradexError(message, "Choose another, or 0 for a free one.")
        case socket.gaierror() | UnicodeError():
            message = f"The host {host} cannot be looked up."
            return TradexError(message, "Use an address of this machine, such as 127.0.0.1.")
        case _:
            # Not its own words: asyncio puts a sentence with the address as a tuple in their place.
            reason = os.strerror(error.errno or errno.EADDRNOTAVAIL)
            place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            return TradexError(f"Cannot listen on {place}: {reason}.")
