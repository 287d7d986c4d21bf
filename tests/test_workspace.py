"""The workspace: remembered whole, or put aside with a notice; never half, never fatal."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind
from tui.chart.layout import Zoom
from tui.errors import TradexError
from tui.listing import Listing, Sort
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.tab import Tab
from tui.text import clean
from tui.workspace import Workspace, default_path, load, save

BTC = Subscription(Symbol("binance", "BTCUSDT"), Interval(1, "m"))
ETH = Subscription(Symbol("kraken", "ETH/USD"), Interval(1, "M"))
WORKSPACE = Workspace(panes=(BTC, ETH), theme="paper", zoomed=1)

names = st.text(min_size=1, max_size=20).map(clean).filter(bool)
symbols = st.builds(Symbol, st.sampled_from(["binance", "kraken"]), names)
intervals = st.builds(Interval, st.integers(1, 9999), st.sampled_from("smhdwM"))
panes = st.lists(st.builds(Subscription, symbols, intervals), max_size=8).map(tuple)

notes = st.dictionaries(symbols, names.filter(lambda name: len(name) <= 12), max_size=4)
listings = st.builds(
    Listing,
    shown=st.booleans(),
    sort=st.sampled_from(get_args(Sort)),
    descending=st.booleans(),
    names=notes,
    groups=notes,
    folded=st.frozensets(names.filter(lambda name: len(name) <= 12), max_size=3),
)


@st.composite
def workspaces(draw: st.DrawFn) -> Workspace:
    shown = draw(panes)
    zoomed = st.integers(0, len(shown) - 1) if shown else st.none()
    return Workspace(
        panes=shown,
        theme=draw(st.none() | names),
        columns=draw(st.integers(0, 64)),
        zoomed=draw(st.none() | zoomed),
        panel_open=draw(st.booleans()),
        glyphs=draw(st.sampled_from([None, *(glyphs.value for glyphs in Glyphs)])),
        volume=draw(st.booleans()),
        zoom=draw(st.sampled_from([zoom.value for zoom in Zoom])),
        chart=draw(st.sampled_from([None, *(kind.value for kind in Kind)])),
        log=draw(st.booleans()),
        listing=draw(listings),
        name=draw(st.just("") | names),
        before=draw(st.lists(tabs, max_size=3).map(tuple)),
        after=draw(st.lists(tabs, max_size=3).map(tuple)),
        studies=draw(st.dictionaries(names, st.lists(names, max_size=3).map(tuple), max_size=3)),
    )


tabs = st.builds(Tab, panes, st.just("") | names, st.integers(0, 64)) | st.builds(
    Tab, panes.filter(bool), zoomed=st.just(0)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workspace.toml"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shared") / "workspace.toml"


@settings(deadline=None)
@given(workspace=workspaces())
def test_what_is_saved_is_what_is_loaded(shared: Path, workspace: Workspace) -> None:
    save(shared, workspace)
    assert load(shared) == (workspace, None)


def test_without_a_file_there_is_nothing_and_no_notice(path: Path) -> None:
    assert load(path) == (None, None)


def test_the_file_reads_like_one_written_by_hand(path: Path) -> None:
    save(path, WORKSPACE)
    assert path.read_text() == (
        'version = 1\npanes = [\n    "binance:BTCUSDT@1m",\n    "kraken:ETH/USD@1M",\n]\n'
        'theme = "paper"\nzoomed = 1\n'
    )


def test_a_file_from_before_there_were_tabs_is_one_tab(path: Path) -> None:
    path.write_text(
        'version = 1\npanes = ["binance:BTCUSDT@1m", "kraken:ETH/USD@1M"]\n'
        'theme = "paper"\ncolumns = 2\nzoomed = 1\npanel_open = true\n'
        'glyphs = "braille"\nvolume = false\nzoom = "wide"\n'
    )
    workspace = Workspace((BTC, ETH), "paper", 2, 1, True, "braille", False, "wide")
    assert load(path) == (workspace, None)
    assert workspace.tabs == (Tab((BTC, ETH), "", 2, 1),)


def test_tabs_in_the_file_read_like_those_of_a_person(path: Path) -> None:
    save(path, replace(WORKSPACE, name="mine", after=(Tab((BTC,), "alts", columns=3),)))
    assert path.read_text() == (
        'version = 1\npanes = [\n    "binance:BTCUSDT@1m",\n    "kraken:ETH/USD@1M",\n]\n'
        'theme = "paper"\nzoomed = 1\nname = "mine"\n\n'
        '[[after]]\npanes = [\n    "binance:BTCUSDT@1m",\n]\nname = "alts"\ncolumns = 3\n'
    )


def test_a_workspace_takes_other_tabs_and_keeps_its_looks() -> None:
    one, two, three = Tab((BTC,), "one"), Tab((ETH,), "two", 2, 0), Tab()
    other = WORKSPACE.with_tabs([one, two, three], 1)
    assert (other.panes, other.columns, other.zoomed, other.name) == ((ETH,), 2, 0, "two")
    assert (other.tabs, other.theme) == ((one, two, three), "paper")
    assert other.watched == [BTC, ETH]


def test_the_default_path_follows_the_state_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere/state")
    assert default_path() == Path("/somewhere/state/tradex-tui/workspace.toml")


def test_saving_makes_the_folder_and_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "workspace.toml"
    old_mask = os.umask(0)
    try:
        save(path, WORKSPACE)
    finally:
        os.umask(old_mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"panes = []",
        b"version = 0",
        b"version = 2\npanes = []",
        b"version = 1\npanes = 'BTCUSDT'",
        b"version = 1\npanes = ['binance:BTCUSDT']",
        b"version = 1\npanes = ['BTCUSDT@1m']",
        b"version = 1\npanes = ['binance:@1m']",
        b"version = 1\ncolumns = -1",
        b"version = 1\nzoom = 'huge'",
        b"version = 1\nvolume = 1",
        b"version = 1\nlisting = 1",
        b"version = 1\nlisting.sort = 'colour'",
        b"version = 1\nlisting.names = {BTCUSDT = 'Bitcoin'}",
        b"version = 1\nname = 1",
        b"version = 1\nbefore = [1]",
        b"version = 1\n[[after]]\npanes = ['BTC']",
        b"version = 1\n[[after]]\ncolumns = 65",
        b"version = 1\npan",
        b"\xff\xfe\x00",
        b"#" * ((1 << 20) + 1),
        b"a = " + b"[" * 10_000,
    ],
)
def test_l14_a_file_that_is_no_workspace_is_kept_aside_with_a_notice(
    path: Path, content: bytes
) -> None:
    for number in (1, 2):
        path.write_bytes(content)
        workspace, notice = load(path)
        bad = path.with_name(f"workspace.toml.bad-{number}")
        assert workspace is None
        assert notice is not None
        assert notice.startswith("The workspace is damaged (")
        assert notice.endswith(f"It is kept as {bad}.")
        assert bad.read_bytes() == content
        assert not path.exists()


def test_l14_a_file_of_a_hundred_megabytes_is_put_aside_without_being_read(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 << 20)
    workspace, notice = load(path)
    assert workspace is None
    assert notice is not None
    assert "larger than 1 MiB" in notice
    assert (path.parent / "workspace.toml.bad-1").stat().st_size == 100 << 20


@settings(deadline=None)
@given(content=st.binary(max_size=300))
def test_l14_any_bytes_give_a_workspace_or_one_line(shared: Path, content: bytes) -> None:
    shared.write_bytes(content)
    workspace, notice = load(shared)
    assert (workspace is None) == (notice is not None)
    assert (notice or "").isprintable()
    for kept in shared.parent.glob("*.bad-*"):
        kept.unlink()


@settings(deadline=None)
@given(cut=st.integers(0, 200))
def test_l14_a_truncated_file_never_raises(shared: Path, cut: int) -> None:
    save(shared, WORKSPACE)
    shared.write_bytes(shared.read_bytes()[:cut])
    load(shared)
    for kept in shared.parent.glob("*.bad-*"):
        kept.unlink()


def test_escape_sequences_in_the_file_are_dropped(path: Path) -> None:
    path.write_text(
        'version = 1\ntheme = "pa\\u001b[31mper"\npanes = ["binance:BTC\\u202eUSDT@1m"]\n'
    )
    assert load(path) == (Workspace(panes=(BTC,), theme="paper"), None)


def test_a_zoomed_pane_that_is_gone_is_forgotten(path: Path) -> None:
    path.write_text('version = 1\nzoomed = 5\npanes = ["binance:BTCUSDT@1m"]\n')
    assert load(path) == (Workspace(panes=(BTC,)), None)


def test_a_folder_in_the_file_s_place_is_a_notice_and_one_error(path: Path) -> None:
    path.mkdir()
    workspace, notice = load(path)
    assert workspace is None
    assert notice == f"The workspace {path} cannot be read: Is a directory."
    with pytest.raises(TradexError, match="cannot be saved"):
        save(path, WORKSPACE)


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_l13_a_full_disk_is_one_error_and_the_old_file_stands(
    path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    save(path, WORKSPACE)
    with monkeypatch.context() as patched:
        patched.setattr(os, failing, full)
        with pytest.raises(TradexError, match="No space left on device"):
            save(path, Workspace())
    assert load(path) == (WORKSPACE, None)
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_synced_is_no_failure_once_the_file_is_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network file systems refuse it, and Windows opens no folder."""
    sync = os.fsync

    def refuse_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    save(path, WORKSPACE)
    assert load(path) == (WORKSPACE, None)


def test_a_folder_that_cannot_be_made_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TradexError, match="cannot be saved"):
        save(tmp_path / "file" / "workspace.toml", WORKSPACE)


def test_file_then_name_then_folder_are_forced_to_the_disk(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[tuple[bool, bool]] = []

    def note(descriptor: int) -> None:
        forced.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), path.exists()))

    monkeypatch.setattr(os, "fsync", note)
    save(path, WORKSPACE)
    assert forced == [(False, False), (True, True)]


@contextmanager
def without_root() -> Iterator[None]:
    """Root may write everywhere: be someone else for a moment."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_l13_a_read_only_folder_is_one_error_and_the_old_file_stands() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "workspace.toml"
        save(path, WORKSPACE)
        path.parent.chmod(0o555)
        with without_root(), pytest.raises(TradexError, match="Permission denied"):
            save(path, Workspace())
        path.parent.chmod(0o755)
        assert load(path) == (WORKSPACE, None)


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_l14_killed_while_saving_the_old_file_stands(path: Path, moment: str) -> None:
    save(path, WORKSPACE)
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from tui.workspace import Workspace, save\n"
        f"os.{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "save(Path(sys.argv[1]), Workspace(theme='new'))\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert load(path) == (WORKSPACE, None)


def test_l14_a_byte_order_mark_is_passed_over(path: Path) -> None:
    save(path, WORKSPACE)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load(path) == (WORKSPACE, None)
