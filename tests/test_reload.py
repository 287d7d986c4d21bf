"""Theme and config files are edited while the monitor runs: what is saved shows at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.stage import THREE, Stage, play, stage
from tui.chart.glyphs import Glyphs
from tui.config import Config, load
from tui.look import Look
from tui.reload import changes
from tui.toml_file import line_of

MINE = '[colors]\nprimary = "#336699"\n[market]\nup = "{up}"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The config folder of a user, with a folder for themes."""
    monkeypatch.setattr("tui.app.config_folder", lambda: tmp_path)
    (tmp_path / "themes").mkdir()
    return tmp_path


def shows(s: Stage, color: str) -> Callable[[], bool]:
    return lambda: s.app.get_css_variables()["market-up"] == color


def drawn(s: Stage) -> tuple[int, int, int] | None:
    """The colour of a price that rises, as it is put on the screen."""
    color = s.pane().header[0].get_component_rich_style("picture--up").color
    return color and color.triplet


def test_a_theme_that_is_saved_shows_at_once_and_a_broken_one_is_told_once(folder: Path) -> None:
    mine = folder / "themes/mine.toml"
    mine.write_text(MINE.format(up="#010203"))

    async def scenario() -> None:
        async with stage(THREE[:1], config=Config(theme="mine")) as s:
            await s.until(shows(s, "#010203"))
            mine.write_text(MINE.format(up="#040506"))
            await s.until(shows(s, "#040506"))
            await s.until(lambda: drawn(s) == (4, 5, 6))
            mine.write_text(MINE.format(up="#reddish"))
            told = f"Theme {mine}: line 4: market.up is"
            await s.until(lambda: any(told in notice for notice in s.notices))
            (folder / "themes/other.toml").write_text(MINE.format(up="#0a0b0c"))
            await s.until(lambda: "other" in s.app.wardrobe.names)
            assert sum(told in notice for notice in s.notices) == 1
            assert shows(s, "#040506")()
            written = folder / "half"  # as editors do that replace a file
            written.write_text(MINE.format(up="#070809"))
            written.rename(mine)
            await s.until(shows(s, "#070809"))

    play(scenario)


def test_a_saved_config_is_used_where_that_is_safe(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text('timezone = "utc"\n')

    async def scenario() -> None:
        async with stage(THREE[:1], config=load(path, {})) as s:
            path.write_text(
                'theme = "paper"\nglyphs = "ascii"\nframe_rate = 5\ntimezone = "local"\n'
                "swap_up_down = true\ntransparent = true\nhistory = 7\n"
                '[keys]\nvolume = "V"\n[connection]\nstale_after = 9\n'
            )
            await s.until(lambda: s.app.theme == "paper")
            options = s.monitor.grid.options
            assert (options.glyphs, options.tz) == (Glyphs.ASCII, s.app.tz)
            assert s.app.config.timezone == "local" and s.app.pace.delay == 0.2
            assert s.app.wardrobe.look == Look(swapped=True, transparent=True)
            await s.pilot.press("V")
            await s.until(lambda: not s.monitor.grid.options.show_volume)
            await s.until(lambda: "Changes at the next start: connection, history." in s.notices)
            assert s.app.config.history == Config().history

    play(scenario)


def test_a_broken_config_is_told_with_its_line_and_the_present_one_stays(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text('theme = "paper"\n')

    async def scenario() -> None:
        async with stage(THREE[:1], config=load(path, {})) as s:
            path.write_text('# mine\ntheme = "paper"\nframe_rate = 100\n')
            await s.until(lambda: any(f"{path}: line 3: frame_rate is" in n for n in s.notices))
            path.unlink()  # as for a moment while an editor saves
            path.write_text('theme = "amber"\n')
            await s.until(lambda: s.app.theme == "amber")
            assert sum("frame_rate is" in notice for notice in s.notices) == 1

    play(scenario)


def test_a_demo_keeps_its_own_exchanges_and_is_told_of_no_change_in_them(folder: Path) -> None:
    path = folder / "config.toml"
    path.write_text('exchange = "kraken"\n')

    async def scenario() -> None:
        config = replace(load(path, {}), exchange="binance")
        async with stage(THREE[:1], config=config) as s:
            path.write_text('exchange = "kraken"\ntheme = "amber"\n')
            await s.until(lambda: s.app.theme == "amber")
            assert s.app.config.exchange == "binance"
            assert not any("next start" in notice for notice in s.notices)

    play(scenario)


def test_what_changed_is_named_by_its_key() -> None:
    assert changes(Config(), Config()) == {}
    assert changes(Config(), Config(history=3, theme="paper")) == {"history": 3, "theme": "paper"}


@pytest.mark.parametrize(
    ("key", "line"),
    [("theme", 2), ("colors", 3), ("colors.up", 5), ("a.b.c", 7), ("x-y", 1), ("up", None)],
)
def test_the_line_of_a_key_is_found(tmp_path: Path, key: str, line: int | None) -> None:
    path = tmp_path / "file.toml"
    path.write_text('"x-y" = 0\ntheme = 1\n[colors]\n# up = 2\n  up = 3\n[a."b"]\nc = 4\n')
    assert line_of(path, key) == line
