"""`tradex-tui doctor` as a person or a script meets it, and what it finds of their files."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import refusal, run, start
from tests.feeds import simulated
from tests.processes import command, write_config
from tui.config import Config
from tui.doctor.files import examine_files
from tui.doctor.findings import Finding, State
from tui.errors import ConfigError
from tui.workspace import default_path

pytestmark = pytest.mark.usefixtures("home")


def checked(*args: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON document."""
    ended = run("doctor", "--json", *args)
    assert ended.stderr == ""
    return ended.returncode, json.loads(ended.stdout)


def of_files(config: Config | ConfigError, path: Path) -> dict[str, Finding]:
    """The findings on the files by name; of two with one name the last."""
    return {f.name: f for f in examine_files(config, path, default_path()).findings}


def test_it_ends_with_0_when_all_is_well(tmp_path: Path) -> None:
    with simulated() as (_, exchange):
        urls = {"ws_url": exchange.ws_url, "rest_url": exchange.rest_url}
        ended = run("doctor", "--config", str(write_config(tmp_path, urls)))
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert [line for line in lines if line[:1].islower()] == ["terminal", "files", "binance"]
    assert "  ok    clock       This machine's clock agrees with Binance's." in lines
    assert lines[-1] == (
        "All is well. Not looked at, unless you name them: coinbase, kraken."
    )  # fmt: skip


def test_without_a_config_that_can_be_used_no_exchange_is_named_as_left_out(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("intervall = '1m'")
    ended = run("doctor", "--config", str(path))
    assert ended.stdout.splitlines()[-1] == "Wrong: files config."


def test_json_is_one_document_with_every_check(config: str) -> None:
    code, document = checked("--config", config)
    assert (code, document["ok"]) == (1, False)
    assert {tuple(check) for check in document["checks"]} == {
        ("group", "name", "state", "said", "advice")
    }
    states = {(check["group"], check["name"]): check["state"] for check in document["checks"]}
    assert states["terminal", "terminal"] == "skip"
    assert states["binance", "WebSocket"] == "ok"
    assert states["binance", "clock"] == "fail"


@pytest.mark.parametrize("args", [("binance",), ()])
def test_it_ends_with_1_when_an_exchange_is_dead(args: tuple[str, ...], dead: str) -> None:
    code, document = checked(*args, "--config", dead)
    assert (code, document["ok"]) == (1, False)


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_a_closed_pipe_ends_it_quietly(options: tuple[str, ...], dead: str) -> None:
    with start("doctor", *options, "--config", dead) as doctor:
        assert doctor.stdout and doctor.stderr
        doctor.stdout.close()
        assert doctor.stderr.read() == ""
        assert doctor.wait(20) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(dead: str) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            command("doctor", "--config", dead),
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=20,
        )  # fmt: skip
    assert ended.stderr == "tradex-tui: Cannot write what was found: No space left on device.\n"
    assert ended.returncode == 2


def test_it_looks_at_the_exchanges_that_are_in_use(dead: str) -> None:
    path = default_path()
    path.parent.mkdir(parents=True)
    path.write_text('version = 1\npanes = ["kraken:BTC/USD@1m"]\n')
    with Path(dead).open("a") as config:
        config.write('\n[exchanges.desk]\nkind = "jsonfeed"\nws_url = "ws://127.0.0.1:1"\n')
    _, document = checked("--config", dead)
    groups = list(dict.fromkeys(check["group"] for check in document["checks"]))
    assert groups == ["terminal", "files", "binance", "desk", "kraken"]


def test_an_exchange_that_there_is_not_is_refused() -> None:
    assert refusal("doctor", "binanse") == (
        "Unknown exchange 'binanse'. Did you mean binance? Valid: binance, coinbase, kraken."
    )


def test_a_config_that_cannot_be_used_is_told_and_the_rest_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text("history = 'long'\n")
    code, document = checked("binance", "--config", str(path))
    said = {(c["group"], c["name"]): (c["state"], c["said"]) for c in document["checks"]}
    assert code == 1
    assert said["files", "config"] == (
        "fail", f'{path}: line 1: history is "long"; expected a whole number from 1 to 5000.'
    )  # fmt: skip
    assert said["exchanges", "exchanges"][0] == "skip"
    assert said["files", "workspace"][0] == "ok"


def test_files_that_are_well_are_said_to_be_and_none_is_made(home: Path) -> None:
    findings = of_files(Config(), home / "config.toml")
    assert {finding.state for finding in findings.values()} == {State.OK}
    assert findings["config"].said == f"There is no {home}/config.toml: defaults hold."
    assert findings["themes"].said == "11 theme files can be used."
    assert list(home.iterdir()) == []


def test_a_theme_that_cannot_be_used_is_told_with_its_file(home: Path) -> None:
    folder = home / ".config/tradex-tui/themes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text("[colors]\nprimary = 'reddish'\n")
    theme = of_files(Config(), home / "config.toml")["themes"]
    assert theme.state is State.FAIL
    assert theme.said.startswith(f"Theme {folder}/mine.toml: line 2: colors.primary is ")
    asked = of_files(Config(theme="mine"), home / "config.toml")["themes"]
    assert asked == theme  # not that there is none


def test_a_theme_and_keys_that_there_are_not_are_told(home: Path) -> None:
    findings = of_files(Config(theme="midnite", keys={"qiut": "q"}), home / "config.toml")
    assert findings["keys"].state is State.FAIL
    assert findings["keys"].said.startswith("There is no action 'qiut'.")
    assert of_files(Config(theme="nord"), home)["themes"].state is State.OK


def test_a_theme_that_only_the_workspace_names_is_looked_for() -> None:
    path = default_path()
    path.parent.mkdir(parents=True)
    path.write_text('version = 1\ntheme = "gone"\n')
    (gone,) = (f for f in examine_files(Config(), path, path).findings if f.state is State.FAIL)
    assert gone.said == "There is no theme gone, which you chose in the monitor."
    path.write_text('version = 1\ntheme = "nord"\n')
    assert of_files(Config(), path)["themes"].state is State.OK


def test_a_damaged_workspace_is_told_and_left_where_it_is() -> None:
    path = default_path()
    path.parent.mkdir(parents=True)
    path.write_text("version = 9\n")
    damaged = of_files(Config(), path)["workspace"]
    assert damaged.state is State.FAIL and damaged.said.startswith(f"{path} is damaged: ")
    assert path.read_text() == "version = 9\n"


def test_places_that_cannot_be_written_are_told(home: Path) -> None:
    (home / ".local").write_text("not a folder")
    findings = of_files(Config(), home / "config.toml")
    for name in ("workspace", "log"):
        assert findings[name].state is State.FAIL
        assert findings[name].said.endswith("Not a directory.")
        assert findings[name].advice == "Let the file and its folder be yours to read and write."


@pytest.mark.parametrize(
    ("variable", "name"),
    [("XDG_STATE_HOME", "log"), ("XDG_STATE_HOME", "workspace"), ("XDG_CONFIG_HOME", "themes")],
)
def test_a_folder_that_cannot_even_be_looked_for_is_told(
    variable: str, name: str, dead: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, f"{home}/{'x' * 300}")  # as one that may not be entered
    _, document = checked("--config", dead)
    failed = {check["name"]: check["said"] for check in document["checks"]
              if check["group"] == "files" and check["state"] == "fail"}  # fmt: skip
    assert failed[name].endswith("File name too long.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_ours_is_told(home: Path) -> None:
    home.chmod(0o500)
    assert of_files(Config(), home)["log"].said.endswith("cannot be written: Permission denied.")
    home.chmod(0o700)
