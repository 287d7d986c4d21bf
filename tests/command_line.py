"""The command line as a person or a script meets it: the program itself, run to its end."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from tests.processes import command

HALF_PAST_NOON = 1_795_437_000_000
NOBODY = "127.0.0.1:1"
COMMANDS = "watch, demo, serve, stream, exchange, feed, doctor"
ESCAPES = "\x1b]0;owned\x07\x1b[31m\u202e\x9b2J"


def run(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The program with `args`, without a terminal."""
    return subprocess.run(
        command(*args), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
        **options,
    )  # fmt: skip


def start(*args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def refusal(*args: str) -> str:
    """The one line that the program says when it cannot do what it was asked, and exits with 2."""
    ended = run(*args)
    assert (ended.returncode, ended.stdout) == (2, ""), ended
    assert ended.stderr.startswith("tradex-tui: ")
    assert ended.stderr.endswith("\n")
    assert ended.stderr[:-1].isprintable()
    return ended.stderr[:-1].removeprefix("tradex-tui: ")


def unreached(*args: str) -> tuple[list[dict[str, Any]], list[str]]:
    """What `stream` prints, and its complaints, until it ends with nobody reached and a 1."""
    ended = run("stream", *args)
    assert ended.returncode == 1, ended
    return [json.loads(line) for line in ended.stdout.splitlines()], ended.stderr.splitlines()


def streamed(*args: str) -> list[dict[str, Any]]:
    """The lines that `stream` prints until it ends by itself, without a word of complaint."""
    ended = run("stream", *args)
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    return [json.loads(line) for line in ended.stdout.splitlines()]
