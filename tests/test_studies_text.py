"""A study as people write it: read in every spelling, refused with a sentence."""

from __future__ import annotations

import pytest

from tui.errors import UsageError
from tui.studies.catalogue import KINDS, Kind
from tui.studies.study import Study, read, toggled


@pytest.mark.parametrize("text", ["SMA 50", "sma 50", "SMA50", "sma(50)", " Sma , 50 ", "SMA 50.0"])
def test_every_spelling_names_the_same_study(text: str) -> None:
    assert Study.parse(text) == Study("SMA", (50,))
    assert str(Study.parse(text)) == "SMA 50"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_what_is_left_out_is_at_its_default_and_text_goes_round(kind: Kind) -> None:
    usual = Study.usual(kind)
    assert Study.parse(kind.name) == usual
    assert Study.parse(str(usual)) == usual
    assert kind.description and not kind.description.endswith(".")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Type a study, such as SMA 50. There are: SMA, EMA"),
        ("SMAA 20", "Unknown study 'SMAA'. Did you mean SMA?"),
        ("SMA 20 5", "SMA takes period. Such as: SMA 20."),
        ("OBV 3", "OBV takes no number. Such as: OBV."),
        ("MACD 1 2 3 4", "MACD takes fast, slow and signal."),
        ("RSI 1", "The period of RSI is a whole number from 2 to 500."),
        ("RSI 14.5", "The period of RSI is a whole number from 2 to 500."),
        ("BB 20 nan", "The factor of BB is a number from 0.1 to 10."),
        ("BB 20 inf", "The factor of BB is a number from 0.1 to 10."),
        ("SMA [red]", "The period of SMA is a whole number from 1 to 500."),
        ("MACD 26 12", "The fast period of MACD must be below the slow one."),
    ],
)
def test_what_is_no_study_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError) as refused:
        Study.parse(text)
    assert str(refused.value).startswith(sentence)


def test_bad_entries_of_a_list_are_left_out_and_named() -> None:
    studies, problems = read(["SMA 20", "nonsense", "sma20", "RSI 1"])
    assert studies == (Study("SMA", (20,)),)
    assert len(problems) == 2 and "nonsense" in problems[0] and "RSI" in problems[1]


def test_a_study_chosen_again_goes_and_a_new_one_stands_last() -> None:
    sma, rsi = Study.parse("SMA"), Study.parse("RSI")
    assert toggled((sma,), rsi) == (sma, rsi)
    assert toggled((sma, rsi), sma) == (rsi,)
