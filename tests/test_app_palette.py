"""The command palette: adding, removing, intervals, themes, and the demo's plug."""

from __future__ import annotations

import pytest
from textual.command import Command, CommandList, CommandPalette

from tests.feeds import subscription
from tests.stage import THREE, Stage, play, stage
from tui.app import TradexApp
from tui.chart.glyphs import Glyphs
from tui.commands import IntervalCommands, MonitorCommands, SymbolCommands
from tui.feed.status import SymbolDirectory
from tui.market.symbol import SymbolInfo
from tui.tab_commands import LayoutCommands, TabCommands


def best(entries: CommandList) -> str | None:
    """The name of the highlighted entry."""
    option = entries.highlighted_option
    return option.hit.text if isinstance(option, Command) else None


def palette(s: Stage) -> str:
    """All that the palette lists now."""
    entries = s.app.screen.query_one(CommandList)
    return "\n".join(str(option.prompt) for option in entries.options)


async def choose(s: Stage, text: str) -> None:
    """Type into the palette and take the entry of exactly that name."""
    await s.pilot.press("colon")
    await s.until(lambda: isinstance(s.app.screen, CommandPalette))
    await s.type(text)
    entries = s.app.screen.query_one(CommandList)
    await s.until(lambda: best(entries) == text)
    await s.pilot.press("enter")
    await s.until(lambda: s.app.screen is s.monitor)


def test_a_symbol_is_added_by_name() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(lambda: s.app.engine.symbols("binance").symbols)
            await choose(s, "Add LINKUSDT")
            await s.until(lambda: "binance:LINKUSDT@1m" in s.watched)

    play(scenario)


def test_any_pane_is_removed_by_name_and_brought_back() -> None:
    async def scenario() -> None:
        async with stage() as s:
            before = s.watched
            await choose(s, "Remove binance:SOLUSDT@1m")
            await s.until(lambda: s.watched == before[:2])
            await choose(s, "Undo remove")
            await s.until(lambda: s.watched == before)

    play(scenario)


def test_an_interval_is_set_for_all_panes() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await choose(s, "Interval 15m everywhere")
            await s.until(lambda: all(text.endswith("@15m") for text in s.watched))

    play(scenario)


def test_themes_glyphs_columns_and_zoom_are_there_by_name() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await choose(s, "Theme: paper")
            await s.until(lambda: s.app.theme == "paper")
            await choose(s, "Glyphs: ascii")
            await s.until(lambda: s.pane().options.glyphs is Glyphs.ASCII)
            await choose(s, "Columns: 1")
            await s.until(lambda: s.monitor.grid.chosen.columns == 1)
            await s.until(lambda: s.pane(1).region.x == 0)
            await choose(s, "Zoom")
            await s.until(lambda: s.monitor.grid.zoomed)

    play(scenario)


def test_every_entry_of_the_palette_has_a_name_of_its_own_and_says_what_it_does() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(lambda: s.app.engine.symbols("binance").symbols)
            for lists in (MonitorCommands, IntervalCommands, TabCommands):
                entries = list(lists(s.monitor).entries())
                assert len({entry.name for entry in entries}) == len(entries) > 3
                for entry in entries:
                    assert entry.help.strip() not in ("", entry.name), entry.name
            hits = [hit async for hit in SymbolCommands(s.monitor).search("add btc")]
            hits += [hit async for hit in LayoutCommands(s.monitor).search("BTCUSDT | ETHUSDT")]
            assert len(hits) > 1
            for hit in hits:
                assert str(hit.help).strip() not in ("", "None"), hit.text

    play(scenario)


def test_every_provider_of_the_app_is_looked_at_by_the_test_above() -> None:
    looked_at = {MonitorCommands, SymbolCommands, TabCommands, LayoutCommands}
    assert looked_at == TradexApp.COMMANDS


@pytest.mark.parametrize("plug", ["drop", "refuse 10 s", "close 1012", "login page, 30 s"])
def test_the_plug_of_the_demo_is_pulled(plug: str) -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.until(s.says("LIVE"))
            await choose(s, f"Pull the plug: {plug}")
            await s.until(lambda: "LIVE" not in s.header())

    play(scenario)


def test_s3_foreign_text_in_the_palette_is_never_markup() -> None:
    hostile = subscription("[/]X[@click=app.quit]", "1m")
    info = SymbolInfo(hostile.symbol, "[/base]", "[red]", 2, 3, trading=True)

    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            known = SymbolDirectory("binance", {hostile.symbol.name: info})
            s.app.engine.symbols = lambda exchange: known  # type: ignore[method-assign] # a hostile exchange
            await s.monitor.grid.add([hostile])
            await s.pilot.press("colon")
            await s.until(lambda: isinstance(s.app.screen, CommandPalette))
            await s.until(lambda: f"Dial the connection of {hostile}" in palette(s))
            await s.type("x[@click")
            await s.until(lambda: "[/base]/[red] on binance" in palette(s))

    play(scenario)


def test_without_a_plug_nothing_offers_to_pull_it() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            s.app.plug = None
            await s.pilot.press("ctrl+p")
            await s.until(lambda: isinstance(s.app.screen, CommandPalette))
            await s.type("pull the plug")
            await s.pilot.pause(0.5)
            assert "Pull" not in s.app.export_screenshot()

    play(scenario)
