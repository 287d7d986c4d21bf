"""The log file: the only place for tracebacks, and harmless to a terminal that shows it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tui import journal
from tui.journal import journal_path, open_journal

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202eno\x00"

log = logging.getLogger("tui.test")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log's folder in a home of the test's own; afterwards logging is as it was."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()  # else opening the journal closes those of pytest
    yield journal_path().parent
    for handler in root.handlers:
        with suppress(OSError):
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def written() -> list[str]:
    return journal_path().read_text("utf-8").splitlines()


def test_an_event_is_one_line_with_time_level_and_place() -> None:
    open_journal()
    log.warning("history of %s: no answer", "binance:BTCUSDT")
    (line,) = written()
    assert line.endswith("WARNING tui.test: history of binance:BTCUSDT: no answer")


def test_hostile_text_is_harmless() -> None:
    open_journal()
    log.info("it said %s", HOSTILE)
    (line,) = written()
    assert line.endswith("it said no")


def test_a_message_of_several_lines_cannot_pose_as_another_event() -> None:
    open_journal()
    log.info("first\n2026-01-01 00:00:00,000 ERROR tui: made up\r\x85and more")
    first, *rest = written()
    assert first.endswith("INFO tui.test: first")
    assert all(line.startswith("  ") for line in rest)


def test_a_traceback_is_kept_with_its_indents() -> None:
    open_journal()
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        log.exception("a task failed")
    first, *rest = written()
    assert first.endswith("ERROR tui.test: a task failed")
    assert rest[0] == "  Traceback (most recent call last):"
    assert rest[-1] == "  ValueError: no"
    assert "      raise ValueError(HOSTILE)" in rest


def test_other_alphabets_are_written_whatever_the_locale() -> None:
    code = (
        "import logging; from tui.journal import open_journal; open_journal();"
        r"logging.error('\u5e01\u5b89USDT is not a symbol')"
    )
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", code], env=os.environ | plain, check=True)
    assert written()[0].endswith("币安USDT is not a symbol")


def test_b8_the_file_is_followed_by_four_old_ones_at_most(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_SIZE", 1_000)
    open_journal()
    for number in range(200):
        log.info("event %d", number)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [
        "tradex-tui.log", *(f"tradex-tui.log.{i}" for i in (1, 2, 3, 4)),
    ]  # fmt: skip
    assert all(file.stat().st_size <= 1_000 for file in files)


def test_the_socket_library_does_not_log_frames() -> None:
    open_journal()
    logging.getLogger("websockets.client").info("< TEXT '{\"token\"...}'")
    assert written() == []


def _no_folder(folder: Path) -> None:
    folder.parent.parent.mkdir(parents=True)
    folder.parent.write_text("not a folder")


def _full_disk(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "tradex-tui.log").symlink_to("/dev/full")


@pytest.mark.parametrize("broken", [_no_folder, _full_disk])
def test_a_file_that_cannot_be_written_disturbs_nobody(
    broken: Callable[[Path], None], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if broken is _full_disk and not Path("/dev/full").exists():
        pytest.skip("needs a device that is always full")
    broken(folder)
    open_journal()
    log.error("nobody will read this")
    assert capfd.readouterr() == ("", "")
