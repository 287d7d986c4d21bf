"""`tradex-tui serve` as it is started: where it may listen, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from tests.command_line import refusal, run, start
from tests.held_port import HeldPort
from tests.processes import command
from tests.serving import Served, answer, visit
from tui.web.session import environment


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_s10_beyond_this_machine_it_needs_permission_and_says_why(host: str, home: Path) -> None:
    line = refusal("serve", "--host", host)
    assert line.startswith(f"On {host} others could reach the monitor. There is no login:")
    assert "a proxy with a login" in line
    assert line.endswith("If this network may, add --allow-remote.")


def test_s10_with_permission_it_still_says_that_there_is_no_login(tmp_path: Path) -> None:
    with Served.ours(tmp_path, "--host", "0.0.0.0", "--allow-remote") as served:
        code, _, complaint = served.end()
    assert code == 0
    assert complaint.startswith("tradex-tui: There is no login:")


def test_a_server_that_shall_outlive_its_terminal_does(tmp_path: Path) -> None:
    with Served(tmp_path, "nohup", *command("serve", "--port", "0")) as served:
        os.kill(served.pid, signal.SIGHUP)
        for _ in range(3):
            assert asyncio.run(answer(served.url))[0] == 200
        assert served.end()[0] == 0


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("stream", "BTCUSDT"), "A page cannot show stream. Valid: watch, demo."),
        (("serve",), "A page cannot show serve. Valid: watch, demo."),
        (("demo", "--sed", "3"), "No such option '--sed'."),
        (("--config", "/nowhere", "--interval"), "Option '--interval' requires an argument."),
    ],
    ids=["stream", "serve", "demo", "watch"],
)
def test_arguments_that_open_no_monitor_are_told_at_once(
    args: tuple[str, ...], line: str, home: Path
) -> None:
    assert refusal("serve", "--", *args).startswith(line)


def test_a_port_that_is_taken_is_told(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert refusal("serve", "--port", str(port)) == (
            f"Port {port} on 127.0.0.1 is in use. Choose another, or 0 for a free one."
        )


def test_an_address_of_another_machine_is_told(home: Path) -> None:
    ended = run("serve", "--host", "2001:db8::1", "--port", "1", "--allow-remote")
    assert ended.stderr.endswith(
        "\ntradex-tui: Cannot listen on [2001:db8::1]:1: Cannot assign requested address.\n"
    )


@pytest.mark.parametrize("name", ["", "https://desk.example", "[::1"])
def test_a_name_that_is_none_is_told(name: str, home: Path) -> None:
    assert refusal("serve", "--name", name) == (
        f"'{name}' is no name of a host. It is given as in --name desk.example."
    )


def test_a_server_whose_address_nobody_reads_ends_quietly(home: Path) -> None:
    with start("serve", "--port", "0") as server:
        assert server.stdout and server.stderr
        server.stdout.close()
        assert server.stderr.read() == ""
        assert server.wait(20) == 0


def test_textuals_own_command_serves_the_program_as_well(tmp_path: Path) -> None:
    textual = Path(sys.executable).with_name("textual")
    if not textual.exists():
        pytest.skip("textual-dev is not installed")

    async def scenario(url: str) -> None:
        async with visit(url) as page:
            await page.until(b"BTCUSDT")

    port = HeldPort()
    args = ("serve", "--host", "127.0.0.1", "--port", str(port.number), "tradex-tui demo BTCUSDT")
    with Served(tmp_path, str(textual), *args) as served:
        asyncio.run(scenario(served.url))
        served.until_sessions(0)


def test_a_session_is_not_debugged_as_the_server_is() -> None:
    kept = environment({"TEXTUAL": "devtools,debug", "TEXTUAL_LOG": "/log", "HOME": "/"}, 90, 30)
    assert (kept["HOME"], kept["COLUMNS"], kept["ROWS"]) == ("/", "90", "30")
    assert not {"TEXTUAL", "TEXTUAL_LOG"} & set(kept)
