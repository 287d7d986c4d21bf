"""What nobody catches, in a process of its own: its log, its crash file, its standard error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = {
    "a thread": "threading.Thread(target=lambda: 1 / 0, name='failing').start()",
    "a finalizer": "Failing()",
    "a task": "asyncio.run(lose())",
    "a warning": "warnings.warn('ZeroDivisionError', stacklevel=1)",
}
PROGRAM = """
import asyncio, faulthandler, logging, sys, threading, warnings
from pathlib import Path
from tui.uncaught import log_uncaught
folder = Path(sys.argv[1])
logging.basicConfig(filename=folder / "log")
log_uncaught(folder / "crashes.log")
class Failing:
    def __del__(self): 1 / 0
async def lose():
    asyncio.create_task(fail())
    await asyncio.sleep(0)
async def fail(): 1 / 0
"""


def run(folder: Path, fault: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"{PROGRAM}\n{fault}", str(folder)], capture_output=True, text=True
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_in_the_log_and_not_on_the_screen(tmp_path: Path, fault: str) -> None:
    ended = run(tmp_path, FAULTS[fault])
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()


def test_a_crash_of_the_interpreter_leaves_its_stacks_in_a_file(tmp_path: Path) -> None:
    ended = run(tmp_path, "faulthandler._sigsegv()")
    assert (ended.returncode, ended.stderr) == (-11, "")
    assert "Segmentation fault" in (tmp_path / "crashes.log").read_text()


def test_without_a_folder_for_crashes_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "crashes.log").mkdir()
    assert run(tmp_path, "").stderr == ""
