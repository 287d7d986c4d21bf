"""Themes: what loads, what fails and why, and that the CSS gets their colours."""

from __future__ import annotations

import asyncio
import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Static

from tui.theme import MARKET_VARIABLES, load_themes, theme_folders, variable_defaults

OURS = load_themes(theme_folders(Path("/nowhere"))).themes


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


def test_these_themes_come_with_the_program() -> None:
    light = {name for name, theme in OURS.items() if not theme.dark}
    assert light == {"blossom", "colorblind-light", "daylight", "paper"}
    assert OURS.keys() - light == {
        "amber", "colorblind-dark", "fjord", "graphite", "high-contrast", "horizon", "midnight",
    }  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_ours_choose_each_colour_of_the_market_themselves(name: str) -> None:
    """What is derived from others suits no eye in particular."""
    path = next(folder / f"{name}.toml" for folder in theme_folders(Path("/nowhere")))
    chosen = tomllib.loads(path.read_text("utf-8"))["market"]
    assert {f"market-{key}" for key in chosen} == set(MARKET_VARIABLES)


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
