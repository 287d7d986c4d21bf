"""The monitor as a person uses it: panes come, go, come back, and say how fresh they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.feeds import subscription
from tests.stage import NOTHING_LISTENS, THREE, play, stage
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.screens.add import AddScreen
from tui.widgets.pane import Pane
from tui.widgets.waiting import waiting_for

EMPTY_VIEW = SeriesView(
    THREE[0], 0, (), (), (), None, None, None, 2, 3, None, FeedStatus(ConnectionState.SYNCING)
)


def test_each_pane_shows_its_price_its_change_and_that_it_is_live() -> None:
    async def scenario() -> None:
        async with stage() as s:
            for index, name in enumerate(("BTCUSDT", "ETHUSDT", "SOLUSDT")):
                await s.until(s.says("LIVE", index))
                await s.until(s.says("% 24h", index))
                assert name in s.header(index)
                assert "▲" in s.header(index) or "▼" in s.header(index)

    play(scenario)


def test_a_symbol_is_added_from_the_search_by_its_first_letters() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("a")
            await s.until(lambda: isinstance(s.app.screen, AddScreen))
            await s.type("link")
            screen = s.app.screen
            assert isinstance(screen, AddScreen)
            await s.until(lambda: screen._found)
            await s.pilot.press("enter")
            await s.until(lambda: "binance:LINKUSDT@1m" in s.watched)
            await s.until(s.says("LIVE", 3))
            assert s.monitor.grid.current is s.pane(3)

    play(scenario)


def test_several_symbols_with_intervals_are_added_at_once() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("slash")
            await s.until(lambda: isinstance(s.app.screen, AddScreen))
            await s.until(lambda: s.app.engine.symbols("binance").symbols)
            await s.type("linkusdt uniusdt@5m binance:ADAUSDT")
            await s.pilot.press("enter")
            await s.until(lambda: len(s.watched) == 6)
            added = ["binance:LINKUSDT@1m", "binance:UNIUSDT@5m", "binance:ADAUSDT@1m"]
            assert s.watched[3:] == added

    play(scenario)


def test_an_unknown_symbol_in_the_search_names_the_nearest_and_adds_nothing() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("a")
            await s.until(lambda: s.app.engine.symbols("binance").symbols)
            await s.type("btcusdx ")
            await s.pilot.press("enter")
            hint = s.app.screen.query_one("#hint")
            await s.until(lambda: "BTCUSDT" in str(hint.render()))
            await s.pilot.press("escape")
            assert len(s.watched) == 3

    play(scenario)


def test_a_removed_pane_comes_back_to_its_place() -> None:
    async def scenario() -> None:
        async with stage() as s:
            before = s.watched
            await s.pilot.press("2", "d")
            await s.until(lambda: s.watched == [before[0], before[2]])
            assert s.notices == [f"{before[1]} removed. u brings it back."]
            await s.monitor.tabs.action_undo()
            await s.until(lambda: (s.watched, s.notices) == (before, []))
            await s.until(s.says("LIVE", 1))

    play(scenario)


def test_a_symbol_that_is_there_already_is_selected_and_said_to_be() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.monitor.grid.add([THREE[1]])
            await s.until(s.focuses(1))
            assert s.watched == [str(pane) for pane in THREE]
            assert s.notices == ["binance:ETHUSDT@1m is here already."]

    play(scenario)


def test_the_lease_of_a_removed_pane_ends_with_it() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(lambda: len(s.app.engine.connections()) == 3)
            await s.pilot.press("x")
            await s.until(lambda: len(s.app.engine.connections()) == 2)

    play(scenario)


def test_without_panes_the_screen_says_how_to_add_some() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.pilot.press("d")
            await s.until(lambda: not s.watched)
            empty = s.monitor.query_one("#empty")
            assert empty.display
            assert "a adds some" in str(empty.render())
            await s.pilot.press("u")
            await s.until(lambda: s.watched and not empty.display)

    play(scenario)


def test_a_cut_line_is_retried_in_words_and_its_gap_is_told_once() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(lambda: all("LIVE" in s.header(i) for i in range(3)))
            s.simulator.refuse(2.5)
            await s.until(s.says("RETRY", 0))
            assert s.pane(0).has_class("-late")
            await s.until(lambda: all("LIVE" in s.header(i) for i in range(3)))
            assert not s.pane(0).has_class("-late")
            await s.until(lambda: any("repaired" in notice for notice in s.notices))
            assert sum("repaired" in notice for notice in s.notices) == 1

    play(scenario)


def test_a_silent_line_is_stale_with_its_age() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.until(s.says("LIVE"))
            s.simulator.stall(6)
            await s.until(s.says("STALE"))
            assert " s" in s.header().partition("STALE")[2]

    play(scenario)


def test_an_unknown_symbol_says_so_in_its_pane_and_the_others_live_on() -> None:
    async def scenario() -> None:
        async with stage((subscription("BTCUSDX"), THREE[1])) as s:
            await s.until(s.says("STOPPED", 0))
            await s.until(lambda: "BTCUSDT" in str(s.pane(0).note.render()))
            await s.until(s.says("LIVE", 1))

    play(scenario)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_while_the_current_pane_is_in_trouble_the_last_line_says_why(size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with stage((THREE[0], subscription("BTCUSDX")), size) as s:
            hints = s.monitor.bar._hints
            await s.until(lambda: s.focuses(0)() and "help" in hints.plain)
            await s.until(s.says("STOPPED", 1))
            await s.pilot.press("2")
            await s.until(lambda: hints.plain.startswith("BTCUSDX: BTCUSDX is not a symbol"))
            assert "help" not in hints.plain
            assert s.monitor.bar._clock.display == (size[0] > 80)
            await s.pilot.press("1")
            await s.until(lambda: "help" in hints.plain)

    play(scenario)


def test_when_nothing_can_be_reached_the_pane_says_why_and_names_the_demo() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1], urls=NOTHING_LISTENS) as s:
            await s.until(s.says("RETRY"))
            note = str(s.pane().note.render())
            assert "binance cannot be reached" in note
            assert "tradex-tui demo" in note

    play(scenario)


def test_all_panes_have_headers_of_the_same_height_though_their_own_heights_differ() -> None:
    names = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "DOGEUSDT")
    panes = tuple(subscription(name, "1m") for name in names)

    async def scenario() -> None:
        async with stage(panes, size=(80, 24)) as s:

            def tops() -> set[int]:
                return {pane.chart.region.y for pane in s.monitor.grid.panes}

            await s.until(lambda: all(pane.chart.region for pane in s.monitor.grid.panes))
            assert len({pane.size.height for pane in s.monitor.grid.panes}) == 2
            assert tops() == {1}
            await s.pilot.resize_terminal(80, 28)
            await s.until(lambda: tops() == {2})

    play(scenario)


def test_a_pane_drawn_within_the_second_is_not_drawn_again_for_it() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.until(s.says("LIVE"))
            s.simulator.stall(30.0)
            pane = s.pane()
            pane.wake()
            pane._draw()
            pane._news.clear()
            pane.tick()
            assert not pane._news.is_set()
            pane.tick()
            assert pane._news.is_set()

    play(scenario)


def test_an_empty_pane_says_why_its_history_does_not_come() -> None:
    status = FeedStatus(ConnectionState.SYNCING, reason="binance answers 503")
    view = replace(EMPTY_VIEW, status=status)
    assert waiting_for(view, ()) == "Loading the history of BTCUSDT\nbinance answers 503"


def test_the_demo_is_offered_where_the_network_is_why_nothing_comes() -> None:
    status = FeedStatus(ConnectionState.BACKOFF, 2, 4.0, "The name could not be looked up.")
    note = waiting_for(replace(EMPTY_VIEW, status=replace(status, offline=True)), ())
    assert note.startswith("binance cannot be reached\nThe name could not be looked up.\n")
    assert note.endswith("No network? tradex-tui demo")
    status = replace(status, reason="$DESK_TOKEN is not set.")
    note = waiting_for(replace(EMPTY_VIEW, status=status), ())
    assert note == "No connection to binance\n$DESK_TOKEN is not set.\nNext try in 4 s"


def test_a_stopped_pane_says_when_it_is_tried_by_itself() -> None:
    status = FeedStatus(ConnectionState.PARKED, reason="The gate is shut.")
    note = waiting_for(replace(EMPTY_VIEW, status=status), ())
    assert note == "Stopped: The gate is shut.\nr tries again"
    note = waiting_for(replace(EMPTY_VIEW, status=replace(status, retry_in=829.0)), ())
    assert note == "Stopped: The gate is shut.\nNext try in 14 min; r tries again"


def test_a_pane_without_news_is_drawn_each_second_and_one_with_news_need_not_be() -> None:
    def drawn_by_tick(pane: Pane, *, news: bool) -> bool:
        if news:
            pane.wake()
        pane._news.clear()
        pane.tick()
        return pane._news.is_set()

    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.until(s.says("LIVE"))
            assert not drawn_by_tick(s.pane(), news=True)
            assert drawn_by_tick(s.pane(), news=False)
            assert drawn_by_tick(s.pane(), news=False)
            await s.pilot.press("p")
            await s.until(s.says("FROZEN"))
            assert drawn_by_tick(s.pane(), news=True)

    play(scenario)
