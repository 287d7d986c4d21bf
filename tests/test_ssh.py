"""The monitor over SSH: a real server and the real client, every way a connection ends, a login
that runs nothing else."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.fault_proxy import HOLE, FaultProxy
from tests.sshd import INSTALLED, PROGRAM, Sshd
from tests.terminal_emulator import Emulated

pytestmark = pytest.mark.skipif(not INSTALLED, reason="OpenSSH's server or client is not here")
DEMO = f"{PROGRAM} demo"


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with Sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


def assert_nothing_left(sshd: Sshd, terminal: Emulated) -> None:
    terminal.until(lambda: not sshd.processes(), 15)


def test_it_draws_obeys_keys_ticks_and_gives_the_terminal_back(sshd: Sshd) -> None:
    with sshd.session(DEMO) as t:
        t.shows("BTCUSDT 1m", "EURUSD 1m", "LIVE")
        t.press("a")
        t.shows("Add symbols", "AAVEUSDT")
        t.press("LINKUSDT")
        t.shows("LINK/USDT")
        t.press("enter")
        t.shows("LINKUSDT 1m")
        t.press("g", "z")  # the first pane fills the screen
        t.until(lambda: "EURUSD 1m" not in t.text)
        t.shows("BTCUSDT 1m")
        before = price(t)
        t.until(lambda: price(t) != before)
        t.resize(70, 20)
        t.until(lambda: "DEMO" in t.lines[19])
        t.press("q")
        assert t.exit_code == 0
        t.assert_restored()
        assert_nothing_left(sshd, t)


def price(t: Emulated) -> str:
    """That of the zoomed pane: the first number with decimals."""
    found = re.search(r"\d+\.\d\d", t.text)
    return found[0] if found else ""


def test_why_it_cannot_start_and_its_exit_code_come_through(sshd: Sshd) -> None:
    with sshd.session(DEMO, environ={"TERM": "dumb"}) as t:
        assert t.exit_code == 2
        assert "This terminal cannot place text on the screen (TERM=dumb)." in t.text
        t.assert_restored()


def test_ended_by_a_signal_over_there_it_gives_the_terminal_back_over_here(sshd: Sshd) -> None:
    with sshd.session(DEMO) as t:
        t.shows("LIVE")
        (program,) = sshd.processes()
        os.kill(program, signal.SIGTERM)
        assert t.exit_code == 128 + signal.SIGTERM
        t.assert_restored()
        assert_nothing_left(sshd, t)


def kill_client(t: Emulated, sshd: Sshd, line: FaultProxy) -> None:
    t.kill()


def kill_server(t: Emulated, sshd: Sshd, line: FaultProxy) -> None:
    (server,) = sshd.session_servers()
    os.kill(server, signal.SIGKILL)


def type_the_escape(t: Emulated, sshd: Sshd, line: FaultProxy) -> None:
    t.press("enter")
    t.press("~.")


def close_the_window(t: Emulated, sshd: Sshd, line: FaultProxy) -> None:
    t.hang_up()


def reset(t: Emulated, sshd: Sshd, line: FaultProxy) -> None:
    line.reset()


@pytest.mark.parametrize(
    "cut",
    [kill_client, kill_server, type_the_escape, close_the_window, reset],
    ids=lambda cut: str(cut.__name__),
)
def test_l9_when_the_connection_is_cut_no_process_is_left(
    sshd: Sshd, cut: Callable[[Emulated, Sshd, FaultProxy], None]
) -> None:
    with FaultProxy(sshd.port) as line, sshd.session(DEMO, port=line.port) as t:
        t.shows("LIVE")
        assert len(sshd.processes()) == 1
        cut(t, sshd, line)
        assert_nothing_left(sshd, t)
        t.process.wait(15)


def test_l9_when_no_packet_comes_through_any_more_no_process_is_left(tmp_path: Path) -> None:
    """The server notices since the monitor falls silent: it waits for the frame under way."""
    with (
        Sshd(tmp_path, patience=1) as sshd,
        FaultProxy(sshd.port) as line,
        sshd.session(DEMO, port=line.port) as t,
    ):
        t.shows("LIVE")
        line.shape(HOLE, HOLE)
        assert_nothing_left(sshd, t)


def assert_current_after_a_freeze(sshd: Sshd, seconds: float) -> None:
    """Stop the client and let it go on: what was missed is not played, and the clock is right."""
    with sshd.session(DEMO) as t:
        t.shows("LIVE")
        t.kill(signal.SIGSTOP)
        time.sleep(seconds)
        before, resumed = len(t.written), datetime.now().astimezone()
        t.kill(signal.SIGCONT)
        t.until(lambda: t.lines[-1][-8:] >= f"{resumed:%H:%M:%S}", 10)
        shown = re.findall(rb"\d\d:\d\d:\d\d", t.written[before:])
        missed = {time for time in shown if time < f"{resumed:%H:%M:%S}".encode()}
        assert len(missed) <= 3  # the frames that were under way
        t.press("q")
        assert t.exit_code == 0
        t.assert_restored()
        assert_nothing_left(sshd, t)


def test_a_client_that_was_frozen_goes_on_with_the_newest(sshd: Sshd) -> None:
    assert_current_after_a_freeze(sshd, 5)


@pytest.mark.long
def test_a_client_that_was_frozen_for_a_minute_goes_on_with_the_newest(sshd: Sshd) -> None:
    assert_current_after_a_freeze(sshd, 60)


# A login that runs nothing else: each with the key of a login that may, to see that it could


def test_a_desk_that_asks_for_a_shell_gets_the_monitor(sshd: Sshd) -> None:
    with sshd.session("/bin/sh", key="desk") as t:
        t.shows("LIVE")
        assert list(sshd.processes().values()) == [Path(sys.executable).name]
        t.press("q")
        assert t.exit_code == 0
        assert_nothing_left(sshd, t)


def asked(*words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, input=said, capture_output=True, text=True, timeout=30)


def test_a_desk_without_a_terminal_gets_a_sentence(sshd: Sshd) -> None:
    trace = sshd.home / "trace"

    def ended(key: str) -> subprocess.CompletedProcess[str]:
        return asked("ssh", *sshd.options(key), sshd.login, "/bin/sh", said=f"touch {trace}\n")

    refused = ended("desk")
    assert refused.returncode == 2
    assert "The monitor needs a terminal, and this is none." in refused.stderr
    assert not trace.exists()
    assert ended("free").returncode == 0
    assert trace.exists()


@pytest.mark.parametrize("protocol", ["-s", "-O"], ids=["sftp", "rcp"])
def test_a_desk_copies_no_file(sshd: Sshd, protocol: str, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (sshd.home / "theirs").write_text("theirs")

    def copied(key: str) -> tuple[bool, bool]:
        to, back = sshd.home / f"{key}{protocol}", tmp_path / f"{key}{protocol}"
        scp = ("scp", protocol, *sshd.options(key))
        asked(*scp, str(tmp_path / "mine"), f"{sshd.login}:{to}")
        asked(*scp, f"{sshd.login}:{sshd.home}/theirs", str(back))
        return to.exists(), back.exists()

    assert copied("free") == (True, True)
    assert copied("desk") == (False, False)


def test_a_desk_reaches_no_port_through_the_server(sshd: Sshd) -> None:
    def heard(key: str) -> str:
        there = f"127.0.0.1:{sshd.port}"
        return asked("ssh", "-W", there, *sshd.options(key), sshd.login).stdout

    assert heard("free").startswith("SSH-2.0")
    assert heard("desk") == ""


def test_a_desk_opens_no_port_on_the_server(sshd: Sshd) -> None:
    def opens(key: str) -> int:
        options = ("-R", "0:127.0.0.1:9", "-oExitOnForwardFailure=yes", *sshd.options(key))
        return asked("ssh", *options, sshd.login, "true").returncode

    assert opens("free") == 0
    assert opens("desk") == 255
