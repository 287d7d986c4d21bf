"""Alerts are kept over a restart, and a damaged file stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.alert_views import rule
from tui.alerts.alert import Alert
from tui.alerts.file import load, save
from tui.errors import TradexError

ALERTS = [
    Alert(rule("BTCUSDT > 65000"), armed=True),
    Alert(rule("BTCUSDT stale 30s"), on=False, armed=False, rang=1_795_435_200_000),
    Alert(rule("binance:BTCUSDT coinbase:BTC-USD spread > 0.5%")),
]


def test_what_was_saved_is_loaded_with_what_rang_already(tmp_path: Path) -> None:
    path = tmp_path / "state" / "alerts.toml"
    save(path, ALERTS)
    assert load(path) == (ALERTS, None)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert load(tmp_path / "alerts.toml") == ([], None)


@pytest.mark.parametrize(
    "content",
    [
        "version = 1\n[[alerts",
        "version = 2",
        'version = 1\n[[alerts]]\nrule = "binance:BTCUSDT@1m > "',
        'version = 1\n[[alerts]]\nrule = "BTCUSDT > 5"',
        'version = 1\n[[alerts]]\nrule = "binance:BTCUSDT@1m > 5"\nrang = -5',
        'version = 1\n[[alerts]]\nrule = "\\u001b]0;x\\u0007"',
    ],
)
def test_a_damaged_file_is_kept_aside_and_told_in_one_clean_line(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(content)
    alerts, notice = load(path)
    assert alerts == [] and notice and "alerts are damaged" in notice and notice.isprintable()
    assert [each.name for each in tmp_path.iterdir()] == ["alerts.toml.bad-1"]
    assert (tmp_path / "alerts.toml.bad-1").read_text() == content


def test_a_folder_that_cannot_be_written_is_told_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TradexError, match=r"alerts cannot be saved in .*alerts\.toml: "):
        save(tmp_path / "file" / "alerts.toml", ALERTS)
