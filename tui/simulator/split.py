"""A bar taken apart into smaller ones that add up to it exactly.

The whole market is made by this one step, from decades down to seconds: shares of the variance
are drawn first (a multiplicative cascade, as in Mandelbrot, Calvet and Fisher, "A Multifractal
Model of Asset Returns", 1997), so that calm and storm come in clusters at every scale; prints
and volume follow them; the price is a Brownian bridge between the bar's open and close.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from math import exp, log, sqrt
from random import Random

from tui.simulator.bar import Bar, Print, empty

_MEMORY = 0.85  # how much of its neighbour's mood a child keeps
_FRESH = sqrt(1 - _MEMORY**2)
_CASCADE = 0.85  # spread of a child's log variance
_FOLLOWS = 0.6  # prints grow with variance to this power
_COUNT_NOISE = 0.2
_SIZE_NOISE = 0.35
_ORDER_NOISE = 1.0


def split(
    bar: Bar, shape: Sequence[float], rng: Random, spread: float = 1.0, inner: float = 1.0
) -> tuple[Bar, ...]:
    """Children of `bar`, one for each weight in `shape` (expected share of the variance).

    Prints and lots add up to the bar's, the highest high and lowest low are the bar's, the first
    print is at its open, the last at its close. `spread` scales the children's moves against
    a random walk (below 1: the price comes back), `inner` the moves inside the children.
    """
    shares = _shares(shape, rng)
    if not bar.prints:
        return tuple(empty(bar.first, bar.before, bar.variance * share) for share in shares)
    path = _path(bar, shares, rng, spread)
    stir = _stir(bar, shares, path, spread)
    counts = _counts(bar.prints, shares, stir, rng)
    sizes = [
        n and n * s * exp(_SIZE_NOISE * rng.gauss()) for n, s in zip(counts, stir, strict=True)
    ]
    extra = apportioned(bar.lots - bar.prints, sizes)
    high_slot, low_slot = _slots(bar, counts, path, rng)
    last = bar.prints - 1
    pinned = {0: bar.open, last: bar.close, high_slot: bar.high, low_slot: bar.low}
    children = []
    slot, previous = 0, bar.before
    for n, more, point, share in zip(counts, extra, path, shares, strict=True):
        variance = bar.variance * share
        if not n:
            children.append(empty(bar.first + slot, previous, variance))
            continue
        end = slot + n - 1
        first = pinned.get(slot, point if n == 1 else previous)
        final = first if n == 1 else pinned.get(end, point)
        high, low = _extremes(n, first, final, sqrt(variance) * inner, rng)
        high = bar.high if slot < high_slot < end else min(high, bar.high)
        low = bar.low if slot < low_slot < end else max(low, bar.low)
        children.append(
            Bar(bar.first + slot, n, n + more, previous, first, high, low, final, variance)
        )
        slot, previous = end + 1, final
    return tuple(children)


def prints_of(second: Bar, start: int, rng: Random) -> tuple[Print, ...]:
    """The single prints of a bar of one second that begins at `start` (ms UTC), in order."""
    n = second.prints
    if not n:
        return ()
    moments = sorted(rng.randrange(1000) for _ in range(n))
    sizes = apportioned(second.lots - n, [exp(_ORDER_NOISE * rng.gauss()) for _ in range(n)])
    prices = _path(second, [1 / n] * n, rng, 1.0)
    high_slot, low_slot = _slots(second, [1] * n, prices, rng)
    pinned = {0: second.open, n - 1: second.close, high_slot: second.high, low_slot: second.low}
    previous = second.before
    prints = []
    for slot, (moment, size, point) in enumerate(zip(moments, sizes, prices, strict=True)):
        price = pinned.get(slot, point)
        sold = price < previous or (price == previous and rng.random() < 0.5)
        prints.append(Print(second.first + slot, start + moment, price, 1 + size, sold))
        previous = price
    return tuple(prints)


def apportioned(total: int, weights: Sequence[float]) -> list[int]:
    """`total` in whole parts in proportion to the weights; no weight, no part."""
    sums = list(accumulate(weights))
    whole = sums[-1]
    cuts = [total if s == whole else min(total, int(total * (s / whole))) for s in sums]
    return [cut - before for cut, before in zip(cuts, [0, *cuts[:-1]], strict=True)]


def extremes(open_: float, close: float, sigma: float, rng: Random) -> tuple[float, float]:
    """Maximum and minimum of a Brownian bridge in log price between two prices.

    Its maximum over 0 is (d + sqrt(d^2 - 2 s^2 ln U)) / 2 with d the move, s its deviation and U
    uniform in (0, 1] (Glasserman, "Monte Carlo Methods in Financial Engineering", 6.4).
    """
    move = log(close / open_)
    up = sqrt(move * move - 2 * sigma * sigma * log(1 - rng.random()))
    down = sqrt(move * move - 2 * sigma * sigma * log(1 - rng.random()))
    return open_ * exp((move + up) / 2), open_ * exp((move - down) / 2)


def _shares(shape: Sequence[float], rng: Random) -> list[float]:
    mood = rng.gauss()
    weights = []
    for expected in shape:
        mood = _MEMORY * mood + _FRESH * rng.gauss()
        weights.append(expected * exp(_CASCADE * mood))
    whole = sum(weights)
    return [weight / whole for weight in weights]


def _stir(bar: Bar, shares: Sequence[float], path: Sequence[int], spread: float) -> list[float]:
    """How far the price went in each child, against what its variance promised: about 1."""
    sigma = sqrt(bar.variance) * spread * bar.open
    steps = zip(path, [bar.open, *path[:-1]], shares, strict=True)
    return [0.4 + 0.75 * abs(to - from_) / (sigma * sqrt(share)) for to, from_, share in steps]


def _counts(prints: int, shares: Sequence[float], stir: Sequence[float], rng: Random) -> list[int]:
    weights = [
        share**_FOLLOWS * sqrt(s) * exp(_COUNT_NOISE * rng.gauss())
        for share, s in zip(shares, stir, strict=True)
    ]
    if prints > 4 * len(weights):
        return apportioned(prints, weights)
    sums = list(accumulate(weights))
    counts = [0] * len(weights)
    for _ in range(prints):
        counts[bisect(sums, rng.random() * sums[-1], hi=len(sums) - 1)] += 1
    return counts


def _path(bar: Bar, shares: Sequence[float], rng: Random, spread: float) -> list[int]:
    """Where the price stands at the end of each child, inside the bar's high and low."""
    sigma = sqrt(bar.variance) * spread
    start, end = log(bar.open), log(bar.close)
    steps = [sigma * sqrt(share) * rng.gauss() for share in shares]
    excess = sum(steps) - (end - start)
    times = list(accumulate(shares))
    walked = accumulate(steps, initial=start)
    next(walked)
    path = [point - time * excess for point, time in zip(walked, times, strict=True)]
    if len(path) > 2:
        inner = path[:-1]
        top, floor = max(inner), min(inner)
        slack = sigma / sqrt(len(shares)) * 0.6
        high, low = log(bar.high), log(bar.low)
        _bend(path, times, inner.index(top), high - slack * rng.random() - top)
        _bend(path, times, inner.index(floor), low + slack * rng.random() - floor)
    return [_reflected(round(exp(point)), bar.low, bar.high) for point in path]


def _bend(path: list[float], times: Sequence[float], peak: int, height: float) -> None:
    """Lift the path by a tent of this height over `peak`, so that it comes near its extreme."""
    top = times[peak]
    rising, falling = height / top, height / (1 - top)
    for i, time in enumerate(times):
        path[i] += time * rising if i <= peak else (1 - time) * falling


def _slots(bar: Bar, counts: Sequence[int], path: Sequence[int], rng: Random) -> tuple[int, int]:
    """Which prints, counted from the bar's first, stand at its high and at its low.

    -1 where the bar's open or close does. They lie where the path comes nearest.
    """
    ends = (bar.open, bar.close)
    high_slot = low_slot = -1
    if bar.high not in ends:
        high_slot = _slot(counts, [-point for point in path], -1, rng)
    if bar.low not in ends:
        low_slot = _slot(counts, path, high_slot, rng)
    return high_slot, low_slot


def _slot(counts: Sequence[int], distance: Sequence[int], taken: int, rng: Random) -> int:
    """A free print of the child that is least distant: neither first nor last nor `taken`."""
    last = sum(counts) - 1
    best: tuple[int, int, int] | None = None
    start = 0
    for n, far in zip(counts, distance, strict=True):
        begin, end = max(1, start), min(last, start + n)
        free = end - begin - (begin <= taken < end)
        if free > 0 and (best is None or far < best[0]):
            best = far, begin, end
        start += n
    assert best is not None, "a bar with an extreme of its own has a print for it"
    _, begin, end = best
    slot = begin + int(rng.random() * (end - begin))
    if slot == taken:
        slot += 1 if slot + 1 < end else -1
    return slot


def _extremes(n: int, first: int, final: int, sigma: float, rng: Random) -> tuple[int, int]:
    high, low = max(first, final), min(first, final)
    if n < 4:  # a high and a low of its own need two prints between the first and the last
        return high, low
    up, down = extremes(first, final, sigma, rng)
    return max(high, round(up)), min(low, max(1, round(down)))


def _reflected(price: int, low: int, high: int) -> int:
    if price > high:
        price = 2 * high - price
    elif price < low:
        price = 2 * low - price
    return min(max(price, low), high)
