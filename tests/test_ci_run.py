"""`.ci/run`: what it does when a step of it cannot be done."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci/run"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="there is no .ci/run here")


def ran(folder: Path, **programs: str) -> tuple[int, list[str]]:
    """The exit code, and the commands in order; `programs` are those that do something else."""
    tools, environment = folder / "bin", folder / "repo/.venv/bin"
    known = {"python3": "", "apt-get": "", "id": "echo 0", **programs}
    for name in ("pip", "pytest", "ruff", "mypy"):
        program(environment / name, folder, known.get(name, ""))
    for name in ("python3", "apt-get", "id"):
        program(tools / name, folder, known[name])
    for name in ("bash", "dirname"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (folder / "repo/.ci").mkdir()
    shutil.copy(SCRIPT, folder / "repo/.ci/run")
    ended = subprocess.run(
        [tools / "bash", folder / "repo/.ci/run"], env={"PATH": str(tools)}, capture_output=True
    )
    return ended.returncode, (folder / "log").read_text().splitlines()


def program(path: Path, folder: Path, does: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "{path.name} $*" >> {folder}/log\n{does}\n')
    path.chmod(0o755)


def test_it_ends_well_when_all_is_well(tmp_path: Path) -> None:
    code, commands = ran(tmp_path)
    assert code == 0
    assert [line.split()[0] for line in commands[-6:]] == [
        "python3", "pip", "pytest", "ruff", "ruff", "mypy"
    ]  # fmt: skip


@pytest.mark.parametrize("step", ["python3", "pip", "pytest", "ruff", "mypy"])
def test_it_fails_with_any_of_its_steps(step: str, tmp_path: Path) -> None:
    code, commands = ran(tmp_path, **{step: "exit 7"})
    assert (code, commands[-1].split()[0]) == (7, step)


@pytest.mark.skipif(not Path("/etc/debian_version").exists(), reason="apt-get is Debian's")
def test_a_package_that_there_is_not_keeps_no_other_away(tmp_path: Path) -> None:
    lacks_one = 'case "$*" in *chromium*) exit 100;; esac'
    code, commands = ran(tmp_path, **{"apt-get": lacks_one})
    assert code == 0
    asked = [line for line in commands if line.startswith("apt-get install")]
    assert any("tmux" in line and "chromium" not in line for line in asked)
