"""A study with its parameters, as people write it: `SMA 20`, `BB 20 2`, `MACD 12 26 9`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from tui.errors import UsageError, unknown
from tui.market.interval import DAY, Interval
from tui.studies.catalogue import KINDS, Kind, Parameter
from tui.text import clean

_SEPARATORS = re.compile(r"[\s,()]+")
_NAME_THEN_NUMBER = re.compile(r"(?<=[a-zA-Z])(?=\d)")


@dataclass(frozen=True, slots=True)
class Study:
    """One kind of study with a number for each of its parameters."""

    name: str
    numbers: tuple[float, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Study:
        """Read `sma 20`, `SMA20` or `SMA(20)`; what is left out is at its default.

        Raises UsageError, with a sentence that says what would be right.
        """
        words = _SEPARATORS.sub(" ", _NAME_THEN_NUMBER.sub(" ", clean(text, 64))).split()
        if not words:
            raise UsageError("Type a study, such as SMA 50.", f"There are: {', '.join(KINDS)}.")
        kind = _kind(words[0])
        if len(words) - 1 > len(kind.parameters):
            raise UsageError(f"{kind.name} takes {_wanted(kind)}.", f"Such as: {cls.usual(kind)}.")
        pairs = zip_longest(kind.parameters, words[1:])
        study = cls(kind.name, tuple(_number(kind, *pair) for pair in pairs))
        if kind.name == "MACD" and study.numbers[0] >= study.numbers[1]:
            raise UsageError("The fast period of MACD must be below the slow one.", "MACD 12 26 9")
        return study

    @classmethod
    def usual(cls, kind: Kind) -> Study:
        """The kind at its defaults."""
        return cls(kind.name, tuple(parameter.default for parameter in kind.parameters))

    @property
    def kind(self) -> Kind:
        """What there is to know of all studies of this name."""
        return KINDS[self.name]

    def indicator(self) -> Any:
        """A new talipp indicator, without data."""
        wholes = [parameter.whole for parameter in self.kind.parameters]
        pairs = zip(self.numbers, wholes, strict=True)
        return self.kind.create(*(int(number) if whole else number for number, whole in pairs))

    def starts_at(self, time: int, before: int, interval: Interval) -> bool:
        """Whether the candle of `time` owes nothing to that of `before` (open times, ms UTC)."""
        after_hole = interval.after(before) != time
        another_day = time // DAY != before // DAY and interval.milliseconds < DAY
        return after_hole or (self.kind.daily and another_day)

    def __str__(self) -> str:
        return " ".join([self.name, *(f"{number:g}" for number in self.numbers)])


def read(texts: Iterable[str]) -> tuple[tuple[Study, ...], list[str]]:
    """The studies that the texts name, each once, and a sentence for each that names none."""
    studies: list[Study] = []
    problems: list[str] = []
    for text in texts:
        try:
            studies.append(Study.parse(text))
        except UsageError as error:
            problems.append(str(error))
    return tuple(dict.fromkeys(studies)), problems


def toggled(studies: tuple[Study, ...], study: Study) -> tuple[Study, ...]:
    """The studies with this one at the end, or without it if it is among them."""
    if study in studies:
        return tuple(other for other in studies if other != study)
    return (*studies, study)


def _kind(word: str) -> Kind:
    by_fold = {name.casefold(): kind for name, kind in KINDS.items()}
    if word.casefold() not in by_fold:
        raise unknown("study", word, KINDS)
    return by_fold[word.casefold()]


def _wanted(kind: Kind) -> str:
    names = [parameter.name for parameter in kind.parameters]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "no number"


def _number(kind: Kind, parameter: Parameter, word: str | None) -> float:
    if word is None:
        return parameter.default
    try:
        number = float(word)
        fits = parameter.low <= number <= parameter.high
    except ValueError:
        fits = False
    if not fits or (parameter.whole and number != int(number)):
        whole = "a whole number" if parameter.whole else "a number"
        span = f"{parameter.low:g} to {parameter.high:g}"
        raise UsageError(f"The {parameter.name} of {kind.name} is {whole} from {span}.")
    return number
