"""What leaves the program when an alert rings: sequences for the terminal, and a command."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds import eventually
from tui.alerts.hook import VARIABLE, run
from tui.alerts.notification import form_for, notification
from tui.errors import TradexError


@pytest.mark.parametrize(
    ("environ", "form"),
    [
        ({"TERM": "xterm-kitty"}, "osc9"),
        ({"TERM": "rxvt-unicode-256color"}, "osc777"),
        ({"TERM": "foot"}, "osc777"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "osc777"),
        ({}, "osc9"),
    ],
)
def test_a_terminal_gets_the_form_that_it_knows(environ: dict[str, str], form: str) -> None:
    assert form_for("auto", environ) == form
    assert form_for("off", environ) == "off"


def test_both_forms_are_as_their_terminals_want_them() -> None:
    assert notification("a > 1; b", "osc9") == "\x1b]9;tradex-tui: a > 1, b\x07"
    assert notification("a > 1; b", "osc777") == "\x1b]777;notify;tradex-tui;a > 1, b\x07"
    assert notification("a", "off") == ""


@given(st.text(max_size=2_000), st.sampled_from(["osc9", "osc777"]))
def test_no_text_can_end_a_sequence_early_or_make_it_long(text: str, form: str) -> None:
    sequence = notification(text, form)
    assert sequence[0] == "\x1b" and sequence[-1] == "\x07"
    assert sequence[1:-1].isprintable() and len(sequence) < 700
    assert sequence.count(";") == (1 if form == "osc9" else 3)


def test_the_command_gets_the_text_as_one_argument_and_in_a_variable(tmp_path: Path) -> None:
    written = tmp_path / "written"
    script = (
        "import os, sys; from pathlib import Path\n"
        f"Path(sys.argv[1]).write_text(sys.argv[2] + '|' + os.environ['{VARIABLE}'])"
    )
    text = 'binance:$(touch x)`touch y` > 1; "quoted" && touch z'
    asyncio.run(run([sys.executable, "-c", script, str(written)], text))
    assert written.read_text() == f"{text}|{text}"
    assert list(tmp_path.iterdir()) == [written]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["/no/such/program"], "cannot be run. Is it installed?"),
        (["false"], "false failed (code 1)"),
    ],
)
def test_a_command_that_fails_says_so(command: list[str], says: str) -> None:
    with pytest.raises(TradexError) as caught:
        asyncio.run(run(command, "text"))
    assert says in str(caught.value)


def test_a_command_that_does_not_end_is_stopped_with_what_it_started(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    script = (
        "import subprocess, sys, time; from pathlib import Path\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        "Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(60)"
    )

    async def scenario() -> None:
        task = asyncio.create_task(
            run([sys.executable, "-c", script, str(started)], "text", limit=5.0)
        )
        await asyncio.to_thread(eventually, lambda: started.exists() and started.read_text())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    eventually(lambda: not running(int(started.read_text())))


def test_a_command_has_only_so_long() -> None:
    script = "import time; time.sleep(60)"
    with pytest.raises(TradexError, match=r"did not end in 0\.2 seconds"):
        asyncio.run(run([sys.executable, "-c", script], "text", limit=0.2))


def running(pid: int) -> bool:
    """Whether a process runs; one that nobody waited for does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
