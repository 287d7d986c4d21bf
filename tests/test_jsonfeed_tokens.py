"""A declared feed with a token: from the config to the wire, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import start
from tests.feeds import eventually, is_live
from tests.test_jsonfeed_stream import BTC, declared, following
from tests.toy_server import ToyServer

pytestmark = pytest.mark.usefixtures("home")
CANARY = "c4n4ry-0f-g0ld-c4n4ry-0f-g0ld"


@pytest.fixture(params=["env", "file", "command"])
def source(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The keys of `[exchanges.desk.token]`, for each kind of source, of a token that is taken."""
    file = home / "token"
    file.write_text(f"{CANARY}\n")
    file.chmod(0o600)
    monkeypatch.setenv("DESK_TOKEN", CANARY)
    sources = {
        "env": 'env = "DESK_TOKEN"',
        "file": f'file = "{file}"',
        "command": f'command = ["cat", "{file}"]',
    }
    return f"[exchanges.desk.token]\n{sources[request.param]}\n"


def test_p40_a_token_of_any_source_goes_out_before_all_else(source: str) -> None:
    with ToyServer([CANARY]) as server, following(declared(server) + source) as engine:
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        first, *others = [message for _, message in server.heard]
    assert first == {"type": "auth", "token": CANARY}
    assert [message["type"] for message in others] == ["subscribe"]
    assert not [upgrade for upgrade in server.upgrades if CANARY in upgrade]


def lines_of(process: Any) -> Any:
    """The JSON lines that a process prints, as they come."""
    return (json.loads(line) for line in process.stdout)


@pytest.mark.parametrize("refuse", [None, 4001], ids=["error", "close"])
@pytest.mark.parametrize("length", [1, 20], ids=["short", "long"])
def test_s4_p39_a_token_that_is_not_taken_stops_its_feed_alone_and_stands_nowhere(
    refuse: int | None, length: int, home: Path
) -> None:
    """The server repeats it in its words, whole or cut off; it is fetched and shown just twice."""
    token, fetched = home / "token", home / "fetched"
    token.write_text(CANARY * length)
    command = json.dumps(["sh", "-c", f"echo >> {fetched}; cat {token}"])
    with ToyServer(["another"]) as refusing, ToyServer() as other:
        refusing.refuse, refusing.words = refuse, "Token {} is not known."
        login = f"[exchanges.desk.token]\ncommand = {command}\n"
        config = home / "config.toml"
        config.write_text(declared(refusing, login) + declared(other, name="other"))
        args = ("stream", "desk:BTC", "other:BTC", "--states", "--closed", "--config", str(config))
        with start(*args) as stream:
            said = lines_of(stream)
            stopped = next(line for line in said if line.get("state") == "parked")
            going_on = [next(line for line in said if line["type"] == "candle") for _ in range(2)]
            arguments = Path(f"/proc/{stream.pid}/cmdline")
            shown = arguments.read_text() if arguments.exists() else ""
            stream.terminate()
            rest, complained = stream.communicate(timeout=10)
    assert stopped["exchange"] == "desk" and "Token ***" in stopped["reason"]
    assert {line["exchange"] for line in going_on} == {"other"}
    login_frame = {"type": "auth", "token": CANARY * length}
    assert [message for _, message in refusing.heard] == [login_frame] * 2
    assert fetched.read_text() == "\n\n"
    assert len(refusing.upgrades) == 2 and len(other.upgrades) == 1
    logs = "".join(path.read_text() for path in home.rglob("*.log*"))
    assert "Token ***" in logs
    shown += json.dumps([stopped, *going_on]) + rest + complained + logs
    assert CANARY[:8] not in shown + "".join(refusing.upgrades + other.upgrades)
