"""The one table of keys: what dispatches them, what the hints, the help and README show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, filterfalse

from textual.binding import Binding, BindingType
from textual.keys import REPLACED_KEYS, Keys, key_to_character

APP = "app"
MONITOR = "screen"
GRID = "grid"
PANE = "pane"
WATCHLIST = "watchlist"
TABS = "tabs"
_MODIFIERS = {"ctrl", "shift", "alt", "super", "meta", "hyper"}
_NAMED = {key.value for key in Keys} | set(REPLACED_KEYS)


@dataclass(frozen=True, slots=True)
class Key:
    """One action: the id that `[keys]` remaps, its keys in Textual's names, who carries it out.

    Keys of equal description are shown in one row. `hint` is a word for the status bar, empty
    when it is not shown there. A `priority` key works even while a text is typed.
    """

    id: str
    keys: str
    action: str
    description: str
    group: str
    scope: str = MONITOR
    hint: str = ""
    priority: bool = False


@dataclass(frozen=True, slots=True)
class HelpRow:
    """Keys as they are written for people, and what they do."""

    keys: str
    description: str


@dataclass(frozen=True, slots=True)
class Hint:
    """A key, a word and what a click on them does, as Textual's `run_action` takes it."""

    keys: str
    description: str
    action: str


_MOVE = "Move to the pane beside; in a zoomed pane ← → pan the chart"
_ZOOM = "Fill the screen with the pane, and back"

KEYS: tuple[Key, ...] = (
    Key("help", "?", "help", "This help", "General", APP, hint="help"),
    Key("palette", ":", "command_palette", "Everything by name", "General", APP, hint="commands"),
    Key("palette-anywhere", "ctrl+p", "command_palette", "Everything by name", "General", APP),
    Key("back", "escape", "back", "Back: leave crosshair, zoom, panel, past", "General"),
    Key("theme", "T", "next_theme", "Next theme", "General", APP),
    Key("save-screen", "ctrl+s", "save_screen", "Save the screen as SVG", "General", APP),
    Key("save-series", "ctrl+e", "save_series", "Save the pane's candles as CSV", "General", APP),
    Key("quit", "q", "quit", "Quit", "General", APP, hint="quit"),
    Key("interrupt", "ctrl+c", "interrupt", "Quit", "General", APP, priority=True),
    Key(
        "suspend",
        "ctrl+z",
        "suspend_process",
        "Back to the shell; fg goes on",
        "General",
        APP,
        priority=True,
    ),
    Key("traffic", "b", "traffic", "Bytes per second to the terminal", "General", APP),
    Key("add", "a,/", "add", "Add symbols, with search", "Panes", hint="add"),
    Key("remove", "d,x", "remove", "Remove the pane", "Panes", GRID),
    Key("undo", "u", "undo", "Bring the removed pane or tab back", "Panes", TABS),
    Key("detail", "enter", "detail", "All about the symbol, and back", "Panes", hint="detail"),
    Key("zoom", "z", "zoom", _ZOOM, "Panes", GRID, hint="zoom"),
    Key("left", "left,h", "move(-1, 0)", _MOVE, "Panes", GRID),
    Key("down", "down,j", "move(0, 1)", _MOVE, "Panes", GRID),
    Key("up", "up,k", "move(0, -1)", _MOVE, "Panes", GRID),
    Key("right", "right,l", "move(1, 0)", _MOVE, "Panes", GRID),
    Key("next", "tab", "step(1)", "Next, previous pane", "Panes", GRID),
    Key("previous", "shift+tab", "step(-1)", "Next, previous pane", "Panes", GRID),
    Key("first", "g,home", "select(0)", "First, last pane", "Panes", GRID),
    Key("last", "G", "select(-1)", "First, last pane", "Panes", GRID),
    *(
        Key(f"pane-{n}", str(n), f"select({n - 1})", "Pane by its number", "Panes", GRID)
        for n in range(1, 10)
    ),
    Key("earlier", "<", "shift(-1)", "Move the pane in the order", "Panes", GRID),
    Key("later", ">", "shift(1)", "Move the pane in the order", "Panes", GRID),
    Key("page-down", "pagedown", "page(1)", "Next, previous page of panes or rows", "Panes"),
    Key("page-up", "pageup", "page(-1)", "Next, previous page of panes or rows", "Panes"),
    Key("columns", "#", "next_columns", "Columns: fitted, 1, 2, up to 6", "Panes", GRID),
    Key("previous-tab", "{", "step_tab(-1)", "Previous, next tab", "Panes", TABS),
    Key("next-tab", "}", "step_tab(1)", "Previous, next tab", "Panes", TABS),
    Key("view", "w", "view", "Watchlist with a row a symbol, and back", "Watchlist", hint="list"),
    Key("sort", "s", "sort", "Sort by the next column", "Watchlist", WATCHLIST),
    Key("sort-turn", "S", "turn", "Turn the sorting round", "Watchlist", WATCHLIST),
    Key("filter", "f", "filter", "Filter the rows; esc shows all again", "Watchlist", WATCHLIST),
    Key("fold", "o", "fold", "Fold the row's group, and open it", "Watchlist", WATCHLIST),
    Key("row-up", "K", "move_row(-1)", "Move the row up, down", "Watchlist", WATCHLIST),
    Key("row-down", "J", "move_row(1)", "Move the row up, down", "Watchlist", WATCHLIST),
    Key("shorter", "[", "interval(-1)", "Shorter, longer interval", "Chart", PANE, hint="interval"),
    Key("longer", "]", "interval(1)", "Shorter, longer interval", "Chart", PANE, hint="interval"),
    Key("zoom-in", "+,=", "chart_zoom(1)", "Wider, narrower candles", "Chart", GRID),
    Key("zoom-out", "-", "chart_zoom(-1)", "Wider, narrower candles", "Chart", GRID),
    Key("pan-back", "shift+left,comma", "pan(1)", "Earlier, later", "Chart", PANE),
    Key("pan-on", "shift+right,full_stop", "pan(-1)", "Earlier, later", "Chart", PANE),
    Key("live-edge", "end,0", "live_edge", "Back to now", "Chart", PANE),
    Key("kind", "c", "next_kind", "Next kind of chart: candles, bars, line", "Chart", GRID),
    Key("glyphs", "C", "next_glyphs", "Next characters to draw with", "Chart", GRID),
    Key("log", "L", "log", "Logarithmic price scale on, off", "Chart", GRID),
    Key("crosshair", "m", "crosshair", "Crosshair on, off; ← → or mouse move it", "Chart", GRID),
    Key("volume", "v", "volume", "Volume on, off", "Chart", GRID),
    Key("compare", "percent_sign", "compare", "Compare the symbols as per cent", "Panes"),
    Key("studies", "i", "studies", "Indicators of the pane", "Chart"),
    Key("alerts", "A", "alerts", "Alerts: the list, and new ones", "Feed", APP),
    Key("connections", "n", "connections", "Connection panel", "Feed", hint="connections"),
    Key("reconnect", "r", "reconnect", "Dial the pane's connection now", "Feed", PANE),
    Key("freeze", "p", "freeze", "Freeze the screen, and go on", "Feed", GRID, hint="freeze"),
)

_NAMES = {
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "escape": "esc",
}
# What Textual calls these characters, and does not turn back into them.
_CHARACTERS = {
    "plus": "+",
    "minus": "-",
    "slash": "/",
    "backslash": "\\",
    "at": "@",
    "underscore": "_",
}


def bindings(*scopes: str, group: str = "") -> list[BindingType]:
    """The table's part for these scopes, or a group of it only, as Textual dispatches it."""
    return [
        Binding(
            k.keys, f"{k.scope}.{k.action}", k.description, id=k.id, priority=k.priority, show=False
        )
        for k in KEYS
        if k.scope in scopes and group in ("", k.group)
    ]


def remapped(overrides: Mapping[str, str]) -> tuple[tuple[Key, ...], list[str]]:
    """The table with the user's keys, and a sentence for each override that cannot be used.

    An unknown id is left out, and so is an override with what is no key, or with a key that
    another action has once all overrides are in place; of two such overrides the later gives way.
    """
    problems: list[str] = []
    unknown: list[str] = []
    usual = {key.id: key for key in KEYS}
    wanted: dict[str, str] = {}
    for id_, keys in overrides.items():
        if id_ not in usual:
            unknown.append(f"'{id_}'")
        elif odd := sorted(filterfalse(_is_key, _split(keys))):
            problems.append(f"'{odd[0]}' for '{id_}' is no key.")
        else:
            wanted[id_] = keys
    table = usual | {id_: replace(usual[id_], keys=keys) for id_, keys in wanted.items()}
    while clash := _clash(table, wanted):
        id_, key, owner = clash
        problems.append(f"'{key}' for '{id_}' is the key of '{owner}' already.")
        del wanted[id_]
        table[id_] = usual[id_]
    if unknown:
        problems.append(f"There is no action {', '.join(unknown)}. Valid: {', '.join(table)}.")
    return tuple(table.values()), problems


def help_groups(table: Iterable[Key] = KEYS) -> dict[str, list[HelpRow]]:
    """Rows by group, in the table's order; keys of one description share a row."""
    groups: dict[str, dict[str, list[str]]] = {}
    for key in table:
        names = groups.setdefault(key.group, {}).setdefault(key.description, [])
        names.extend(shown(key))
    return {
        group: [HelpRow(_joined(names), description) for description, names in rows.items()]
        for group, rows in groups.items()
    }


def hints(table: Iterable[Key] = KEYS) -> list[Hint]:
    """What the status bar shows; actions of one word share a hint: `[ ] interval`."""
    found: dict[str, Hint] = {}
    for key in table:
        first = next(shown(key))
        if key.hint in found:
            found[key.hint] = replace(found[key.hint], keys=f"{found[key.hint].keys} {first}")
        elif key.hint:
            found[key.hint] = Hint(first, key.hint, f"{key.scope}.{key.action}")
    return list(found.values())


def shown(key: Key) -> Iterator[str]:
    """The keys of an action in people's spelling: `←`, `esc`, `shift+→`."""
    for name in key.keys.split(","):
        *modifiers, last = name.strip().split("+") if len(name) > 1 else [name]
        yield "+".join([*modifiers, _NAMES.get(last) or _character(last)])


def markdown_table() -> str:
    """The table as README shows it."""
    lines = ["| Keys | Action | Id |", "|---|---|---|"]
    for row in chain.from_iterable(help_groups().values()):
        ids = [key.id for key in KEYS if key.description == row.description]
        lines.append(f"| `{row.keys}` | {row.description} | `{_joined(ids)}` |")
    return "\n".join(lines)


def _split(keys: str) -> set[str]:
    return {name.strip() for name in keys.split(",")}


def _is_key(name: str) -> bool:
    """Whether Textual may send a key of this name: `q`, `ctrl+c`, `shift+left`, `full_stop`."""
    *modifiers, last = name.split("+") if len(name) > 1 else [name]
    named = last in _NAMED or key_to_character(last) is not None
    return (len(last) == 1 or named) and _MODIFIERS.issuperset(modifiers)


def _clash(table: Mapping[str, Key], overridden: Iterable[str]) -> tuple[str, str, str] | None:
    """An override, its key, and the action that has that key too: of the last that has one."""
    for id_ in reversed(list(overridden)):
        own = {_spelling(name): name for name in _split(table[id_].keys)}
        for other in table.values():
            shared = own.keys() & map(_spelling, _split(other.keys))
            if shared and other.id != id_:
                return id_, own[min(shared)], other.id
    return None


def _spelling(name: str) -> str:
    """The same for `?` and `question_mark`."""
    return _CHARACTERS.get(name) or key_to_character(name) or name


def _character(name: str) -> str:
    """`!` for `exclamation_mark`; a key that draws nothing keeps its name."""
    character = _spelling(name)
    return character if character.isprintable() and character.strip() else name


def _joined(names: list[str]) -> str:
    if len(names) > 8 and names[0][-1].isdigit():
        return f"{names[0]}…{names[-1]}"
    return " ".join(names)
