"""The watchlist on the screen: every key and click of it, and what is remembered."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandList, CommandPalette
from textual.widgets import Input

from tests.feeds import subscription
from tests.foreign_text import MARKUP
from tests.stage import THREE, Stage, play, stage
from tests.test_app_palette import best, choose
from tests.test_text_on_screen import assert_harmless, lines_of
from tui.listing import Listing
from tui.market.symbol import Subscription
from tui.screens.add import AddScreen
from tui.screens.line import LineScreen
from tui.workspace import Workspace, load

BTC, ETH, SOL = (pane.symbol for pane in THREE)
LISTED = Workspace(THREE, listing=Listing(shown=True))


def listed(panes: tuple[Subscription, ...] = THREE, listing: Listing = Listing()) -> Workspace:  # noqa: B008 - frozen
    """A workspace that shows its watchlist."""
    return Workspace(panes, listing=replace(listing, shown=True))


def rows(s: Stage) -> list[str]:
    """The lines of the watchlist below its titles, without empty ones and notices."""
    top = s.monitor.watchlist.region.y + 1
    lines = lines_of(s.app)[top : top + s.monitor.watchlist.size.height - 1]
    return [line.rstrip() for line in lines if line.strip() and not line.strip().startswith("▌")]


def names(s: Stage) -> list[str]:
    """The first word of each line, with the mark of the selection."""
    return [line.removeprefix(" ").split()[0] for line in rows(s)]


async def live(s: Stage) -> None:
    await s.until(lambda: len(rows(s)) == 3 and all("LIVE" in line for line in rows(s)))


def test_w_shows_the_panes_as_rows_and_back_with_one_selection() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(s.says("LIVE"))
            await s.pilot.press("2", "w")
            await s.until(lambda: names(s) == ["BTCUSDT", "›ETHUSDT", "SOLUSDT"])
            assert not s.monitor.grid.display
            await s.pilot.press("j")
            await s.until(lambda: names(s)[2] == "›SOLUSDT")
            await s.pilot.press("w")
            await s.until(s.focuses(2))
            assert s.monitor.grid.display and not s.monitor.watchlist.display

    play(scenario)


def test_the_keys_of_the_grid_act_on_the_rows_as_they_are_sorted() -> None:
    async def scenario() -> None:
        async with stage(workspace=listed(listing=Listing(sort="name", descending=True))) as s:
            await s.until(lambda: names(s) == ["SOLUSDT", "ETHUSDT", "›BTCUSDT"])
            moves = (
                ("k", 1), ("up", 2), ("up", 2), ("down", 1), ("j", 0), ("j", 0), ("g", 2),
                ("G", 0), ("home", 2), ("2", 1), ("tab", 0), ("tab", 2), ("shift+tab", 0),
                ("pageup", 2), ("pagedown", 0),
            )  # fmt: skip
            for key, index in moves:
                await s.pilot.press(key)
                assert s.monitor.grid.current is s.pane(index), key
            await s.pilot.press("k", "right_square_bracket", "d")
            await s.until(lambda: names(s) == ["SOLUSDT", "›BTCUSDT"])
            assert s.notices == ["binance:ETHUSDT@3m removed. u brings it back."]
            await s.pilot.press("u")
            await s.until(lambda: names(s) == ["SOLUSDT", "›ETHUSDT", "BTCUSDT"])

    play(scenario)


def test_z_opens_the_row_zoomed_and_goes_back_to_the_list() -> None:
    async def scenario() -> None:
        async with stage(workspace=LISTED) as s:
            await live(s)
            await s.pilot.press("j", "z")
            await s.until(lambda: s.pane(1).size == (120, 39) and s.focuses(1)())
            await s.until(s.says("LIVE", 1))
            await s.pilot.press("escape")
            await s.until(lambda: s.monitor.watchlist.display and names(s)[1] == "›ETHUSDT")
            await s.pilot.press("z", "w")
            await s.until(lambda: s.monitor.watchlist.display and not s.monitor.grid.zoomed)

    play(scenario)


def test_s_sorts_by_the_next_column_and_shift_s_turns_it() -> None:
    async def scenario() -> None:
        async with stage(workspace=LISTED) as s:
            await live(s)
            await s.pilot.press("s")
            await s.until(lambda: "name▲" in lines_of(s.app)[0])
            await s.pilot.press("S")
            await s.until(lambda: "name▼" in lines_of(s.app)[0] and names(s)[0] == "SOLUSDT")
            await s.pilot.press("J")
            assert "sorted by name and cannot be moved" in s.notices[-1]
            await s.pilot.press("s")
            await s.until(lambda: "price▼" in lines_of(s.app)[0] and names(s)[0] == "›BTCUSDT")
            for _ in s.monitor.watchlist.places[1:]:
                await s.pilot.press("s")
            await s.until(lambda: not set(lines_of(s.app)[0]) & set("▲▼"))

    play(scenario)


def test_shift_j_and_k_move_the_row_by_hand_and_the_grid_has_the_same_order() -> None:
    async def scenario() -> None:
        async with stage(workspace=LISTED) as s:
            await live(s)
            await s.pilot.press("J")
            await s.until(lambda: names(s) == ["ETHUSDT", "›BTCUSDT", "SOLUSDT"])
            await s.pilot.press("J", "J", "K")
            await s.until(lambda: names(s) == ["ETHUSDT", "›BTCUSDT", "SOLUSDT"])
            assert s.watched == [str(THREE[1]), str(THREE[0]), str(THREE[2])]

    play(scenario)


def test_f_filters_as_it_is_typed_and_escape_shows_all_again() -> None:
    async def scenario() -> None:
        async with stage(workspace=LISTED) as s:
            await live(s)
            await s.pilot.press("f")
            await s.until(lambda: isinstance(s.app.focused, Input))
            await s.type("sol")
            await s.until(lambda: names(s)[:-1] == ["›SOLUSDT"])
            assert rows(s)[-1].split() == ["1", "of", "3", "with", "sol"]
            await s.pilot.press("enter", "d")
            await s.until(lambda: "No symbol here has “sol”" in " ".join(rows(s)))
            await s.pilot.press("escape")
            await s.until(lambda: names(s) == ["›BTCUSDT", "ETHUSDT"])
            assert s.app.is_running and s.monitor.watchlist.display

    play(scenario)


def test_symbols_get_names_and_groups_by_the_palette_and_o_folds_the_group() -> None:
    async def scenario() -> None:
        async with stage(workspace=LISTED) as s:
            await live(s)
            await answer(s, "Name ETHUSDT…", "[b]日本")
            await s.until(lambda: "[b]日本" in rows(s)[1])
            for symbol in ("BTCUSDT", "ETHUSDT"):
                await answer(s, f"Group {symbol}…", "Majors")
            await s.until(lambda: names(s) == ["SOLUSDT", "▾", "›BTCUSDT", "[b]日本"])
            await s.pilot.press("o")
            await s.until(lambda: rows(s)[1] == "›▸ Majors (2) · BTCUSDT")
            await s.pilot.press("k", "o")
            assert "is in no group" in s.notices[-1]
            await s.pilot.press("w")
            await s.until(s.says("[b]日本 1m binance", 1))

    play(scenario)


async def answer(s: Stage, entry: str, text: str) -> None:
    """Take an entry of the palette that asks, and answer."""
    await s.pilot.press("colon")
    await s.until(lambda: isinstance(s.app.screen, CommandPalette))
    s.app.screen.query_one(Input).value = entry
    await s.until(lambda: best(s.app.screen.query_one(CommandList)) == entry)
    await s.pilot.press("enter")
    await s.until(lambda: isinstance(s.app.screen, LineScreen))
    s.app.screen.query_one(Input).value = text
    await s.pilot.press("enter")
    await s.until(lambda: s.app.screen is s.monitor)


def test_a_click_selects_sorts_folds_and_a_double_click_opens() -> None:
    async def scenario() -> None:
        async with stage(workspace=listed(listing=Listing(groups={BTC: "Majors"}))) as s:
            await s.until(lambda: names(s) == ["ETHUSDT", "SOLUSDT", "▾", "›BTCUSDT"])
            click = s.pilot.click
            await click(s.monitor.watchlist, offset=(5, 2))
            assert s.monitor.grid.current is s.pane(2)
            await click(s.monitor.watchlist, offset=(2, 0))
            await click(s.monitor.watchlist, offset=(2, 0))
            await s.until(lambda: names(s)[0] == "›SOLUSDT")
            await click(s.monitor.watchlist, offset=(4, 3))
            await s.until(lambda: len(rows(s)) == 3)
            await click(s.monitor.watchlist, offset=(20, 2), times=2)
            await s.until(lambda: s.monitor.grid.zoomed and s.focuses(1)())

    play(scenario)


def test_more_rows_than_lines_scroll_with_the_selection_and_by_the_wheel() -> None:
    many = tuple(
        subscription(name, interval)
        for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT")
        for interval in ("1m", "3m", "5m", "15m", "1h")
    )

    async def scenario() -> None:
        async with stage(size=(40, 12), workspace=listed(many)) as s:
            await s.until(lambda: len(rows(s)) == 10 and all("LIVE" in row for row in rows(s)))
            for row in rows(s):
                assert re.fullmatch(r"[ ›]\w+ +\d+\.\d\d +[+-]\d+\.\d\d % LIVE( .*)?", row)
            await s.pilot.press("G")
            await s.until(lambda: names(s)[-1] == "›SOLUSDT")
            await s.pilot.press("pageup")
            await s.until(lambda: s.monitor.grid.current is s.pane(5))
            await s.pilot.press("g")
            await s.until(lambda: names(s)[0] == "›BTCUSDT")
            assert len(s.monitor.watchlist.seen) == 10
            price = lines_of(s.app)[1].index(".")
            assert [s.monitor.group(x, 2) for x in (1, price)] == [2, -1]
            assert s.monitor.group(1, 0) == -1
            await s.pilot.resize_terminal(24, 12)
            await s.until(lambda: "price" not in lines_of(s.app)[0])
            assert s.monitor.group(1, 2) == 2

    play(scenario)


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (240, 60)])
def test_s2_names_of_markup_and_wide_letters_leave_the_screen_a_screen(
    size: tuple[int, int],
) -> None:
    odd = [*MARKUP, "日本" * 6, "\U0001f4a5" * 12]
    panes = tuple(subscription(f"X{number}", "1m") for number in range(len(odd)))
    named = {pane.symbol: name for pane, name in zip(panes, odd, strict=True)}
    groups = {pane.symbol: name for pane, name in zip(panes, odd[5:], strict=False)}

    async def scenario() -> None:
        async with stage(
            size=size, workspace=listed(panes, Listing(names=named, groups=groups))
        ) as s:
            await s.until(lambda: any("STOPPED" in line for line in rows(s)))
            assert_harmless(lines_of(s.app), size[0])
            await s.pilot.press("o", "w")
            await s.until(lambda: s.monitor.grid.display)
            assert_harmless(lines_of(s.app), size[0])

    play(scenario)


def test_a_stale_row_says_so_and_a_frozen_list_moves_no_price() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1], workspace=listed(THREE[:1])) as s:
            await s.until(lambda: "LIVE" in rows(s)[0])
            await s.pilot.press("p")
            await s.until(lambda: "FROZEN" in rows(s)[0])
            price = rows(s)[0].split()[1]
            engine = s.app.engine
            before = engine.view(THREE[0], 1).price
            await s.until(lambda: engine.view(THREE[0], 1).price != before)
            await s.until(lambda: re.search(r"FROZEN, [1-9]", rows(s)[0]))
            assert rows(s)[0].split()[1] == price
            await s.pilot.press("p")
            await s.until(lambda: "LIVE" in rows(s)[0])
            s.simulator.stall(6)
            await s.until(lambda: "STALE" in rows(s)[0])

    play(scenario)


def test_the_list_and_how_it_stands_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    noted = Listing(True, "change", True, {BTC: "Coin"}, {ETH: "Majors"}, frozenset({"Majors"}))

    async def scenario() -> None:
        async with stage(path=path, workspace=Workspace(THREE, listing=noted)) as s:
            await s.until(lambda: "›Coin" in names(s))
            assert s.monitor.snapshot().listing == noted
            await s.pilot.press("S", "w")
        saved, _ = load(path)
        assert saved and not saved.listing.shown and not saved.listing.descending
        assert saved.listing.names == {BTC: "Coin"}

    play(scenario)


def test_keys_of_the_list_say_in_the_grid_how_it_is_shown() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            for key in ("s", "f", "J"):
                await s.pilot.press(key)
                assert s.notices[-1] == "That is for the watchlist; w shows it."
            assert s.monitor.watchlist.listing == Listing()

    play(scenario)


def test_a_start_without_panes_leaves_the_keys_to_the_screen() -> None:
    async def scenario() -> None:
        async with stage(workspace=Workspace(())) as s:
            await s.pilot.press("a")
            await s.until(lambda: isinstance(s.app.screen, AddScreen))
            await s.pilot.press("escape", "n")
            await s.until(lambda: s.monitor.panel.display)

    play(scenario)


def test_without_panes_the_list_gives_way_to_what_to_do() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1], workspace=listed(THREE[:1])) as s:
            await s.until(lambda: names(s) == ["›BTCUSDT"])
            await s.pilot.press("d")
            await s.until(lambda: s.monitor.query_one("#empty").display)
            assert not s.monitor.watchlist.display and not s.monitor.grid.display
            await s.pilot.press("u")
            await s.until(lambda: names(s) == ["›BTCUSDT"])

    play(scenario)


def test_the_palette_sorts_and_shows_the_grid_again() -> None:
    async def scenario() -> None:
        async with stage(workspace=LISTED) as s:
            await live(s)
            await choose(s, "Sort by volume")
            await s.until(lambda: "volume▼" in lines_of(s.app)[0])
            await choose(s, "Sort by hand")
            await s.until(lambda: "▼" not in lines_of(s.app)[0])
            await choose(s, "Grid of charts")
            await s.until(lambda: s.monitor.grid.display)

    play(scenario)
