"""How far apart two colours are, for eyes of several kinds: the maths of the theme tests."""

from __future__ import annotations

from math import dist

from textual.color import Color

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]

LUMINANCE = (0.2126, 0.7152, 0.0722)
XYZ = ((0.4124564, 0.3575761, 0.1804375), LUMINANCE, (0.0193339, 0.1191920, 0.9503041))
# Machado, Oliveira and Fernandes 2009, severity 1.0, for linear sRGB.
NORMAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
PROTANOPIA = (
    (0.152286, 1.052583, -0.204868),
    (0.114503, 0.786281, 0.099216),
    (-0.003882, -0.048116, 1.051998),
)
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)


def linear(color: Color) -> Triple:
    """sRGB to linear light, 0 to 1 (IEC 61966-2-1)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.normalized
    )
    return red, green, blue


def times(matrix: Matrix, vector: Triple) -> Triple:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio, 1 to 21."""
    lights = [times((LUMINANCE,) * 3, linear(Color.parse(color)))[0] for color in (one, other)]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def lab(light: Triple) -> Triple:
    """Linear sRGB to CIE L*a*b*, D65 white."""
    white = times(XYZ, (1.0, 1.0, 1.0))
    x, y, z = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
        for t in (max(v, 0.0) / w for v, w in zip(times(XYZ, light), white, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, vision: Matrix) -> float:
    """CIE76 colour difference as seen with `vision`; about 2 is just noticeable."""
    first, second = (lab(times(vision, linear(Color.parse(color)))) for color in (one, other))
    return dist(first, second)
