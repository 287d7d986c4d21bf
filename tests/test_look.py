"""How a theme is worn: swapped, without a ground, in sixteen colours or none; and remembered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.terminal_theme import TerminalTheme
from textual._ansi_theme import ALABASTER, MONOKAI
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tests.colour_vision import contrast
from tests.stage import THREE, play, stage
from tests.terminal_emulator import Emulated
from tests.test_app_palette import choose
from tui.chart.kinds import Kind
from tui.config import Config
from tui.look import Look, is_plain
from tui.theme import load_themes, theme_folders, usual_kind, variable_defaults
from tui.workspace import Workspace, load

ALL = BUILTIN_THEMES | load_themes(theme_folders(Path("/nowhere"))).themes
OURS = [name for name in ALL if name not in BUILTIN_THEMES]
READ = ("market-up", "market-down", "market-stale", "market-axis", "market-live", "market-stopped",
        "market-warn", "market-hole", "market-repaired")  # fmt: skip


def worn(name: str, look: Look) -> dict[str, str]:
    """Every colour by its name in the CSS."""
    theme = look.of(ALL[name])
    return variable_defaults(theme) | theme.to_color_system().generate() | theme.variables


@pytest.mark.parametrize("name", ["midnight", "nord", "ansi-light"])
def test_swapped_up_is_what_down_was_and_nothing_else_changes(name: str) -> None:
    plain, swapped = worn(name, Look()), worn(name, Look(swapped=True))
    other = {"up": "down", "down": "up", "volume-up": "volume-down", "volume-down": "volume-up"}
    for key, was in other.items():
        assert swapped[f"market-{key}"] == plain[f"market-{was}"]
    changed = {key for key in plain if plain[key] != swapped[key]}
    assert changed == {f"market-{key}" for key in other}


@pytest.mark.parametrize("name", [name for name in ALL if "ansi" not in name])
def test_transparent_shows_the_terminals_ground_and_keeps_the_themes_colours(name: str) -> None:
    opaque, clear = worn(name, Look()), worn(name, Look(transparent=True))
    assert {clear[key] for key in ("background", "surface", "panel")} == {"ansi_default"}
    for key in (*READ, "market-focus", "foreground", "primary"):
        assert Color.parse(clear[key]) == Color.parse(opaque[key])
        assert Color.parse(clear[key]).ansi is None
    assert "auto" not in clear["text"] + clear["text-muted"]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("name", OURS)
def test_a_plain_terminal_gets_no_colour_but_its_own(name: str, swapped: bool) -> None:
    found = worn(name, Look(swapped, transparent=True, plain=True))
    for key in (*READ, "market-grid", "market-focus", "background", "foreground", "primary"):
        assert Color.parse(found[key]).ansi is not None, key
    assert found["market-up"] != found["market-down"]


@pytest.mark.parametrize(("dark", "palette"), [(True, MONOKAI), (False, ALABASTER)])
def test_the_terminals_own_colours_can_be_read_on_its_ground(
    dark: bool, palette: TerminalTheme
) -> None:
    name = "midnight" if dark else "paper"
    found = worn(name, Look(plain=True))
    ground = Color(*palette.background_color).hex
    for key in READ:
        rich = Color.parse(found[key]).rich_color
        shown = Color(*rich.get_truecolor(palette)).hex
        assert contrast(shown, ground) >= 3, key


@pytest.mark.parametrize(
    ("environ", "plain"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-16color"}, True),
        ({"TERM": "xterm"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, True),
        ({"TERM": "", "TEXTUAL_COLOR_SYSTEM": "truecolor"}, False),
    ],
)
def test_a_terminal_of_few_colours_is_known_by_its_variables(
    environ: dict[str, str], plain: bool
) -> None:
    assert is_plain(environ) is plain


def test_shapes_tell_up_from_down_where_colours_do_not() -> None:
    for transparent in (False, True):
        look = Look(transparent=transparent)
        assert usual_kind(look.of(ALL["graphite"]), plain=False) is Kind.HOLLOW
        assert usual_kind(look.of(ALL["midnight"]), plain=False) is Kind.CANDLES
    assert usual_kind(Look(plain=True).of(ALL["midnight"]), plain=True) is Kind.HOLLOW


def test_swapping_and_transparency_are_chosen_by_name_shown_and_remembered(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"

    async def scenario() -> None:
        async with stage(THREE[:1], path=path) as s:
            before = s.app.get_css_variables()
            await choose(s, "Swap up and down")
            after = s.app.get_css_variables()
            assert after["market-up"] == before["market-down"]
            await choose(s, "Transparent background")
            await s.until(lambda: s.monitor.background_colors[1].ansi == -1)
            assert s.app.get_css_variables()["market-up"] == before["market-down"]
        saved, _ = load(path)
        assert saved and (saved.swapped, saved.transparent, saved.theme) == (True, True, None)
        async with stage(workspace=saved) as s:
            assert s.app.wardrobe.look == Look(swapped=True, transparent=True)
            await s.pilot.press("T")
            await s.until(lambda: s.app.theme != "midnight")
            assert s.monitor.background_colors[1].ansi == -1

    play(scenario)


def test_what_the_config_asks_for_is_worn_and_the_workspace_outdoes_it(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    config = Config(swap_up_down=True, transparent=True)

    async def scenario() -> None:
        async with stage(THREE[:1], config=config, path=path) as s:
            assert s.app.wardrobe.look == Look(swapped=True, transparent=True)
            s.app.wardrobe.swap()
        saved, _ = load(path)
        assert saved and (saved.swapped, saved.transparent) == (False, None)
        async with stage(config=config, workspace=Workspace(THREE[:1], swapped=False)) as s:
            assert s.app.wardrobe.look == Look(swapped=False, transparent=True)

    play(scenario)


@pytest.mark.parametrize(
    ("environ", "colors"),
    [({"NO_COLOR": "1"}, set[int]()), ({"TERM": "xterm", "COLORTERM": ""}, {31, 32})],
    ids=["NO_COLOR", "16 colours"],
)
def test_a_plain_terminal_is_sent_what_it_can_show_and_hollow_candles(
    tmp_path: Path, environ: dict[str, str], colors: set[int]
) -> None:
    with Emulated(tmp_path, "demo", "BTCUSDT", environ=environ) as terminal:
        terminal.shows("LIVE", "║")
        styles = re.findall(rb"\x1b\[([0-9;]*)m", terminal.written)
        codes = {int(code) for style in styles for code in style.split(b";") if code}
        assert codes & {31, 32, 38, 48} == colors
        assert {39, 49} <= codes
        assert 4 in codes  # the focused header is underlined
        terminal.press("q")
        assert terminal.exit_code == 0
