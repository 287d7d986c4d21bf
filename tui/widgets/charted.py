"""How charts are drawn, the same for all of them, and what keys do to all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tui.chart import crosshair
from tui.chart.frame import Options
from tui.feed.engine import Engine
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.studies.study import Study
from tui.widgets.pane import Pane
from tui.widgets.picture import Plain
from tui.widgets.refusal import refuse
from tui.widgets.remembered import Changed


class Charted(Plain):
    """Whoever holds panes and draws their charts alike.

    `studies` are those of a symbol (`binance:BTCUSDT`), `names` what symbols are called.
    """

    def __init__(self, engine: Engine, options: Options, names: Mapping[Symbol, str]) -> None:
        super().__init__()
        self.engine = engine
        self.options = options
        self.names = names
        self.studies: dict[str, tuple[Study, ...]] = {}
        self.frozen = False

    @property
    def panes(self) -> list[Pane]:
        """All panes in their order."""
        raise NotImplementedError

    @property
    def current(self) -> Pane | None:
        """The pane that keys act on."""
        raise NotImplementedError

    def pane_of(self, subscription: Subscription) -> Pane:
        """A new pane, drawn like the others."""
        pane = Pane(self.engine, subscription, replace(self.options, offset=0))
        pane.frozen = self.frozen
        pane.names = self.names
        pane.use_studies(self.studies.get(str(subscription.symbol), ()))
        return pane

    def use_options(self, options: Options) -> None:
        """Draw all charts like this; each keeps its place in time."""
        self.options = options
        for pane in self.panes:
            pane.options = replace(options, offset=pane.options.offset)
            pane.wake()
        self.post_message(Changed())

    def use_studies(self, symbol: Symbol, studies: tuple[Study, ...]) -> None:
        """Draw these in all panes of the symbol, whatever their interval."""
        self.studies[str(symbol)] = studies
        for pane in self.panes:
            if pane.subscription.symbol == symbol:
                pane.use_studies(studies)
        self.post_message(Changed())

    def use_names(self, names: Mapping[Symbol, str]) -> None:
        """Call symbols like this in the headers."""
        self.names = names
        for pane in self.panes:
            pane.names = names
            pane.wake()

    def use_interval(self, interval: Interval) -> None:
        """Follow all symbols with candles of another length."""
        for pane in self.panes:
            pane.use_interval(interval)

    def action_chart_zoom(self, by: int) -> None:
        zoom = self.options.zoom.step(by)
        if zoom is self.options.zoom:
            refuse(self, f"Candles get no {'wider' if by > 0 else 'narrower'}.")
        else:
            self.use_options(replace(self.options, zoom=zoom))

    def on_pane_chart_zoom_asked(self, message: Pane.ChartZoomAsked) -> None:
        self.action_chart_zoom(message.by)

    def action_volume(self) -> None:
        self.use_options(replace(self.options, show_volume=not self.options.show_volume))

    def action_next_kind(self) -> None:
        self.use_options(replace(self.options, kind=self.options.kind.next))

    def action_next_glyphs(self) -> None:
        self.use_options(replace(self.options, glyphs=self.options.glyphs.next))

    def action_log(self) -> None:
        self.use_options(replace(self.options, log=not self.options.log))

    def action_crosshair(self) -> None:
        """Put the crosshair on the newest column, or take it away."""
        frame = self.current.chart.frame if self.current else None
        newest = frame.live.time if frame and frame.live else None
        self.use_cursor(newest if self.options.cursor is None else None)

    def use_cursor(self, cursor: int | None) -> None:
        """Mark the columns of this time (ms UTC) in all charts; None takes the crosshair away."""
        self.options = replace(self.options, cursor=cursor)
        for pane in self.panes:
            pane.options = replace(pane.options, cursor=cursor)
            pane.wake()

    def move_cursor(self, by: int) -> None:
        """By columns of the current pane, which is panned when the edge is reached."""
        pane, cursor = self.current, self.options.cursor
        frame = pane.chart.frame if pane else None
        time = crosshair.beside(frame, cursor, by) if frame and cursor is not None else None
        if not pane or not frame or not frame.live or time is None:
            return
        if time > frame.live.time and not pane.options.offset:
            return
        oldest = (*frame.history.columns, frame.live)[0].time
        if not oldest <= time <= frame.live.time:
            pane.action_pan(-by)
        self.use_cursor(time)

    def on_pane_cursor_asked(self, message: Pane.CursorAsked) -> None:
        self.use_cursor(message.cursor)

    def action_freeze(self) -> None:
        self.frozen = not self.frozen
        for pane in self.panes:
            pane.frozen = self.frozen
            pane.wake()
