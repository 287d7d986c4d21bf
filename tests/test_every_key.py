"""Every key of the table is pressed, and what it is documented to do happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.screen import Screen

from tests.feeds import PATIENCE
from tests.stage import THREE, Stage, stage
from tui.keys import KEYS, Key
from tui.listing import Listing
from tui.screens.add import AddScreen
from tui.screens.alerts import AlertsScreen
from tui.screens.compare import CompareScreen
from tui.screens.detail import DetailScreen
from tui.screens.help import HelpScreen
from tui.screens.studies import StudiesScreen

Fact = Callable[[Stage], object]


ANOTHER = object()


@dataclass(frozen=True)
class Expected:
    """A fact that a press of the key changes: to what it `becomes`, or to just another value.

    The keys of `first` are pressed before it, those of `back` afterwards, for the keys that
    follow: all keys of a group are pressed in the same app, but for those that end it.
    """

    fact: Fact
    becomes: object = ANOTHER
    first: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    ends: bool = False

    def met(self, s: Stage, before: object) -> bool:
        now = self.fact(s)
        return now != before and self.becomes in (now, ANOTHER)


def screen(s: Stage) -> type[Screen[Any]]:
    return type(s.app.screen)


def current(s: Stage) -> int:
    return s.monitor.grid.panes.index(s.monitor.grid.current)  # type: ignore[arg-type] # there are three


def says(words: str) -> Fact:
    """Whether a notice has these words."""
    return lambda s: any(words in notice for notice in s.notices)


def goes_to(index: int, *first: str) -> Expected:
    return Expected(current, index, first, back=("1",))


def opens(kind: type[Screen[Any]]) -> Expected:
    return Expected(screen, kind, back=("escape",))


def interval(s: Stage) -> str:
    return str(s.pane(current(s)).subscription.interval)


def order(s: Stage) -> list[str]:
    return s.watched


def listed(s: Stage) -> bool:
    return bool(s.monitor.watchlist.display)


def listing(s: Stage) -> Listing:
    return s.monitor.watchlist.listing


def offset(s: Stage) -> int:
    return s.pane(current(s)).options.offset


# By id of the key: one without a line here fails the test below.
EXPECTED: dict[str, Expected] = {
    "help": opens(HelpScreen),
    "palette": opens(CommandPalette),
    "palette-anywhere": opens(CommandPalette),
    "back": Expected(lambda s: s.monitor.grid.zoomed, False, ("z",)),
    "theme": Expected(lambda s: s.app.theme),
    "save-screen": Expected(says("The screen is saved as"), True),
    "save-series": Expected(says("BTCUSDT@1m are saved as"), True),
    "quit": Expected(lambda s: s.app.return_code, 0, ends=True),
    "interrupt": Expected(lambda s: s.app.return_code, 130, ends=True),
    "suspend": Expected(says("No shell here"), True),
    "traffic": Expected(lambda s: s.app.drawing.shows_traffic, True, back=("b",)),
    "add": opens(AddScreen),
    "remove": Expected(lambda s: len(s.watched), 2, back=("u",)),
    "undo": Expected(lambda s: len(s.watched), 3, ("d",)),
    "detail": opens(DetailScreen),
    "compare": opens(CompareScreen),
    "studies": opens(StudiesScreen),
    "alerts": opens(AlertsScreen),
    "earlier": Expected(order, first=("2",), back=("2", "<", "1")),
    "later": Expected(order, back=("<", "1")),
    "page-down": Expected(says("the only page"), True),
    "page-up": Expected(says("the only page"), True),
    "columns": Expected(lambda s: s.monitor.grid.columns, 1, back=("#",) * 6),
    "previous-tab": Expected(says("the only tab"), True),
    "next-tab": Expected(says("the only tab"), True),
    "view": Expected(listed, True, back=("w",)),
    "sort": Expected(lambda s: listing(s).sort, "name", ("w",), back=("S", "w")),
    "sort-turn": Expected(lambda s: listing(s).descending, first=("w", "s"), back=("w",)),
    "filter": Expected(lambda s: s.monitor.watchlist.filtering, True, ("w",), back=("escape", "w")),
    "fold": Expected(says("is in no group"), True, ("w",), back=("w",)),
    "row-up": Expected(says("watchlist"), True),
    "row-down": Expected(says("watchlist"), True),
    "kind": Expected(lambda s: s.pane().options.kind.value, "hollow"),
    "glyphs": Expected(lambda s: s.pane().options.glyphs.value, "blocks"),
    "log": Expected(lambda s: s.pane().options.log, True, back=("L",)),
    "crosshair": Expected(lambda s: s.pane().options.cursor is not None, True, back=("m",)),
    "zoom": Expected(lambda s: s.monitor.grid.zoomed, True, back=("escape",)),
    "left": goes_to(0, "2"),
    "down": goes_to(2),
    "up": goes_to(0, "3"),
    "right": goes_to(1),
    "next": goes_to(1),
    "previous": goes_to(2),
    "first": goes_to(0, "3"),
    "last": goes_to(2),
    "pane-1": goes_to(0, "3"),
    "pane-2": goes_to(1),
    "pane-3": goes_to(2),
    **{f"pane-{n}": Expected(says(f"There is no pane {n}"), True) for n in range(4, 10)},
    "shorter": Expected(interval, "1s", back=("]",)),
    "longer": Expected(interval, "3m", back=("[",)),
    "zoom-in": Expected(lambda s: s.pane().options.zoom.value, "wide", back=("-",)),
    "zoom-out": Expected(lambda s: s.pane().options.zoom.value, "pairs", back=("+",)),
    "pan-back": Expected(lambda s: offset(s) > 0, True, back=("end",)),
    "pan-on": Expected(offset, 0, ("comma",)),
    "live-edge": Expected(offset, 0, ("comma",)),
    "volume": Expected(lambda s: s.pane().options.show_volume, False, back=("v",)),
    "connections": Expected(lambda s: s.monitor.panel.display, True, back=("n",)),
    "reconnect": Expected(lambda s: max(c.id for c in s.app.engine.connections())),
    "freeze": Expected(lambda s: s.monitor.grid.frozen, True, back=("p",)),
}
ENDS = [key for key in KEYS if key.id in EXPECTED and EXPECTED[key.id].ends]
GROUPS = dict.fromkeys(key.group for key in KEYS)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def test_for_every_key_it_is_written_what_it_does() -> None:
    assert EXPECTED.keys() == {key.id for key in KEYS}


@pytest.mark.parametrize("group", GROUPS)
def test_every_key_of_a_group_does_what_is_written(group: str) -> None:
    asyncio.run(_pressed(key for key in KEYS if key.group == group and key not in ENDS))


@pytest.mark.parametrize("key", ENDS, ids=lambda key: key.id)
def test_every_key_that_ends_the_monitor_ends_it(key: Key) -> None:
    asyncio.run(_pressed([key]))


async def _pressed(keys: Iterable[Key]) -> None:
    async with asyncio.timeout(3 * PATIENCE), stage(THREE) as s:
        await s.until(s.says("LIVE"))
        for key in keys:
            for name in key.keys.split(","):
                await _press(s, name, EXPECTED[key.id], f"{key.id}: {name}")


async def _press(s: Stage, name: str, expected: Expected, what: str) -> None:
    s.app.clear_notifications()
    await s.pilot.press(*expected.first)
    before = expected.fact(s)
    await s.pilot.press(name)
    try:
        await s.until(lambda: expected.met(s, before))
    except TimeoutError:
        pytest.fail(f"{what} made of {before!r} {expected.fact(s)!r}")
    await s.pilot.press(*expected.back)
