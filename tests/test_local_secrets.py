"""Passwords in urls: they reach the exchange or the proxy, and nothing that anyone looks at."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import start
from tests.dialling import BTC, dialling, failed
from tests.feeds import eventually
from tests.raw_server import RawServer, answer, greet, hang_up
from tests.stage import THREE, play, stage
from tui.config import load
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings

CANARY = "c4n4ry-of-gold"
_USER = f"trader:{CANARY}@"
_SERVERS = {
    "401": answer("401 Unauthorized", body=CANARY.encode()),
    "another protocol": greet(b"SSH-2.0-x\r\n"),
    "hangs up": hang_up,
}


def _config(folder: Path, server: RawServer) -> Path:
    file = folder / "config.toml"
    urls = {"ws_url": server.ws_url, "rest_url": server.rest_url}
    secret = {key: json.dumps(url.replace("//", f"//{_USER}")) for key, url in urls.items()}
    file.write_text("\n".join(["[exchanges.binance]", *(f"{k} = {v}" for k, v in secret.items())]))
    return file


def _heard(reads: list[bytes]) -> Callable[..., Any]:
    async def script(reader: Any, writer: Any) -> None:
        reads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")

    return script


def test_s4_the_password_of_a_url_reaches_the_exchange_on_both_ways(tmp_path: Path) -> None:
    reads: list[bytes] = []
    with RawServer(_heard(reads)) as server:
        settings = load(_config(tmp_path, server), {}).exchanges["binance"]
        assert settings.ws_url and settings.rest_url
        with dialling(settings.ws_url, rest_url=settings.rest_url):
            eventually(lambda: len({read.split()[1][:5] for read in reads}) == 2)
    assert all(b"uthorization: Basic " in read for read in reads)


@pytest.mark.parametrize("failure", _SERVERS)
def test_s4_no_output_of_the_program_has_the_password(
    failure: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("all_proxy", f"http://{_USER}127.0.0.1:1")
    with RawServer(_SERVERS[failure]) as server:
        file = _config(home, server)
        with start("stream", "BTCUSDT", "--states", "--config", str(file)) as stream:
            assert stream.stdout
            while '"reason": ""' in (line := stream.stdout.readline()):
                pass
            argv = Path(f"/proc/{stream.pid}/cmdline")
            arguments = argv.read_text() if argv.exists() else ""
            eventually(lambda: list(home.rglob("*.log")))
            stream.terminate()
            said, complained = stream.communicate(timeout=10)
    logs = "".join(path.read_text() for path in home.rglob("*.log*"))
    assert json.loads(line)["reason"] and "connection 1: " in logs
    assert complained.startswith("tradex-tui: Others can read the password in ")
    assert CANARY not in line + said + complained + logs + arguments


def test_s4_a_url_that_is_wrong_is_told_without_its_password(home: Path) -> None:
    (home / "config.toml").write_text(f'[exchanges.binance]\nws_url = "wss://{_USER}host/path"')
    with start("stream", "BTCUSDT", "--config", str(home / "config.toml")) as stream:
        said, complained = stream.communicate(timeout=10)
    assert "wss://***@host/path" in complained and CANARY not in said + complained


@pytest.fixture
def all_logs() -> Iterator[list[str]]:
    """What every library logs at its most talkative, but those that a journal never takes."""
    from tui.journal import _CleanFormatter

    lines: list[str] = []
    handler = logging.Handler()
    handler.setFormatter(_CleanFormatter("%(name)s %(message)s"))
    handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign] # a list is the file
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    logging.getLogger("websockets").setLevel(logging.WARNING)
    root.addHandler(handler)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def test_s4_no_repr_status_or_log_line_has_the_password(all_logs: list[str]) -> None:
    with RawServer(_SERVERS["401"]) as server:
        ws_url, rest_url = (
            url.replace("//", f"//{_USER}") for url in (server.ws_url, server.rest_url)
        )
        settings = ExchangeSettings(ws_url, rest_url)
        binance = load_exchange("binance", settings)
        with dialling(ws_url, rest_url=rest_url) as engine:
            status = failed(engine)
            eventually(lambda: engine.symbols("binance").error)
            facts = [settings, binance, engine, status, engine.connections(), engine.view(BTC, 9)]
            logging.getLogger("elsewhere").warning("cannot open %s", ws_url)
            shown = " ".join([*map(repr, facts), engine.symbols("binance").error, *all_logs])
    assert "cannot open ws://***@127.0.0.1" in shown
    assert CANARY not in shown


def test_s4_the_screen_never_shows_the_password() -> None:
    async def scenario() -> None:
        urls = ExchangeSettings(f"ws://{_USER}127.0.0.1:9", f"http://{_USER}127.0.0.1:9")
        async with stage(THREE[:1], urls=urls) as s:
            await s.until(lambda: "refused" in str(s.pane().note.render()))
            await s.pilot.press("n")
            await s.pilot.pause(0.3)
            picture = s.app.export_screenshot()
            assert "refused" in picture and CANARY not in picture

    play(scenario)
