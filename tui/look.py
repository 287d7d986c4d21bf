"""A theme as this screen wears it: up and down swapped, without a ground, in 16 colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from rich.console import Console
from textual.theme import BUILTIN_THEMES, Theme

from tui.theme import variable_defaults

_SWAPPED = {"market-up": "market-down", "market-volume-up": "market-volume-down"}
_GROUNDS = ("background", "surface", "panel", "ansi-background", "footer-background")
_TEXTS = ("text", "text-muted", "text-disabled", "button-color-foreground", "ansi-foreground")


@dataclass(frozen=True, slots=True)
class Look:
    """What is done to every theme before it is used.

    `swapped`: up has the colours of down, and the other way round, as East Asian markets have it.
    `transparent`: the terminal's own background shows, and a picture behind it. `plain`: no
    colours but the sixteen that the terminal has of its own; this needs no background either.
    """

    swapped: bool = False
    transparent: bool = False
    plain: bool = False

    def of(self, theme: Theme) -> Theme:
        """The theme under the same name as it is to be worn."""
        if self.plain:
            theme = _plain(theme)
        elif self.transparent:
            theme = _transparent(theme)
        return _swapped(theme) if self.swapped else theme


def is_plain(environ: Mapping[str, str]) -> bool:
    """Whether a terminal with these variables has sixteen colours at most, or shall show none."""
    system = environ.get("TEXTUAL_COLOR_SYSTEM", "auto")
    console = Console(color_system=system, force_terminal=True, _environ=environ)  # type: ignore[arg-type]  # a word of the user's
    return "NO_COLOR" in environ or console.color_system in (None, "standard")


def _plain(theme: Theme) -> Theme:
    base = BUILTIN_THEMES["ansi-dark" if theme.dark else "ansi-light"]
    return replace(base, name=theme.name)


def _transparent(theme: Theme) -> Theme:
    """The theme's own colours on no ground. Textual shows none only in its ANSI themes.

    Text that takes the contrary of its ground takes the theme's own colour: there is no ground.
    """
    if theme.ansi:
        return theme
    named = theme.to_color_system().generate() | variable_defaults(theme) | theme.variables
    own = named | dict.fromkeys(_TEXTS, named["foreground"])
    clear = dict.fromkeys(_GROUNDS, "ansi_default")
    return replace(theme, ansi=True, background="ansi_default", variables=own | clear)


def _swapped(theme: Theme) -> Theme:
    colors = variable_defaults(theme) | theme.variables
    both_ways = _SWAPPED | {down: up for up, down in _SWAPPED.items()}
    exchanged = {name: colors[other] for name, other in both_ways.items()}
    return replace(theme, variables=theme.variables | exchanged)
