"""One symbol on the screen: header, chart, and the worker that holds its subscription."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import takewhile

from textual import work
from textual.events import Click, MouseEvent, MouseMove, MouseScrollDown, MouseScrollUp
from textual.geometry import Region, Size
from textual.message import Message
from textual.widgets import Static

from tui.chart import crosshair
from tui.chart.frame import Options, wanted
from tui.feed.clock import running
from tui.feed.engine import Engine
from tui.feed.status import SeriesView
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.studies.follow import Follower
from tui.studies.study import Study
from tui.widgets.candle_chart import CandleChart
from tui.widgets.freshness import Freshness, freshness, frozen
from tui.widgets.headline import Change, Headline, change_of, headline, place
from tui.widgets.mosaic import Mosaic, Part
from tui.widgets.older_mark import marked, wants_older
from tui.widgets.pane_room import split
from tui.widgets.picture import TextPicture
from tui.widgets.refusal import refuse
from tui.widgets.remembered import Changed
from tui.widgets.waiting import waiting_for

log = logging.getLogger(__name__)

# The change of an exchange without a 24 h ticker counts over at least so many candles.
LEAST_CANDLES = 120
# What studies are computed from reaches back before what is on view.
_STUDIED = 5_000
_PAN_STEP = 5
_FAILED_NOTE = "This pane failed and stopped. The log has the reason; d removes it."
_AT_NOW = "The chart ends now already."
FAILED = Freshness(("STOPPED: failed", "STOPPED"), "stopped")


class Pane(Mosaic, can_focus=True):
    """Follows one subscription for as long as it is mounted.

    The worker draws as well, so that whatever goes wrong in one pane stays in it.
    """

    class Asked(Message):
        """The mouse asks for an action on this pane, written as Textual's `run_action` takes it."""

        def __init__(self, pane: Pane, action: str) -> None:
            super().__init__()
            self.pane = pane
            self.action = action

    class ChartZoomAsked(Message):
        """The wheel with ctrl: candles drawn wider (`by` 1) or narrower (-1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class CursorAsked(Message):
        """The mouse points at the column of this time (ms UTC) while the crosshair is on."""

        def __init__(self, cursor: int) -> None:
            super().__init__()
            self.cursor = cursor

    DEFAULT_CSS = """
    Pane {
        width: 1fr; height: 1fr; overflow: hidden;
        & > Static {
            padding: 0 2; content-align: center middle; text-align: center; color: $market-axis;
        }
        & > .header { background: $surface; }
        &:focus > .header { background: $market-focus; }
        &.-late .picture--tag-up, &.-late .picture--tag-down { color: $market-stale; }
    }
    """

    def __init__(self, engine: Engine, subscription: Subscription, options: Options) -> None:
        self.header = TextPicture(classes="header"), TextPicture(classes="header")
        self.chart = CandleChart()
        self.note = Static("", markup=False)
        super().__init__((*self.header, *self.chart.pictures), [self.note])
        self.engine = engine
        self.subscription = subscription
        self.options = options
        self.follower = Follower(())
        self.frozen = False
        self.failed = False
        self.names: Mapping[Symbol, str] = {}
        self.nearest: tuple[str, ...] = ()
        self._news = asyncio.Event()
        self._view: SeriesView | None = None
        self._viewed_at = 0.0
        self._least = Size()
        self._change: Change | None = None
        self._change_due = False
        self._idle = True
        self._ages = True
        self._said = ""

    def on_mount(self) -> None:
        self.follow()

    def switch(self, subscription: Subscription) -> None:
        """Follow another subscription in this place."""
        self.subscription = subscription
        self.nearest = ()
        self.options = replace(self.options, offset=0)
        self.chart.forget()
        self.follower = Follower(self.follower.studies)
        self._view = self._change = None
        self.follow()

    def use_studies(self, studies: Iterable[Study]) -> None:
        """Draw these over the chart and below it."""
        self.follower = Follower(studies)
        self.wake()

    def on_resize(self) -> None:
        self.wake()

    def on_show(self) -> None:
        self.wake()

    def fit(self, least: Size) -> None:
        """The smallest pane of the grid has this size: by it all of them are laid out alike."""
        if self._least != least:
            self._least = least
            self.wake()

    def has_price(self, row: int) -> bool:
        """Whether its header stands in this row of the screen."""
        return 0 <= row - self.region.y < split(*self.size, self._least)[0]

    def wake(self) -> None:
        """There may be something new to show; only the worker draws."""
        self._idle = False
        self._news.set()

    def tick(self) -> None:
        """A second has passed: without news in it, or with an old price, an age moved on."""
        self._change_due = True
        if self._idle or self._ages:
            self._news.set()
        self._idle = True

    @work(group="subscription", exclusive=True, exit_on_error=False)
    async def follow(self) -> None:
        """Hold the lease until the pane goes or follows something else; draw when woken."""
        lease = self.engine.acquire(self.subscription)
        try:
            while True:
                self._draw()
                self._news.clear()
                await self._news.wait()
        except Exception:  # the top of the pane's worker: it stops, the other panes live on
            log.exception("pane %s", self.subscription)
            self._stop()
        finally:
            lease.release()

    def use_interval(self, interval: Interval) -> None:
        """Follow the same symbol with candles of another length."""
        self.switch(replace(self.subscription, interval=interval))
        self.post_message(Changed())

    def action_interval(self, by: int) -> None:
        known = self.engine.intervals(self.subscription.symbol.exchange)
        index = known.index(self.subscription.interval) + by
        if 0 <= index < len(known):
            self.use_interval(known[index])
        else:
            beyond = "shorter" if by < 0 else "longer"
            refuse(self, f"{self.subscription.symbol.exchange} has no {beyond} interval.")

    def action_pan(self, by: int) -> None:
        """Move the chart `by` steps into the past (negative: towards now)."""
        if by < 0 and not self.options.offset:
            refuse(self, _AT_NOW)
        else:
            self._show_from(max(0, self.options.offset + by * _PAN_STEP))

    def action_live_edge(self) -> None:
        if self.options.offset:
            self._show_from(0)
        else:
            refuse(self, _AT_NOW)

    def _show_from(self, offset: int) -> None:
        self.options = replace(self.options, offset=offset)
        self.wake()

    def action_reconnect(self) -> None:
        self.engine.reconnect(self.subscription)

    def on_click(self, event: Click) -> None:
        if action := self._meant(event):
            self.post_message(self.Asked(self, action))
        else:
            self._point(event)

    def on_mouse_move(self, event: MouseMove) -> None:
        self._point(event)

    def _point(self, event: MouseEvent) -> None:
        """The crosshair, while it is on, follows the mouse."""
        if self.options.cursor is None or not self.chart.frame:
            return
        x = event.screen_x - self.region.x - self.chart.region.x
        time = crosshair.time_at(self.chart.frame, x)
        if time is not None and time != self.options.cursor:
            self.post_message(self.CursorAsked(time))

    def _meant(self, event: Click) -> str:
        """What a click does beside selecting the pane, as an action."""
        in_header = event.y < split(*self.size, self._least)[0]
        match event.button, event.chain:
            case 3, _:
                return "app.command_palette"
            case 2, _ if in_header:
                return "grid.remove"
            case 1, 1 if in_header and event.y == 0 and self._is_interval(event.x):
                return "app.intervals"
            case 1, 2:
                return "grid.zoom"
        return ""

    def _is_interval(self, x: int) -> bool:
        """Whether the interval is written in this column of the header, where there is room."""
        title, interval = self.header[0].plain, f" {self.subscription.interval} "
        start = title.find(interval)
        return start >= 0 and start < x <= start + len(interval) - 2

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._turn_wheel(1, event.ctrl)
        event.stop()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._turn_wheel(-1, event.ctrl)
        event.stop()

    def _turn_wheel(self, by: int, ctrl: bool) -> None:
        """Pan, or zoom with ctrl."""
        if ctrl:
            self.post_message(self.ChartZoomAsked(by))
        elif by > 0 or self.options.offset:
            self.action_pan(by)

    def _draw(self) -> None:
        if not self.size:
            return
        view = self._next_view()
        fresh = self._freshness(view)
        self._ages = not fresh.current
        self.set_class(not fresh.current, "-late")
        line = headline(
            view, fresh, self._next_change(view), back=self.options.offset, name=self._own_name
        )
        self._show(line, view)

    @property
    def _own_name(self) -> str:
        return self.names.get(self.subscription.symbol, "")

    def _freshness(self, view: SeriesView) -> Freshness:
        if self.frozen:
            return frozen(view.status, running() - self._viewed_at)
        return freshness(view.status)

    def _show(self, line: Headline, view: SeriesView | None) -> None:
        """The header, and below it the chart, or the note when there is nothing to draw."""
        width, height = self.size
        header, body = split(width, height, self._least)
        parts: tuple[Part, ...] = ()
        note = Region()
        if view and view.candles and body:
            self.chart.region = body
            figures = self.follower.follow(view) if self.follower.tracks else ()
            self.chart.show(view, self.options, figures)
            past, *rest = self.chart.parts
            parts = marked(past, view, width, self.options, self._viewed_at), *rest
            if self.options.cursor is not None and self.chart.frame:
                line = replace(line, readings=crosshair.read_out(self.chart.frame))
        else:
            note = body
            self._say(waiting_for(view, self.nearest) if view else _FAILED_NOTE)
        self.paint((*place(line, width, header), *parts), {self.note: note})

    def _next_change(self, view: SeriesView) -> Change | None:
        """The change follows the price once a second: it would double what a tick sends."""
        if self._change_due or self.frozen or not self._change:
            self._change = change_of(view)
            self._change_due = False
        return self._change

    def _next_view(self) -> SeriesView:
        """The newest view, or the one shown while frozen; a panned chart stands still."""
        if self.frozen and self._view:
            return self._view
        count = max(LEAST_CANDLES, wanted(self.size.width, self.options))
        count += _STUDIED if self.follower.tracks else 0
        view = self.engine.view(self.subscription, count)
        if self.options.offset and self._view:
            offset = self.options.offset + newly_opened(self._view, view)
            self.options = replace(self.options, offset=min(offset, max(0, view.known - 1)))
        if wants_older(view, self.size.width, self.options):
            self.engine.load_older(self.subscription)
        self._view, self._viewed_at = view, running()
        return view

    def _stop(self) -> None:
        """This pane draws no more: nothing on it may look alive."""
        self.failed = True
        if self._view:
            self._show(
                headline(self._view, FAILED, self._change, back=0, name=self._own_name), None
            )

    def _say(self, text: str) -> None:
        if self._said != text:
            self._said = text
            self.note.update(text)


def newly_opened(old: SeriesView, new: SeriesView) -> int:
    """How many candles opened between two views of a subscription."""
    newest = old.candles[-1].open_time if old.candles else 0
    fresh = takewhile(lambda candle: candle.open_time > newest, reversed(new.candles))
    return sum(1 for _ in fresh) if newest else 0
