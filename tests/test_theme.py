"""Themes: what loads, what fails and why, and that every colour can be seen by everyone."""

from __future__ import annotations

import asyncio
from itertools import combinations
from math import dist
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Static

from tui.theme import MARKET_VARIABLES, load_themes, theme_folders, variable_defaults

OURS = load_themes(theme_folders(Path("/nowhere"))).themes
Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def failure(folder: Path, text: str) -> str:
    path = write(folder, "broken", text)
    loaded = load_themes([folder])
    assert loaded.themes == {}
    (error,) = loaded.failures.values()
    assert str(error).isprintable()
    return str(error).removeprefix(f"Theme {path}: ")


def linear(color: Color) -> Triple:
    """sRGB to linear light, 0 to 1 (IEC 61966-2-1)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized
    )
    return red, green, blue


def times(matrix: Matrix, vector: Triple) -> Triple:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio, 1 to 21."""
    lights = [times((LUMINANCE,) * 3, linear(Color.parse(color)))[0] for color in (one, other)]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def lab(light: Triple) -> Triple:
    """Linear sRGB to CIE L*a*b*, D65 white."""
    white = times(XYZ, (1.0, 1.0, 1.0))
    x, y, z = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
        for t in (max(v, 0.0) / w for v, w in zip(times(XYZ, light), white, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, vision: Matrix) -> float:
    """CIE76 colour difference as seen with `vision`; about 2 is just noticeable."""
    first, second = (lab(times(vision, linear(Color.parse(color)))) for color in (one, other))
    return dist(first, second)


LUMINANCE = (0.2126, 0.7152, 0.0722)
XYZ = ((0.4124564, 0.3575761, 0.1804375), LUMINANCE, (0.0193339, 0.1191920, 0.9503041))
NORMAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)


def test_the_four_themes_come_with_the_program() -> None:
    assert set(OURS) == {"graphite", "horizon", "midnight", "paper"}
    assert [name for name, theme in OURS.items() if not theme.dark] == ["paper"]


@pytest.mark.parametrize("ground", ["background", "surface"])
@pytest.mark.parametrize("name", OURS)
def test_every_colour_of_ours_can_be_read(name: str, ground: str) -> None:
    theme = OURS[name]
    named = theme.to_color_system().generate() | theme.variables
    ratios = {key: contrast(named[key], named[ground]) for key in (*MARKET_VARIABLES, "foreground")}
    for key in ("foreground", "market-up", "market-down", "market-live", "market-warn"):
        assert ratios[key] >= 4.5, key
    for key in ("market-axis", "market-stale", "market-hole", "market-repaired"):
        assert ratios[key] >= 3, key
    for key in ("market-volume-up", "market-volume-down"):
        assert ratios[key] >= 1.8, key
    assert 1.15 <= ratios["market-grid"] < 2


@pytest.mark.parametrize("vision", [NORMAL, PROTANOPIA, DEUTERANOPIA])
@pytest.mark.parametrize("name", ["horizon", "graphite"])
def test_up_and_down_stay_far_apart_for_the_colour_blind(name: str, vision: Matrix) -> None:
    """Matrices: Machado, Oliveira and Fernandes 2009, severity 1.0, in linear sRGB."""
    variables = OURS[name].variables
    assert distance(variables["market-up"], variables["market-down"], vision) >= 35
    assert distance(variables["market-volume-up"], variables["market-volume-down"], vision) >= 15


@pytest.mark.parametrize("vision", [PROTANOPIA, DEUTERANOPIA])
@pytest.mark.parametrize("name", OURS)
def test_up_and_down_differ_in_brightness_too_in_every_theme(name: str, vision: Matrix) -> None:
    variables = OURS[name].variables
    assert distance(variables["market-up"], variables["market-down"], vision) >= 18


@pytest.mark.parametrize("vision", [PROTANOPIA, DEUTERANOPIA])
def test_red_and_green_of_equal_brightness_would_not_pass(vision: Matrix) -> None:
    assert distance("#4f8a3c", "#a06a3c", vision) < 18


def test_graphite_has_no_hue() -> None:
    for color in OURS["graphite"].variables.values():
        assert len({*Color.parse(color).rgb}) == 1


@pytest.mark.parametrize("name", [name for name in BUILTIN_THEMES if "ansi" not in name])
def test_derived_colours_stand_out_in_textuals_own_themes(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    variables = variable_defaults(theme)
    background = theme.to_color_system().generate()["background"]
    assert tuple(variables) == MARKET_VARIABLES
    for key in ("market-up", "market-down", "market-axis"):
        assert contrast(variables[key], background) >= 3, key


@pytest.mark.parametrize("name", ["ansi-dark", "ansi-light"])
def test_a_theme_in_the_terminals_own_colours_gets_no_other(name: str) -> None:
    for color in variable_defaults(BUILTIN_THEMES[name]).values():
        assert Color.parse(color).ansi is not None


class MarketApp(App[None]):
    """Uses every market variable in its CSS, as the charts do."""

    CSS = "\n".join(f"#{name} {{ color: ${name}; }}" for name in MARKET_VARIABLES)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        for name in MARKET_VARIABLES:
            yield Static(name, id=name)


def test_every_theme_there_is_gives_every_market_variable_to_the_css() -> None:
    async def scenario() -> None:
        app = MarketApp()
        for theme in OURS.values():
            app.register_theme(theme)
        async with app.run_test() as pilot:
            for name in app.available_themes:
                app.theme = name
                await pilot.pause()
                wanted = variable_defaults(app.current_theme) | app.current_theme.variables
                for variable in MARKET_VARIABLES:
                    shown = app.query_one(f"#{variable}").styles.color
                    assert shown == Color.parse(wanted[variable]), (name, variable)

    asyncio.run(scenario())


def test_a_theme_of_one_colour_gets_all_the_others(tmp_path: Path) -> None:
    write(tmp_path, "mine", '[colors]\nprimary = "#336699"\n')
    theme = load_themes([tmp_path]).themes["mine"]
    assert theme.dark
    assert tuple(theme.variables) == MARKET_VARIABLES


def test_a_market_colour_of_ones_own_replaces_the_derived_one(tmp_path: Path) -> None:
    text = 'dark = false\n[colors]\nprimary = "navy"\n[market]\nup = "rgb(1,2,3)"\n'
    write(tmp_path, "mine", text)
    theme = load_themes([tmp_path]).themes["mine"]
    assert not theme.dark
    assert theme.variables["market-up"] == "#010203"
    derived = variable_defaults(Theme("mine", primary="navy", dark=False))
    assert theme.variables["market-down"] == derived["market-down"]


def test_one_broken_theme_costs_one_failure_and_the_others_load(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    write(good, "one", '[colors]\nprimary = "red"\n')
    broken = write(bad, "broken", "not toml at all")
    write(bad, "two", '[colors]\nprimary = "blue"\n')
    loaded = load_themes([tmp_path / "missing", good, bad])
    assert list(loaded.themes) == ["one", "two"]
    assert [str(error) for error in loaded.failures.values()] == [
        f"Theme {broken}: line 1, column 5: Expected '=' after a key in a key/value pair."
    ]


def test_the_users_theme_wins_over_ours_by_name(tmp_path: Path) -> None:
    write(tmp_path / "themes", "paper", '[colors]\nprimary = "#123456"\n')
    assert load_themes(theme_folders(tmp_path)).themes["paper"].primary == "#123456"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "colors.primary is missing."),
        ("[colours]", "unknown key colours; the nearest is colors."),
        ("[colors]\nprimry = 'red'", "unknown key colors.primry; the nearest is colors.primary."),
        ("[market]\nupp = 'red'", "unknown key market.upp; the nearest is market.up."),
        ("[colors]\nprimary = 'gren'", 'colors.primary is "gren"; expected an opaque colour such'),
        ("[colors]\nprimary = 3", "colors.primary is 3; expected an opaque colour such as"),
        ("[colors]\nprimary = '#11223344'", 'is "#11223344"; expected an opaque colour'),
        ("[colors]\nprimary = 'ansi_red'", 'is "ansi_red"; expected an opaque colour'),
        ("[market]\nup = 'auto'", 'market.up is "auto"; expected an opaque colour'),
        ("colors = 3", "colors is 3; expected a table."),
        ("dark = 1", "dark is 1; expected true or false."),
        ("'\x1b[31mx' = 1", "line 1, column 2:"),
        ("[market]\n\"\\u001b[31mup\" = 'red'", "unknown key market.up; the nearest is market.up."),
    ],
)
def test_a_wrong_theme_says_what_and_where(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in failure(tmp_path, text)


def test_a_theme_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    (error,) = load_themes([tmp_path]).failures.values()
    assert str(error).endswith("folder.toml: Is a directory.")


def test_a_files_name_is_made_harmless(tmp_path: Path) -> None:
    write(tmp_path, "red\x1b[31m alert", '[colors]\nprimary = "red"\n')
    assert list(load_themes([tmp_path]).themes) == ["red-alert"]


def test_ours_do_not_look_alike() -> None:
    for one, other in combinations(OURS.values(), 2):
        assert one.background != other.background
        assert one.primary != other.primary
