"""Series to draw in tests: the facts of a feed's view, without a feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tui.chart import chart
from tui.chart.frame import Frame
from tui.chart.picture import Row
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.series import CandleSeries, Hole
from tui.market.symbol import Subscription, Symbol

START = 1_790_000_000_000  # 2026-09-21 14:13:20 UTC


@dataclass(frozen=True)
class Drawn:
    """What tui.chart.frame.Series asks for."""

    subscription: Subscription
    candles: tuple[Candle, ...]
    holes: tuple[Hole, ...] = ()
    repaired: tuple[Hole, ...] = ()
    uncertain_from: int | None = None
    price: float | None = None
    price_time: int | None = None
    price_digits: int = 2


def series(
    candles: Sequence[Candle],
    interval: str = "1m",
    repaired: tuple[Hole, ...] = (),
    uncertain_from: int | None = None,
    digits: int = 2,
    price: float | None = None,
) -> Drawn:
    """A view of `candles` with the holes that are between them; price is the last close."""
    kept = CandleSeries(Interval.parse(interval))
    for candle in candles:
        kept.apply(candle)
    last = kept.last
    return Drawn(
        Subscription(Symbol("binance", "BTCUSDT"), kept.interval),
        kept.newest(len(kept)),
        kept.holes(),
        repaired,
        uncertain_from,
        price if price is not None else (last.close if last else None),
        last.open_time if last else None,
        digits,
    )


def walk(count: int, interval: str = "1m", price: float = 58_000.0) -> list[Candle]:
    """A market with calm and storm, the last candle forming; the same on every machine."""
    random = Random(7)
    step = Interval.parse(interval)
    time = step.floor(START)
    candles = []
    for index in range(count):
        restless = 0.0004 + 0.0012 * random.random() * (1 + index // 25 % 2)
        path = [price]
        for _ in range(8):
            path.append(path[-1] * (1 + restless * (random.random() - 0.5)))
        low, high, price = min(path), max(path), path[-1]
        volume = 2 + 9 * random.random() * (high - low) / path[0] / 0.001
        closed = index < count - 1
        candles.append(Candle(time, path[0], high, low, price, volume, closed, 5, time))
        time = step.after(time)
    return candles


def candle(
    index: int, prices: tuple[float, float, float, float], volume: float = 1.0, closed: bool = True
) -> Candle:
    """The `index`-th minute since START's, from (open, high, low, close)."""
    minute = Interval.parse("1m")
    return Candle(minute.after(minute.floor(START), index), *prices, volume, closed)


def text(frame: Frame) -> list[str]:
    """The whole chart as lines."""
    parts = zip(
        chart.history_rows(frame), chart.live_rows(frame), chart.axis_rows(frame), strict=True
    )
    return ["".join(map(words, rows)) for rows in parts]


def words(row: Row) -> str:
    """A row without its roles."""
    return "".join(run for run, _ in row)


def cells(row: Row) -> list[tuple[str, str]]:
    """A row cell by cell: (glyph, role)."""
    return [(char, role) for run, role in row for char in run]
