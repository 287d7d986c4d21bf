"""Every colour of every theme can be seen, by everyone: contrasts and distances, computed.

Contrast is that of WCAG 2.1: 4.5 is its level AA for text, 7 its level AAA, 3 its least for marks.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from tests.colour_vision import DEUTERANOPIA, NORMAL, PROTANOPIA, Matrix, contrast, distance
from tui.theme import MARKET_VARIABLES, load_themes, theme_folders, variable_defaults

OURS = load_themes(theme_folders(Path("/nowhere"))).themes
THEIRS = {name: theme for name, theme in BUILTIN_THEMES.items() if not theme.ansi}
FOR_THE_COLOUR_BLIND = ["colorblind-dark", "colorblind-light", "horizon"]
PRICES = ("up", "down", "live", "warn", "stopped")
DIM = ("stale", "axis")
REST = ("hole", "repaired", "volume-up", "volume-down", "grid")
# What is drawn with a share of a colour, see Picture.
PROVISIONAL = 0.7


def colors(theme: Theme) -> dict[str, str]:
    """All colours by the names that the CSS has for them, `text` and without `market-`."""
    named = theme.to_color_system().generate()
    market = variable_defaults(theme) | theme.variables
    own = {name.removeprefix("market-"): market[name] for name in MARKET_VARIABLES}
    return named | own | {"text": named["foreground"]}


def ratios(theme: Theme, ground: str) -> dict[str, float]:
    """The contrast of each colour of the market, and of the text, on the ground of that name."""
    found = colors(theme)
    return {key: contrast(found[key], found[ground]) for key in (*PRICES, *DIM, *REST, "text")}


@pytest.mark.parametrize("ground", ["background", "surface"])
@pytest.mark.parametrize("name", OURS)
def test_every_colour_of_ours_can_be_read(name: str, ground: str) -> None:
    found = ratios(OURS[name], ground)
    assert found["text"] >= 7
    for key in (*PRICES, *DIM):
        assert found[key] >= 4.5, key
    for key in ("hole", "repaired"):
        assert found[key] >= 3, key
    for key in ("volume-up", "volume-down"):
        assert found[key] >= 1.7, key
    assert 1.1 <= found["grid"] < 2


@pytest.mark.parametrize("name", OURS)
def test_a_focused_header_can_be_read_also_when_its_price_is_stale(name: str) -> None:
    found = ratios(OURS[name], "focus")
    assert found["text"] >= 7
    for key in PRICES:
        assert found[key] >= 4.5, key
    for key in DIM:
        assert found[key] >= 3.5, key


@pytest.mark.parametrize("name", OURS)
def test_a_focused_header_is_told_from_the_others(name: str) -> None:
    found = colors(OURS[name])
    assert contrast(found["focus"], found["surface"]) >= 1.15
    assert distance(found["focus"], found["surface"], NORMAL) >= 9


@pytest.mark.parametrize("name", OURS)
def test_the_candle_that_still_moves_can_be_seen(name: str) -> None:
    found = colors(OURS[name])
    background = Color.parse(found["background"])
    for key in ("up", "down"):
        mixed = background.blend(Color.parse(found[key]), PROVISIONAL)
        assert contrast(mixed.hex, background.hex) >= 3, key


def test_the_theme_of_high_contrast_has_it_everywhere() -> None:
    theme = OURS["high-contrast"]
    for ground, least in (("background", 7), ("surface", 7), ("focus", 5)):
        found = ratios(theme, ground)
        assert min(found[key] for key in (*PRICES, *DIM, "text", "hole", "repaired")) >= least
    assert ratios(theme, "background")["text"] == pytest.approx(21)


@pytest.mark.parametrize("vision", [NORMAL, PROTANOPIA, DEUTERANOPIA])
@pytest.mark.parametrize("name", FOR_THE_COLOUR_BLIND)
def test_up_and_down_are_two_colours_for_the_colour_blind(name: str, vision: Matrix) -> None:
    """85 is most of what any eye can tell apart; midnight's green and red have 18."""
    found = colors(OURS[name])
    assert distance(found["up"], found["down"], vision) >= 85
    assert distance(found["volume-up"], found["volume-down"], vision) >= 45


@pytest.mark.parametrize("vision", [NORMAL, PROTANOPIA, DEUTERANOPIA])
def test_without_hues_up_and_down_differ_in_brightness(vision: Matrix) -> None:
    found = colors(OURS["graphite"])
    assert distance(found["up"], found["down"], vision) >= 30
    assert distance(found["volume-up"], found["volume-down"], vision) >= 15


@pytest.mark.parametrize("vision", [PROTANOPIA, DEUTERANOPIA])
@pytest.mark.parametrize("name", OURS)
def test_up_and_down_can_be_told_apart_in_every_theme(name: str, vision: Matrix) -> None:
    found = colors(OURS[name])
    assert distance(found["up"], found["down"], vision) >= 17


@pytest.mark.parametrize("vision", [PROTANOPIA, DEUTERANOPIA])
def test_red_and_green_of_equal_brightness_would_not_pass(vision: Matrix) -> None:
    assert distance("#4f8a3c", "#a06a3c", vision) < 17


def test_graphite_has_no_hue() -> None:
    for color in OURS["graphite"].variables.values():
        assert len({*Color.parse(color).rgb}) == 1


@pytest.mark.parametrize("name", THEIRS)
def test_derived_colours_can_be_read_in_textuals_own_themes(name: str) -> None:
    theme = THEIRS[name]
    assert tuple(variable_defaults(theme)) == MARKET_VARIABLES
    for ground, least in (("background", 3), ("focus", 2.7)):
        found = ratios(theme, ground)
        for key in (*PRICES, *DIM, "text"):
            assert found[key] >= least, (ground, key)
