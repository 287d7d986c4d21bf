"""The plan of a chart: what stands in which column, at which scale, in how many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from math import inf
from typing import Protocol

from tui.chart import axis, heikin_ashi, scale
from tui.chart.curves import Curve, Figures, curves, widened
from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind, extent
from tui.chart.layout import Column, Past, Zoom, arrange, column, start_of
from tui.chart.panel import Panel, panels
from tui.chart.scale import Scale
from tui.market.candle import Candle
from tui.market.forming import with_price
from tui.market.interval import Interval
from tui.market.series import Hole
from tui.market.symbol import Subscription

_LEAST_COLUMNS = 8
_WIDEST_FOLD = 15  # cells: enough for " 9999 missing "
_VOLUME_FROM = 12
_RULE_FROM = 8
_TIMES_FROM = 5


class Series(Protocol):
    """What is drawn: one subscription at one instant, in the words of the feed.

    Times are int ms UTC; `price` is the newest traded price, `price_time` when it was traded.
    """

    @property
    def subscription(self) -> Subscription: ...
    @property
    def candles(self) -> tuple[Candle, ...]: ...
    @property
    def holes(self) -> tuple[Hole, ...]: ...
    @property
    def repaired(self) -> tuple[Hole, ...]: ...
    @property
    def uncertain_from(self) -> int | None: ...
    @property
    def price(self) -> float | None: ...
    @property
    def price_time(self) -> int | None: ...
    @property
    def price_digits(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Options:
    """How to draw; `offset` is the number of candles panned back from the live edge.

    `log` asks for a logarithmic price scale. `cursor` is the time in ms UTC that the crosshair
    points at, None without one.
    """

    glyphs: Glyphs = Glyphs.HEAVY
    zoom: Zoom = Zoom.NORMAL
    show_volume: bool = True
    tz: tzinfo = UTC
    offset: int = 0
    kind: Kind = Kind.CANDLES
    log: bool = False
    cursor: int | None = None


@dataclass(frozen=True, slots=True)
class Bands:
    """Rows of a chart from top to bottom; only `plot` is never 0, `rule` comes with `times`."""

    plot: int
    volume: int
    rule: int
    times: int

    @property
    def height(self) -> int:
        """All rows."""
        return self.plot + self.volume + self.rule + self.times

    @property
    def foot(self) -> int:
        """1 when marks are drawn: on the rule, or among the times where there is no rule."""
        return self.times


@dataclass(frozen=True, slots=True)
class History:
    """All columns but the newest, with the greatest volume.

    `low` and `high` are the lowest and highest price that is drawn.
    """

    past: Past
    kind: Kind
    columns: tuple[Column, ...]
    low: float
    high: float
    volume: float

    @classmethod
    def of(cls, past: Past, kind: Kind) -> History:
        """Arrange `past`; without a candle low is inf, high -inf and volume 0."""
        columns = _averaged(past) if kind is Kind.HEIKIN_ASHI else arrange(past)
        extents = [extent(c.shape, kind) for c in columns if c.shape]
        low = min((low for low, _ in extents), default=inf)
        high = max((high for _, high in extents), default=-inf)
        volume = max((c.candle.volume for c in columns if c.candle), default=0.0)
        return cls(past, kind, columns, low, high, volume)


def _averaged(past: Past) -> tuple[Column, ...]:
    """The columns of `past` as Heikin-Ashi, begun before the first of them where candles are."""
    longer = arrange(replace(past, count=past.count + heikin_ashi.WARM_UP))
    columns = tuple(heikin_ashi.averaged(longer))
    return columns[max(0, len(columns) - past.count) :]


@dataclass(frozen=True, slots=True)
class Frame:
    """One chart, decided. Two frames are equal when their histories look the same.

    The three parts stand side by side: history, live column, price axis; their widths are cells
    and add up to the width asked for. `live` is the newest column on view, None when there are no
    candles; `price` is the last price, None while panned back into the past. `cursor` is the time
    of the column under the crosshair, None when that is not on view. `tops` and `bottoms` say
    whether the highest and the lowest price drawn are in the history.
    """

    history_width: int
    live_width: int
    axis_width: int
    bands: Bands
    zoom: Zoom
    glyphs: Glyphs
    kind: Kind
    tz: tzinfo
    digits: int
    scale: Scale
    volume_high: float
    cursor: int | None
    tops: bool
    bottoms: bool
    history: History
    live: Column | None = field(compare=False)
    price: float | None = field(compare=False)
    curves: tuple[Curve, ...] = ()
    panels: tuple[Panel, ...] = ()

    @property
    def height(self) -> int:
        """Rows of each part; the panels of studies stand between volume and rule."""
        return self.bands.height + sum(panel.scale.rows for panel in self.panels)


def wanted(width: int, options: Options) -> int:
    """How many of the newest candles a chart of `width` cells can use."""
    columns = width // options.zoom.cells + 1
    if options.kind is Kind.HEIKIN_ASHI:
        columns += heikin_ashi.WARM_UP
    return columns * options.zoom.candles + options.offset


def frame(
    series: Series,
    width: int,
    height: int,
    options: Options,
    previous: Frame | None = None,
    figures: Sequence[Figures] = (),
) -> Frame:
    """Plan a chart of `width` by `height` cells, both at least 1, with studies of these figures.

    Takes over from `previous`, a frame of the same subscription, what need not change, its scale
    above all, so that the history stays as it is from tick to tick.
    """
    zoom = options.zoom.within(width // _LEAST_COLUMNS)
    past, group = _split(series, width, zoom, options.offset)
    axis_width = _axis_width(series, (*past.candles, *group), width - zoom.cells)
    history_width = width - zoom.cells - axis_width
    count = history_width // zoom.cells
    fold = max(2, min(_WIDEST_FOLD // zoom.cells, count // 4))
    history = _history(replace(past, count=count, fold=fold), options.kind, previous)
    live = _live(series, group, history, options.offset)
    price = None if options.offset else series.price
    bands = _bands(height, options.show_volume)
    drawn: tuple[Curve, ...] = ()
    below: tuple[Panel, ...] = ()
    if figures:
        old = previous.curves if previous else ()
        newest = series.candles[-1].open_time
        drawn = curves(figures, past, history.columns, group, old, newest)
        below = panels(drawn, bands.plot, previous.panels if previous else ())
        bands = replace(bands, plot=bands.plot - sum(panel.scale.rows for panel in below))
    low, high = extent(live.shape, options.kind) if live and live.shape else (inf, -inf)
    lowest, highest = min(low, history.low), max(high, history.high)
    return Frame(
        history_width,
        zoom.cells,
        axis_width,
        bands,
        zoom,
        options.glyphs,
        options.kind,
        options.tz,
        series.price_digits,
        _scale((lowest, highest), price, bands.plot, options, previous, drawn),
        _volume_high(history, live, previous),
        _crossed(options.cursor, history, live),
        history.high >= high,
        history.low <= low,
        history,
        live,
        price,
        drawn,
        below,
    )


def _split(series: Series, width: int, zoom: Zoom, offset: int) -> tuple[Past, tuple[Candle, ...]]:
    """The candles before the newest column on view, and those in it."""
    interval, candles = series.subscription.interval, series.candles
    bucket = Interval(interval.count * zoom.candles, interval.unit)
    at = max(0, len(candles) - 1 - offset)
    until = start_of(candles[at].open_time, interval, bucket) if candles else 0
    end = bucket.after(until)
    first, stop = at, at + 1
    while first > 0 and candles[first - 1].open_time >= until:
        first -= 1
    while stop < len(candles) and candles[stop].open_time < end:
        stop += 1
    recent = candles[max(0, first - width * zoom.candles) : first]
    marks = (series.holes, series.repaired, series.uncertain_from)
    return Past(recent, *marks, interval, bucket, until), candles[first:stop]


def _axis_width(series: Series, candles: tuple[Candle, ...], room: int) -> int:
    """Wide enough for all the prices at hand, so that it stays; 0 when too little is left."""
    highest = max((c.high for c in candles), default=0.0)
    highest = max(highest, series.price or 0.0) * (1 + scale.HEAD_ROOM)
    wide = axis.width(highest, series.price_digits)
    return wide if candles and room - wide >= _LEAST_COLUMNS else 0


def _history(past: Past, kind: Kind, previous: Frame | None) -> History:
    if previous and previous.history.past == past and previous.history.kind is kind:
        return previous.history
    return History.of(past, kind)


def _live(
    series: Series, group: tuple[Candle, ...], history: History, offset: int
) -> Column | None:
    if not group:
        return None
    newest = series.candles[-1]
    if not offset:
        interval = series.subscription.interval
        newest = with_price(group[-1], series.price, series.price_time, interval)
    shown = group if offset else (*group[:-1], newest)
    live = column(shown, history.past, newest)
    if history.kind is not Kind.HEIKIN_ASHI:
        return live
    (averaged,) = heikin_ashi.averaged([live], heikin_ashi.newest(history.columns))
    return averaged


def _crossed(cursor: int | None, history: History, live: Column | None) -> int | None:
    """The time of the column on view that `cursor` falls in."""
    if cursor is None or live is None:
        return None
    after = history.past.bucket.after
    columns = (live, *reversed(history.columns))
    return next((c.time for c in columns if c.time <= cursor < after(c.time)), None)


def _scale(
    drawn_range: tuple[float, float],
    price: float | None,
    rows: int,
    options: Options,
    previous: Frame | None,
    drawn: tuple[Curve, ...],
) -> Scale:
    """For the prices drawn, the last one and the curves; nothing is drawn from high to low."""
    low, high = drawn_range
    if low > high:
        return scale.fit(1.0, 1.0, rows)
    if price is not None:
        low, high = min(low, price), max(high, price)
    if drawn:
        low, high = widened(low, high, (curve for curve in drawn if not curve.kind.panel))
    before = previous.scale if previous else None
    return scale.fit(low, high, rows, before, logarithmic=options.log)


def _volume_high(history: History, live: Column | None, previous: Frame | None) -> float:
    now = live.candle.volume if live and live.candle else 0.0
    most = max(history.volume, now)
    return scale.fit_volume(most, previous.volume_high if previous else None)


def _bands(height: int, show_volume: bool) -> Bands:
    rule, times = int(height >= _RULE_FROM), int(height >= _TIMES_FROM)
    volume = max(2, min(6, height // 6)) if show_volume and height >= _VOLUME_FROM else 0
    return Bands(height - volume - rule - times, volume, rule, times)
