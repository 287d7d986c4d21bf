"""`tradex-tui serve`: who may open a session, what it costs, and how each one ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.fault_proxy import HOLE, FaultProxy
from tests.resources import MIB
from tests.serving import Served, answer, is_alive, visit

SECRET = "canary-7f3a"
STRANGER = "http://evil.example"
HOSTILE = (
    "", "[", "[" * 100_000, "{}", '["stdin"]', '["stdin", ""]', '["stdin", 7]',
    '["stdin", "\\ud800"]', '["resize", {"width": 1e99, "height": null}]',
    '["resize", {"width": -5, "height": 1000000000000}]',
)  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for two pages that is reached by a proxy's name too."""
    args = ("--sessions", "2", "--name", "Desk.example:443", "--", "demo", "BTCUSDT")
    with Served.ours(tmp_path_factory.mktemp("served"), *args) as served:
        yield served


@pytest.fixture
def server(shared: Served) -> Iterator[Served]:
    """The server; no session is left when the test is over."""
    yield shared
    shared.until_sessions(0)


def memory_of(pid: int) -> int:
    """Bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def test_s10_no_page_and_no_command_line_shows_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_TOKEN", SECRET)
    config = tmp_path / "config.toml"
    config.write_text(
        '[exchanges.desk]\nkind = "jsonfeed"\nws_url = "ws://127.0.0.1:1"\n'
        '[exchanges.desk.token]\nenv = "DESK_TOKEN"\n'
    )

    async def scenario(served: Served) -> None:
        async with visit(served.url) as page:
            await page.until(b"desk")
            (pid,) = served.sessions
            assert SECRET not in command_line(pid)
            await page.until(b"refused the connection")
        assert SECRET.encode() not in page.drawn
        assert SECRET not in (await answer(served.url))[1]

    args = ("--", "desk:EURUSD", "--config", str(config))
    with Served.ours(tmp_path, *args) as served:
        asyncio.run(scenario(served))


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8000", 200), ("desk.example", 200), ("DESK.example:443", 200), ("10.1.2.3", 200),
     ("[::1]:8000", 200), ("evil.example", 403), ("localhost.evil.example:8000", 403),
     ("[::1", 403)],
)  # fmt: skip
def test_a_page_may_not_come_by_a_name_that_is_not_ours(
    server: Served, host: str, status: int
) -> None:
    found, text = asyncio.run(answer(server.url, Host=host))
    assert found == status
    assert ("--name" in text) == (status == 403)


@pytest.mark.parametrize("origin", [STRANGER, "null", "", "file://", "http://127.0.0.1:1"])
def test_a_page_of_somebody_else_opens_no_session(server: Served, origin: str) -> None:
    async def scenario() -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with visit(server.url, Origin=origin):
                pass
        assert refused.value.status == 403

    asyncio.run(scenario())
    assert server.sessions == []


def test_behind_a_proxy_the_page_is_that_of_the_proxys_name(server: Served) -> None:
    async def scenario() -> None:
        headers = {"Host": "desk.example", "Origin": "https://desk.example"}
        async with visit(server.url, **headers) as page:
            await page.until(b"BTCUSDT")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "path",
    ["/page/", "/terminal/", "/page/../server.py", "/page/%2e%2e/server.py",
     "/page/..%2fserver.py", "/page//etc/passwd", "/download/x"],
)  # fmt: skip
def test_nothing_but_the_page_and_what_it_saves_can_be_fetched(server: Served, path: str) -> None:
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port))) as client:  # others tidy the path up
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answered = client.makefile("rb").read()
    assert answered.split()[1] in (b"403", b"404")
    assert b"import" not in answered and b"root:" not in answered


@pytest.mark.parametrize("path", ["/", "/page/page.js", "/nowhere"])
def test_no_page_of_others_shows_ours_and_ours_loads_nothing_of_theirs(
    server: Served, path: str
) -> None:
    async def scenario() -> None:
        async with aiohttp.ClientSession() as client, client.get(server.url + path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'self';" in policy and "frame-ancestors 'none'" in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"

    asyncio.run(scenario())


def test_l19_each_page_has_a_process_that_ends_with_it(server: Served) -> None:
    async def scenario() -> None:
        async with visit(server.url) as first, visit(server.url) as second:
            await first.until(b"BTCUSDT")
            await second.until(b"BTCUSDT")
            assert len(server.sessions) == 2
            await first.socket.close()
            (left,) = await asyncio.to_thread(server.until_sessions, 1)
            second.drawn = b""
            await second.until(b"LIVE")
        await asyncio.to_thread(server.until_sessions, 0)
        assert not is_alive(left)

    asyncio.run(scenario())


def test_l19_a_page_that_vanishes_without_a_word_takes_its_process_along(server: Served) -> None:
    async def scenario() -> None:
        async with visit(server.url) as page:
            await page.until(b"BTCUSDT")
            page.socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    asyncio.run(scenario())


def test_l19_a_page_that_vanishes_while_it_is_answered_is_no_fault_of_the_server(
    tmp_path: Path,
) -> None:
    async def scenario(served: Served) -> None:
        async with visit(served.url) as page:
            await page.until(b"BTCUSDT")
            for _ in range(3_000):
                await page.socket.send_json(["alive"])
            page.socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        await asyncio.to_thread(served.until_sessions, 0)

    with Served.ours(tmp_path, "--", "demo", "BTCUSDT") as served:
        asyncio.run(scenario(served))
        served.end()
    (journal,) = tmp_path.rglob("tradex-tui.log")
    assert "ended: " in journal.read_text()
    assert "Traceback" not in journal.read_text()


@pytest.mark.long
def test_l19_a_page_that_no_packet_reaches_any_more_is_given_up(tmp_path: Path) -> None:
    async def scenario(served: Served, line: FaultProxy) -> None:
        async with visit(f"http://127.0.0.1:{line.port}") as page:
            await page.until(b"BTCUSDT")
            line.shape(HOLE, HOLE)
            await asyncio.to_thread(served.until_sessions, 0, 60)

    with (
        Served.ours(tmp_path, "--", "demo", "BTCUSDT") as served,
        FaultProxy(int(served.url.rpartition(":")[2])) as line,
    ):
        asyncio.run(scenario(served, line))


def test_l19_a_process_that_hangs_costs_no_memory_and_is_killed_when_its_page_closes(
    server: Served,
) -> None:
    async def scenario() -> None:
        async with visit(server.url) as page:
            await page.until(b"BTCUSDT")
            (pid,) = server.sessions
            os.kill(pid, signal.SIGSTOP)
            before = memory_of(server.pid)
            for _ in range(100):  # keys that nobody reads: 50 MB in all
                await page.socket.send_json(["stdin", "x" * 500_000])
            await page.socket.send_json(["alive"])
            await page.told("alive")
            assert memory_of(server.pid) - before < 16 * MIB

    asyncio.run(scenario())


def test_l19_a_page_that_is_loaded_again_waits_until_its_last_session_has_ended(
    server: Served,
) -> None:
    async def scenario() -> None:
        async with visit(server.url) as page:
            await page.until(b"BTCUSDT")
            (old,) = server.sessions
            os.kill(old, signal.SIGSTOP)
        async with visit(server.url) as page:
            await page.until(b"BTCUSDT")
            assert not is_alive(old)
            assert b"Another tradex-tui" not in page.drawn

    asyncio.run(scenario())


@pytest.mark.long
def test_l19_a_page_that_does_not_read_costs_no_memory_and_holds_up_nobody(server: Served) -> None:
    async def scenario() -> None:
        async with visit(server.url) as deaf, visit(server.url) as other:
            await deaf.until(b"BTCUSDT")
            await other.until(b"LIVE")
            before = memory_of(server.pid)
            for turn in range(300):  # each draws the whole picture: 6 MB in all
                size = {"width": 300 + turn % 9, "height": 80}
                await deaf.socket.send_json(["resize", size])
                await asyncio.sleep(0.01)
            assert memory_of(server.pid) - before < 2 * MIB
            other.drawn = b""
            await other.until(b"\x1b[")
            deaf.drawn = b""
            await deaf.until(b"LIVE")

    asyncio.run(scenario())


def test_a_session_too_many_is_told_and_starts_no_process(server: Served) -> None:
    async def scenario() -> None:
        async with visit(server.url) as one, visit(server.url), visit(server.url) as third:
            await one.until(b"BTCUSDT")
            assert await third.told("ended") == (
                "The server is full: its limit of pages is 2 (--sessions). Close another one, then "
                "start again."
            )
            assert len(server.sessions) == 2

    asyncio.run(scenario())


def test_a_page_may_say_anything(server: Served) -> None:
    async def scenario() -> None:
        async with visit(server.url) as page:
            await page.until(b"BTCUSDT")
            for said in HOSTILE:
                await page.socket.send_str(said)
            await page.socket.send_bytes(b"\0\xff")
            await page.socket.send_json(["alive"])
            await page.told("alive")
            await page.socket.send_json(["stdin", "q"])
            assert await page.told("ended") == "The monitor was closed."

    asyncio.run(scenario())


def test_ctrl_c_closes_the_monitor_as_q_does(server: Served) -> None:
    async def scenario() -> None:
        async with visit(server.url) as page:
            await page.until(b"BTCUSDT")
            await page.socket.send_json(["stdin", "\x03"])
            assert await page.told("ended") == "The monitor was closed."

    asyncio.run(scenario())


def test_a_process_that_is_killed_is_the_reason(server: Served) -> None:
    async def scenario() -> None:
        async with visit(server.url) as page:
            await page.until(b"BTCUSDT")
            os.kill(server.sessions[0], signal.SIGKILL)
            assert await page.told("ended") == "The monitor ended by signal 9."

    asyncio.run(scenario())


def test_what_the_process_says_at_its_end_is_the_reason(tmp_path: Path) -> None:
    async def scenario(url: str) -> None:
        async with visit(url) as page:
            reason = await page.told("ended")
        assert reason.startswith(
            "The monitor ended with exit code 2. Binance has no candles of 7m."
        )

    with Served.ours(tmp_path, "--", "BTCUSDT", "--interval", "7m") as served:
        asyncio.run(scenario(served.url))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_server_ends_on_a_signal_with_its_sessions(name: str, tmp_path: Path) -> None:
    async def scenario(served: Served) -> None:
        async with visit(served.url) as page:
            await page.until(b"BTCUSDT")
            (pid,) = served.sessions
            ended = asyncio.create_task(asyncio.to_thread(served.end, signal.Signals[name]))
            assert await page.told("ended") == "The server was stopped."
            assert await ended == (0, "The server has ended, and its sessions with it.\n", "")
            assert not is_alive(pid)

    with Served.ours(tmp_path, "--", "demo", "BTCUSDT") as served:
        asyncio.run(scenario(served))
