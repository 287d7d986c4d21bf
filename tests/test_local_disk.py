"""This machine's disk: full, read-only, damaged, shared by two, killed in the middle of a write."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.stage import THREE, play, stage
from tests.test_workspace import WORKSPACE, without_root
from tui.errors import TradexError
from tui.workspace import Workspace, claimed, load, save

_OTHER = Workspace(theme="midnight")


def _no_byte_more() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that someone who is not root can reach; pytest's own are closed to others."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_l13_on_a_full_disk_the_old_workspace_stands_and_nothing_is_left_beside_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "workspace.toml"
    save(path, WORKSPACE)
    script = (
        "import sys; from pathlib import Path; from tui.errors import TradexError\n"
        "from tui.workspace import Workspace, save\n"
        "try: save(Path(sys.argv[1]), Workspace(theme='new'))\n"
        "except TradexError as error: print(error)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        preexec_fn=_no_byte_more, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ended.stdout == (
        f"The workspace cannot be saved in {path}: File too large. "
        "Changes are kept until you quit.\n"
    )
    assert load(path) == (WORKSPACE, None)
    assert list(tmp_path.iterdir()) == [path]


def test_l13_a_state_that_cannot_be_written_is_told_once_and_written_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.keeping._AGAIN", 0.1)
    path = tmp_path / "state" / "workspace.toml"
    path.parent.write_text("a file where the folder should be")

    async def scenario() -> None:
        async with stage(THREE[:1], path=path) as s:
            await s.pilot.press("v")
            await s.until(lambda: any("cannot be saved" in n for n in s.notices))
            await s.pilot.press("T", "n")
            await s.pilot.pause(0.5)
            assert sum("cannot be saved" in notice for notice in s.notices) == 1
            await s.until(s.says("LIVE"))
            path.parent.unlink()
            await s.until(path.exists)
            saved, _ = load(path)
            assert saved and not saved.volume and saved.panel_open

    play(scenario)


def test_l13_a_config_that_may_not_be_read_is_one_line(open_folder: Path) -> None:
    from tui.config import load as load_config

    file = open_folder / "config.toml"
    file.write_text("history = 5")
    file.chmod(0)
    with without_root(), pytest.raises(TradexError, match=r"config\.toml: Permission denied\."):
        load_config(file, {})


_SAVE_FOR_EVER = """
import sys
from pathlib import Path
from tests.test_workspace import WORKSPACE
from tests.test_local_disk import _OTHER
from tui.workspace import save
print("begun", flush=True)
while True:
    for workspace in (WORKSPACE, _OTHER):
        save(Path(sys.argv[1]), workspace)
"""


def test_l14_a_kill_at_any_moment_of_saving_leaves_a_whole_file_and_no_litter(
    tmp_path: Path,
) -> None:
    path, random = tmp_path / "workspace.toml", Random(5)
    for _ in range(3):
        saving = subprocess.Popen(
            [sys.executable, "-c", _SAVE_FOR_EVER, str(path)], stdout=subprocess.PIPE
        )
        with saving:
            assert saving.stdout and saving.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                saving.wait(random.uniform(0.01, 0.2))
            saving.kill()
        assert saving.returncode == -signal.SIGKILL
        workspace, notice = load(path)
        assert workspace in (WORKSPACE, _OTHER) and notice is None
    (tmp_path / "workspace.toml.killed.half").write_text("pan")
    with claimed(path) as ours:
        assert ours
        assert {p.name for p in tmp_path.iterdir()} == {"workspace.toml", "workspace.toml.lock"}


def test_l15_of_two_instances_the_second_is_told_and_the_end_of_the_first_frees_the_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "workspace.toml"
    script = (
        "import sys; from pathlib import Path; from tui.workspace import claimed\n"
        "with claimed(Path(sys.argv[1])) as ours: print(ours, flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder:
        assert holder.stdout and holder.stdout.readline() == "True\n"
        with claimed(path) as ours, claimed(path) as again:
            assert (ours, again) == (False, False)
        holder.kill()
    with claimed(path) as ours:
        assert ours


def test_l15_where_nothing_can_be_locked_the_last_one_wins(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with without_root(), claimed(open_folder / "workspace.toml") as ours:
        assert ours


_MONITOR = """
import asyncio, json, sys
from pathlib import Path
from tui.app import TradexApp
from tui.feed.engine import Engine
from tui.opening import run_monitor
from tui.config import Config
from tui.exchange.settings import ExchangeSettings
async def look(app):
    async with app.run_test(notifications=True) as pilot:
        while not app.grid.panes: await pilot.pause(0.01)
        await pilot.press("v")
        await pilot.pause(1.5)
        while app.remembering.path and not app.remembering.path.exists(): await pilot.pause(0.05)
        told = [notice.message for notice in app._notifications]
        print(json.dumps({"kept": app.remembering.path is not None, "told": told}), flush=True)
        while sys.stdin.readline(): pass
TradexApp.run = lambda app: asyncio.run(look(app))
from tui.targets import asked_for
nowhere = ExchangeSettings("ws://127.0.0.1:1", "http://127.0.0.1:1")
config = Config(exchanges={"binance": nowhere})
engine = Engine({"binance": config.open_exchange("binance")})
asked = asked_for(["BTCUSDT"], None, config)
run_monitor(engine, config, asked, None, (), Path(sys.argv[1]))
"""


def test_l15_both_instances_run_and_the_second_remembers_nothing_and_says_so(
    tmp_path: Path,
) -> None:
    path = tmp_path / "workspace.toml"
    command = [sys.executable, "-c", _MONITOR, str(path)]
    with (
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as first,
    ):
        assert first.stdout
        one = json.loads(first.stdout.readline())
        before = path.read_bytes()
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as second:
            assert second.stdout
            two = json.loads(second.stdout.readline())
            assert path.read_bytes() == before
            second.communicate()
        first.communicate()
    assert (one["kept"], two["kept"]) == (True, False)
    told = [notice for notice in two["told"] if "Another tradex-tui is open" in notice]
    assert len(told) == 1 and not any("Another" in notice for notice in one["told"])
    assert (first.returncode, second.returncode) == (0, 0)
    assert load(path)[0]
