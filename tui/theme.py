"""Theme files: Textual's colours and the market's, checked before any is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from tui.chart.kinds import Kind
from tui.errors import ThemeError
from tui.rules import FLAG, TABLE, TEXT, Rule, Rules, placed, read_table
from tui.text import clean, file_stem
from tui.toml_file import read_toml

# The market's colours in a terminal's own palette, where nothing can be mixed. Its grey is the
# background of some palettes, and its yellow cannot be seen on white, nor its blue on black.
_ANSI = {
    "up": "ansi_green",
    "down": "ansi_red",
    "hole": "ansi_magenta",
    "repaired": "ansi_cyan",
    "stale": "ansi_default",
    "axis": "ansi_default",
    "grid": "ansi_bright_black",
    "volume-up": "ansi_green",
    "volume-down": "ansi_red",
    "live": "ansi_green",
    "warn": "ansi_yellow",
    "stopped": "ansi_red",
    "focus": "ansi_default",
}
_ANSI_LIGHT = _ANSI | {
    "up": "ansi_blue",
    "volume-up": "ansi_blue",
    "live": "ansi_blue",
    "repaired": "ansi_blue",
    "warn": "ansi_magenta",
}
MARKET_VARIABLES = tuple(f"market-{name}" for name in _ANSI)
_LEAST_SATURATION = 0.05


@dataclass(frozen=True, slots=True)
class LoadedThemes:
    """The themes by name, and one error, with path and reason, by each file that failed."""

    themes: dict[str, Theme] = field(default_factory=dict)
    failures: dict[Path, ThemeError] = field(default_factory=dict)

    @property
    def usable(self) -> dict[str, Theme]:
        """All that a config may name: these and Textual's own."""
        return {**BUILTIN_THEMES, **self.themes}


def theme_folders(config_folder: Path) -> list[Path]:
    """Where theme files lie: those that come with the program, then the user's own."""
    package = Path(__file__).parent
    # A wheel has them inside the package, a checkout beside it.
    shipped = next((p for p in (package / "themes", package.parent / "themes") if p.is_dir()), None)
    return [folder for folder in (shipped, config_folder / "themes") if folder]


def load_themes(folders: Iterable[Path]) -> LoadedThemes:
    """Every `*.toml` in the folders; the file's stem is the theme's name, a later one wins."""
    loaded = LoadedThemes()
    for folder in folders:
        try:
            paths = sorted(folder.glob("*.toml"))
        except OSError as error:  # it may not be entered
            loaded.failures[folder] = _unusable(folder, error)
            continue
        for path in paths:
            try:
                theme = _theme(file_stem(path.stem), read_toml(path))
            except (OSError, ValueError) as error:
                loaded.failures[path] = _unusable(path, error)
            else:
                loaded.themes[theme.name] = theme
    return loaded


def _unusable(path: Path, error: OSError | ValueError) -> ThemeError:
    reason = error.strerror if isinstance(error, OSError) else placed(error, path)
    return ThemeError(f"Theme {clean(str(path))}: {reason}.")


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Every one of MARKET_VARIABLES, derived from the colours of any theme, Textual's own too."""
    if theme.ansi:
        colors = _ANSI if theme.dark else _ANSI_LIGHT
    else:
        colors = _derived(theme.to_color_system().generate())
    return {f"market-{name}": color for name, color in colors.items()}


def usual_kind(theme: Theme, plain: bool) -> Kind:
    """How to draw candles: by shapes where colours cannot tell up from down.

    `plain` terminals have few colours that nobody here has chosen, or show none.
    """
    return Kind.HOLLOW if plain or _is_colourless(theme) else Kind.CANDLES


def _is_colourless(theme: Theme) -> bool:
    """Whether up and down differ in brightness alone."""
    colors = variable_defaults(theme) | theme.variables
    names = (colors["market-up"], colors["market-down"])
    return all(Color.parse(name).hsl.s < _LEAST_SATURATION for name in names)


def _derived(named: dict[str, str]) -> dict[str, str]:
    background, foreground = Color.parse(named["background"]), Color.parse(named["foreground"])
    up, down = Color.parse(named["text-success"]), Color.parse(named["text-error"])

    def faded(color: Color, share: float) -> str:
        return color.blend(background, share).hex

    return {
        "up": up.hex,
        "down": down.hex,
        "hole": named["text-accent"],
        "repaired": named["text-primary"],
        "stale": faded(foreground, 0.2),
        "axis": faded(foreground, 0.15),
        "grid": faded(foreground, 0.85),
        "volume-up": faded(up, 0.5),
        "volume-down": faded(down, 0.5),
        "live": up.hex,
        "warn": named["text-warning"],
        "stopped": down.hex,
        "focus": background.blend(Color.parse(named["primary"]), 0.1).hex,
    }


def _theme(name: str, table: dict[str, Any]) -> Theme:
    values = read_table(table, _TOP, "")
    colors = read_table(values.get("colors", {}), _COLORS, "colors.")
    market = read_table(values.get("market", {}), _MARKET, "market.")
    if "primary" not in colors:
        raise ValueError("colors.primary is missing")
    theme = Theme(name=name, dark=values.get("dark", True), **colors)
    own = {f"market-{key}": color for key, color in market.items()}
    theme.variables = variable_defaults(theme) | own
    return theme


def _color(found: Any) -> str:
    try:
        color = Color.parse(TEXT.read(found))
    except ColorParseError as error:
        raise ValueError from error
    if color.ansi is not None or color.a != 1:
        raise ValueError
    return color.hex


_COLOR = Rule("an opaque colour such as #4cc7a0", _color)
_TOP: Rules = {"dark": FLAG, "colors": TABLE, "market": TABLE}
_COLORS: Rules = dict.fromkeys(
    (
        "primary",
        "secondary",
        "accent",
        "background",
        "foreground",
        "surface",
        "panel",
        "success",
        "warning",
        "error",
    ),
    _COLOR,
)
_MARKET: Rules = dict.fromkeys(_ANSI, _COLOR)
