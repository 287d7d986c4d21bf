"""Numbers as text of a fixed width, so that nothing on the screen jumps."""

from __future__ import annotations

_SUFFIXES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))


def price(value: float, digits: int) -> str:
    """`57999.99`: `digits` decimals (0 to 18), never an exponent."""
    return f"{value:.{digits}f}"


def change(value: float, digits: int) -> str:
    """A difference in price with its sign: `+12.50`."""
    return f"{value:+.{digits}f}"


def percent(ratio: float) -> str:
    """`+1.25 %` for 0.0125; at most nine cells, as it stops at 999.99 % either way."""
    return f"{max(-9.9999, min(9.9999, ratio)) * 100:+.2f} %"


def volume(value: float) -> str:
    """`1.23M`: at most six cells for anything below 1000T."""
    for size, suffix in _SUFFIXES:
        if abs(value) >= size * 0.9995:
            return f"{_three(value / size)}{suffix}"
    return _three(value)


def age(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 m`, `2 h`, `5 d`: the largest unit that is not zero."""
    if seconds < 10:
        return f"{int(max(seconds, 0.0) * 10) / 10:.1f} s"
    for size, suffix in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{int(seconds // size)} {suffix}"
    return f"{int(seconds)} s"


def _three(value: float) -> str:
    """Three significant digits without an exponent."""
    whole = len(str(int(float(f"{abs(value):.3g}"))))
    return f"{value:.{max(0, 3 - whole)}f}"
