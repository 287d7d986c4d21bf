"""What the monitor opens with: what is asked for, what is remembered, or what is usual."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds import subscription
from tui.config import Config
from tui.opening import opened_with
from tui.tab import Tab
from tui.targets import asked_for
from tui.workspace import Workspace, save

BTC, ETH, SOL = (subscription(name, "1m") for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT"))
TABS = Workspace((BTC,), "paper", 2, 0, name="mine", before=(Tab((ETH,)),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workspace.toml"


def opened(path: Path, *symbols: str, interval: str | None = None) -> Workspace:
    asked = asked_for(symbols, interval, Config())
    return opened_with(Config(), asked, interval, ["SOLUSDT"], path)[0]


def test_without_anything_remembered_or_asked_for_it_is_the_usual_symbols(path: Path) -> None:
    assert opened(path).tabs == (Tab((SOL,)),)


def test_all_tabs_are_remembered(path: Path) -> None:
    save(path, TABS)
    assert opened(path) == TABS


def test_what_is_asked_for_takes_the_place_of_the_tab_on_view_alone(path: Path) -> None:
    save(path, TABS)
    assert opened(path, "SOLUSDT", "ETHUSDT").tabs == (Tab((ETH,)), Tab((SOL, ETH), "mine", 2))
    assert opened(path, "3 columns: SOLUSDT").tabs[1] == Tab((SOL,), "mine", 3)


def test_an_interval_that_is_asked_for_holds_for_every_tab(path: Path) -> None:
    save(path, TABS)
    lengths = [str(pane.interval) for pane in opened(path, interval="5m").watched]
    assert lengths == ["5m", "5m"]


def test_a_pane_that_cannot_be_served_is_left_out_of_its_tab_and_told(path: Path) -> None:
    path.write_text(
        'version = 1\nzoomed = 1\npanes = ["gone:X@1m", "binance:BTCUSDT@1m"]\n'
        '[[after]]\npanes = ["gone:Y@1m"]\n'
    )
    workspace, notices = opened_with(Config(), Tab(), None, ["SOLUSDT"], path)
    assert workspace.tabs == (Tab((BTC,)), Tab())
    assert [notice.partition(":")[0] for notice in notices] == ["gone", "gone"]
