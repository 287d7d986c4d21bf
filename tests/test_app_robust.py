"""What must never break the screen: sizes, foreign text, a failing pane, a broken theme."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds import subscription
from tests.stage import THREE, play, stage
from tui.feed.status import SeriesView
from tui.market.symbol import Subscription, Symbol
from tui.workspace import Workspace


def test_any_size_down_to_a_single_cell_is_survived() -> None:
    async def scenario() -> None:
        async with stage(workspace=Workspace(THREE, panel_open=True)) as s:
            await s.until(s.says("LIVE"))
            for size in ((1, 1), (500, 200), (40, 12), (2, 60), (200, 2), (13, 5), (120, 40)):
                await s.pilot.resize_terminal(*size)
                await s.pilot.pause(0.05)
                assert s.app.size == size
            await s.until(s.says("LIVE"))

    play(scenario)


def test_forty_columns_and_twelve_rows_show_price_change_and_words() -> None:
    names = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "ADAUSDT", "BNBUSDT")
    panes = tuple(subscription(name, "1m") for name in names)

    async def scenario() -> None:
        async with stage(panes, size=(40, 12)) as s:
            for index in range(6):
                await s.until(s.says("LIVE", index))
                await s.until(s.says("%", index))
                assert "▲" in s.header(index) or "▼" in s.header(index)
                assert s.pane(index).region.bottom <= 11
            await s.until(lambda: s.monitor.bar._health.plain.startswith("DEMO · "))

    play(scenario)


def test_more_panes_than_fit_scroll_to_the_one_in_focus() -> None:
    intervals = ["1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d"]
    panes = tuple(subscription("BTCUSDT", interval) for interval in intervals)

    async def scenario() -> None:
        async with stage(panes, size=(40, 9)) as s:
            await s.pilot.press("G")
            await s.until(lambda: s.monitor.sees(s.pane(12)))
            await s.until(lambda: "LIVE" in s.header(12))
            assert not s.monitor.sees(s.pane(0))

    play(scenario)


def test_foreign_text_is_never_markup() -> None:
    name = "[@click=app.quit]X[/"

    async def scenario() -> None:
        async with stage((Subscription(Symbol("binance", name), THREE[0].interval),)) as s:
            await s.until(s.says("STOPPED"))
            assert name in s.header()
            await s.pilot.press("d")
            await s.until(lambda: any(name in notice for notice in s.notices))

    play(scenario)


def test_a_pane_that_fails_says_so_and_the_others_live_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(view: SeriesView, options: object, figures: object = ()) -> None:
        raise ZeroDivisionError

    async def scenario() -> None:
        async with stage() as s:
            await s.until(s.says("LIVE", 0))
            s.pane(0).chart.show = fail  # type: ignore[method-assign]  # a fault of ours
            await s.until(lambda: "failed" in str(s.pane(0).note.render()))
            await s.until(lambda: s.pane(0).note.display)
            assert "STOPPED" in s.header(0)
            assert any("ZeroDivisionError" in str(r.exc_info) for r in caplog.records)
            before = s.app.engine.view(THREE[1], 1).revision
            await s.until(lambda: s.app.engine.view(THREE[1], 1).revision > before)
            assert "LIVE" in s.header(1)
            await s.pilot.press("d")
            await s.until(lambda: len(s.watched) == 2)

    play(scenario)


def test_a_broken_theme_is_one_notice_and_the_others_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.app.config_folder", lambda: tmp_path)
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "broken.toml").write_text("= nonsense")

    async def scenario() -> None:
        async with stage(workspace=Workspace(THREE, theme="broken")) as s:
            assert sum("broken" in notice for notice in s.notices) == 1
            assert "midnight" in s.app.wardrobe.names

    play(scenario)
