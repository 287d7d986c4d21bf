"""When the next frame may go to a terminal, and what of it, on a clock and screens of our own."""

from __future__ import annotations

from itertools import count
from math import inf
from random import Random

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.terminal.economy import Economy
from tui.terminal.flow import DESPAIR, PATIENCE, Flow

WIDTH, HEIGHT = 24, 6
CONSOLE = Console(width=WIDTH, color_system="truecolor", force_terminal=True)
STYLES = (Style.parse("red"), Style.parse("green on black"), Style.parse("bold"))
LETTERS = "ab ╽┃▇日"


def test_a_terminal_that_does_not_answer_at_once_is_not_waited_for() -> None:
    flow = Flow()
    flow.sent(100, 0.0)
    assert flow.under_way
    assert not flow.asks_again(flow.patience)
    flow.sent(1_000, 1.0)
    assert not flow.under_way
    assert flow.rate == inf


def test_l6_a_terminal_is_thought_to_be_slow_until_it_has_shown_a_frame() -> None:
    flow = Flow()
    flow.sent(100, 0.0)
    flow.answered(0.001)
    assert flow.rate < 10_000
    flow.sent(4_000, 1.0)
    flow.answered(1.003)
    assert flow.rate > 1e6


def test_a_frame_is_under_way_until_every_question_is_answered() -> None:
    flow = Flow()
    flow.sent(10, 0.0)
    flow.answered(0.1)
    flow.sent(900, 1.0)
    flow.sent(100, 1.2)
    flow.answered(1.4)
    assert flow.under_way
    flow.answered(1.6)
    assert not flow.under_way
    assert flow.took == pytest.approx(0.6)


def test_the_rate_of_a_slow_line_is_found_and_latency_is_none() -> None:
    slow, distant = Flow(), Flow()
    for flow, latency, rate in ((slow, 0.001, 2_000), (distant, 0.3, 1e6)):
        for frame in range(40):
            size = 100 if frame % 2 else 1_200
            flow.sent(size, frame * 10.0)
            flow.answered(frame * 10.0 + latency + size / rate)
    assert 1_500 < slow.rate < 3_000
    assert distant.rate > 100_000


def test_l5_a_pause_is_not_taken_for_a_slow_line() -> None:
    flow = Flow()
    flow.sent(100, 0.0)
    flow.answered(0.001)
    flow.sent(1_000, 1.0)
    flow.answered(61.0)
    flow.sent(1_000, 61.0)
    flow.answered(61.005)
    assert flow.rate > 100_000


def test_an_answer_that_got_lost_is_asked_for_again() -> None:
    flow = Flow()
    flow.answered(0.0)
    flow.sent(10, 1.0)
    flow.sent(10, 1.1)
    assert flow.asks_again(1.0 + PATIENCE)
    assert flow.under_way
    flow.answered(1.2 + PATIENCE)
    assert not flow.under_way


def test_a_terminal_that_answers_no_more_is_not_waited_for_until_it_does() -> None:
    flow = Flow()
    flow.answered(0.0)
    flow.sent(10, 1.0)
    assert not flow.asks_again(1.0 + DESPAIR)
    flow.sent(10, 2.0 + DESPAIR)
    assert not flow.under_way
    flow.answered(3.0 + DESPAIR)
    flow.sent(10, 4.0 + DESPAIR)
    assert flow.under_way


class Slow:
    """A screen that changes, and a terminal that is sent a part of it at a time."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = 0.0
        self.glass = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self.glass)
        self.economy = Economy()
        self.rows = [self.row() for _ in range(HEIGHT)]

    def row(self) -> Strip:
        cells, segments = 0, list[Segment]()
        while cells < WIDTH:
            letter = self.random.choice(LETTERS if cells < WIDTH - 1 else LETTERS[:-1])
            segments.append(Segment(letter, self.random.choice(STYLES)))
            cells += 2 if letter == "日" else 1
        return Strip(segments, WIDTH)

    def change(self) -> ChopsUpdate:
        """Two rows are others now."""
        changed = sorted(self.random.sample(range(HEIGHT), 2))
        for y in changed:
            self.rows[y] = self.row()
        return self._rows(changed)

    def show(self, *updates: LayoutUpdate | ChopsUpdate, budget: float) -> int:
        """Send what fits, a second later; how many bytes that was."""
        self.now += 1
        part = self.economy.part(
            updates, CONSOLE, budget, lambda _, y: -1 if y == HEIGHT - 1 else y, self.now
        )
        text = part.render_segments(CONSOLE)
        self._stream.feed(text)
        return len(text.encode())

    def owed(self) -> ChopsUpdate | None:
        rows = sorted({region.y for region in self.economy.claim()})
        return self._rows(rows) if rows else None

    def whole(self) -> LayoutUpdate:
        return LayoutUpdate([[row] for row in self.rows], Region(0, 0, WIDTH, HEIGHT))

    @property
    def wanted(self) -> list[str]:
        """What a terminal shows that was sent it all at once."""
        glass = pyte.Screen(WIDTH, HEIGHT)
        pyte.Stream(glass).feed(self.whole().render_segments(CONSOLE).replace("\n", ""))
        return _seen(glass)

    @property
    def seen(self) -> list[str]:
        return _seen(self.glass)

    def _rows(self, rows: list[int]) -> ChopsUpdate:
        chops = [{0: row} for row in self.rows]
        return ChopsUpdate(chops, [(y, 0, WIDTH) for y in rows], [[WIDTH]] * HEIGHT)


def _seen(glass: pyte.Screen) -> list[str]:
    """Characters with their colours."""
    return [str([glass.buffer[y][x] for x in range(WIDTH)]) for y in range(HEIGHT)]


@pytest.mark.parametrize("seed", range(30))
def test_l6_frames_in_parts_come_to_the_same_screen(seed: int) -> None:
    slow = Slow(seed)
    slow.show(slow.whole(), budget=inf)
    for _ in range(20):
        owed = slow.owed()
        slow.show(*filter(None, [owed]), slow.change(), budget=slow.random.choice((0, 60, 300)))
    for _ in count():
        if (owed := slow.owed()) is None:
            break
        slow.show(owed, budget=0)
    assert slow.seen == slow.wanted


def test_l6_urgent_rows_come_first_then_those_that_have_waited_longest() -> None:
    slow = Slow(1)
    slow.show(slow.whole(), budget=0)
    shown = [row == wanted for row, wanted in zip(slow.seen, slow.wanted, strict=True)]
    assert shown == [False] * (HEIGHT - 1) + [True]
    for first in range(HEIGHT - 1):
        owed = slow.owed()
        assert owed
        slow.show(owed, slow._rows([first]), budget=0)
        assert slow.seen[first] == slow.wanted[first]


def test_l6_what_the_terminal_shows_already_is_not_sent_again() -> None:
    slow = Slow(2)
    assert slow.show(slow.whole(), budget=inf) > WIDTH * HEIGHT
    assert slow.show(slow.whole(), budget=inf) == 0
    slow.economy.forget()
    assert slow.show(slow.whole(), budget=inf) > WIDTH * HEIGHT


def test_l7_of_another_layout_nothing_stays_beside_the_new_one() -> None:
    slow = Slow(3)
    slow.show(slow.whole(), budget=inf)
    slow.economy.begin_anew()
    slow.show(slow.whole(), budget=0)
    assert [row.strip() != "" for row in slow.glass.display] == [False] * (HEIGHT - 1) + [True]
    while owed := slow.owed():
        slow.show(owed, budget=0)
    assert slow.seen == slow.wanted


def test_l6_it_is_known_how_late_the_rest_of_the_screen_is() -> None:
    slow = Slow(4)
    slow.show(slow.whole(), budget=0)
    for waited in (1, 2):
        owed = slow.owed()
        assert owed
        slow.show(owed, budget=0)
        assert slow.economy.behind(slow.now) == waited
    slow.show(slow.whole(), budget=inf)
    assert slow.economy.behind(slow.now) == 0
