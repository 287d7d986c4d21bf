"""Where tokens come from, and that they are shown nowhere on the way."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import os
import pickle
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.feeds import eventually
from tui.errors import TradexError
from tui.feed import token_sources
from tui.feed.secret import Secret
from tui.feed.token_sources import (
    MAX_BYTES,
    CommandToken,
    EnvironmentToken,
    FileToken,
    TokenSource,
)

CANARY = "canary7f3a9c51e2d84b60cafe1234567890"


def read(source: TokenSource) -> Secret:
    return asyncio.run(source.read())


def refused(source: TokenSource) -> TradexError:
    with pytest.raises(TradexError) as raised:
        read(source)
    return raised.value


def printing(text: str, *more: str) -> CommandToken:
    return python(f"print({text!r})", *more)


def python(*lines: str) -> CommandToken:
    return CommandToken((sys.executable, "-c", "\n".join(("import os, sys, time", *lines))))


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(f"{CANARY}\n")
    path.chmod(0o600)
    return path


def every_text_of(value: object) -> str:
    shown = [repr(value), str(value), f"{value}", f"{value:>60}", f"{value!r:.500}"]
    return "\n".join([*shown, repr([value]), repr({"a": value}), f"{value:s}"])


def traceback_of(raising: Callable[[], object]) -> str:
    try:
        raising()
    except Exception as error:  # noqa: BLE001 - whatever it is, its traceback is to be looked at
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(shown.format())
    raise AssertionError("nothing was raised")


def test_s4_a_secret_is_shown_by_nothing_but_reveal(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(CANARY)
    logging.getLogger("tui").warning("%s %r %s", secret, secret, {"token": secret})
    assert CANARY not in every_text_of(secret) + caplog.text
    assert "Secret(***)" in caplog.text
    assert secret.reveal() == CANARY


@pytest.mark.parametrize("leak", [pickle.dumps, json.dumps, copy.deepcopy, hash, iter, bytes, len])
def test_s4_a_secret_cannot_be_turned_into_something_that_shows_it(
    leak: Callable[[Secret], object],
) -> None:
    secret = Secret(CANARY)
    with pytest.raises(TypeError) as raised:
        leak(secret)
    assert CANARY not in str(raised.value)


def test_s4_a_secret_is_hidden_in_what_others_say_of_it() -> None:
    secret = Secret(CANARY)
    for said in (CANARY, CANARY[:9], f"{CANARY[:12]}…"):
        assert secret.hide_in(f"The token {said} is not known.") == "The token *** is not known."
    assert secret.hide_in(CANARY * 2) == "******"
    assert secret.hide_in(CANARY[:7]) == CANARY[:7]
    assert Secret("a b").hide_in("no a b, nor a, is known") == "no ***, nor a, is known"
    assert Secret(r"a(").hide_in(r"no a( is known") == "no *** is known"


def test_s4_secrets_are_equal_by_their_texts() -> None:
    assert Secret("päß") == Secret("päß")
    assert Secret(CANARY) != Secret(CANARY + "x")
    assert Secret(CANARY) != CANARY


def failing_sources(folder: Path) -> list[TokenSource]:
    readable, large, torn = folder / "readable", folder / "large", folder / "torn"
    for path, content in (
        (readable, CANARY.encode()),
        (large, CANARY.encode() * 2_000),
        (torn, CANARY.encode() + b"\xff"),
    ):
        path.write_bytes(content)
        path.chmod(0o644 if path is readable else 0o600)
    return [
        FileToken(readable), FileToken(large), FileToken(torn),
        printing(CANARY * 2_000), printing(CANARY + "\udcff"),
        printing(CANARY, "sys.exit(3)"),
        printing(CANARY, f"sys.exit('Authorization: Bearer {CANARY}')"),
        EnvironmentToken("TRADEX_TEST_TOKEN"),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(8))
def test_s4_no_error_of_a_source_shows_the_token_even_with_the_locals_of_its_traceback(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEX_TEST_TOKEN", CANARY + "\x1b")
    source = failing_sources(tmp_path)[number]
    shown = traceback_of(lambda: read(source)).replace(repr(source), "")
    assert "TradexError" in shown
    assert not [line for line in shown.splitlines() if CANARY in line and "argv" not in line]


def test_a_token_is_read_without_the_white_space_around_it(
    token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADEX_TEST_TOKEN", f" {CANARY} ")
    for source in (EnvironmentToken("TRADEX_TEST_TOKEN"), FileToken(token_file), printing(CANARY)):
        assert read(source) == Secret(CANARY)


def test_a_variable_that_is_not_set_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRADEX_TEST_TOKEN", raising=False)
    error = refused(EnvironmentToken("TRADEX_TEST_TOKEN"))
    assert error.message == "The environment variable TRADEX_TEST_TOKEN is not set."


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o610])
def test_s5_a_file_that_others_may_use_is_refused_and_the_way_out_is_said(
    mode: int, token_file: Path
) -> None:
    token_file.chmod(mode)
    error = refused(FileToken(token_file))
    assert error.message.endswith("is open to others than its owner.")
    assert "chmod 600" in error.hint and str(token_file) in error.message


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_s5_a_file_of_one_s_own_is_read(mode: int, token_file: Path) -> None:
    token_file.chmod(mode)
    assert read(FileToken(token_file)) == Secret(CANARY)


def test_s5_a_symbolic_link_is_refused_wherever_it_leads(token_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(token_file)
    assert "symbolic link" in refused(FileToken(link)).hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"x" * (MAX_BYTES + 1), "more than 64 KiB"),
        (b"\xff\xfe", "is no text"),
        (b"two\nlines", "is no text"),
    ],
    ids=["nothing", "white space", "too much", "bytes", "lines"],
)
def test_s5_a_file_without_a_token_in_it_is_refused(
    content: bytes, words: str, token_file: Path
) -> None:
    token_file.write_bytes(content)
    assert words in refused(FileToken(token_file)).message


def test_s5_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path in (pipe, tmp_path):
        assert refused(FileToken(path)).message.endswith("is no regular file.")
    assert refused(FileToken(tmp_path / "none")).hint == "There is no such file."


def test_no_shell_reads_a_command() -> None:
    source = CommandToken((sys.executable, "-c", "import sys; print(sys.argv[1])", "$(id);`id`"))
    assert read(source) == Secret("$(id);`id`")


def test_a_command_that_is_not_there_is_said() -> None:
    error = refused(CommandToken(("tradex-no-such-command",)))
    assert str(error) == (
        "The token command tradex-no-such-command cannot be run. Is it installed?"
    )


def test_s4_what_a_failing_command_says_is_cleaned_clipped_and_freed_of_keys() -> None:
    said = "\x1b]0;owned\x07no agent at /very/long/path/to/a/socket.sock " + CANARY + " x" * 9_000
    error = refused(python(f"sys.stderr.write({said!r}); sys.exit(2)"))
    assert "failed (code 2)" in error.message
    assert error.hint.startswith("no agent at /very/long/path/to/a/socket.sock *** x x")
    assert len(error.hint) <= 201


def test_a_command_that_talks_without_end_to_its_error_output_still_succeeds() -> None:
    assert read(printing(CANARY, "sys.stderr.write('x' * 1_000_000)")) == Secret(CANARY)


def test_a_command_has_no_terminal_to_ask_at() -> None:
    assert "failed" in refused(python("input('passphrase: ')")).message


@pytest.mark.parametrize("leaves", [False, True], ids=["itself", "by what it left behind"])
def test_a_command_that_hangs_is_ended_in_time_with_all_it_started(
    leaves: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(token_sources, "COMMAND_TIMEOUT", 0.5)
    note = tmp_path / "child"
    child = "child = os.fork()"
    keep = f"open({str(note)!r}, 'w').write(str(child)) if child else time.sleep(60)"
    began = time.monotonic()
    source = python(child, keep, *(() if leaves else ("time.sleep(60)",)))
    assert refused(source).message.endswith("did not end in 0.5 seconds.")
    assert time.monotonic() - began < 30
    eventually(lambda: is_dead(int(note.read_text())))


def is_dead(process: int) -> bool:
    """Gone, or waiting to be: nobody but init can end a zombie that is not our child."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def test_a_command_runs_on_the_loop_of_another_thread() -> None:
    found: list[Secret] = []
    thread = threading.Thread(target=lambda: found.append(read(printing(CANARY))))
    thread.start()
    thread.join(20)
    assert found == [Secret(CANARY)]
