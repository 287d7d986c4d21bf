"""Errors for people: the sentence, the hint, the nearest word."""

from __future__ import annotations

import pytest

from tui.errors import (
    ConfigError,
    ExchangeError,
    ThemeError,
    TradexError,
    UsageError,
    nearest,
    unknown,
)


def test_an_error_reads_as_a_sentence_and_a_hint() -> None:
    assert str(TradexError("It broke.", "Mend it.")) == "It broke. Mend it."
    assert str(TradexError("It broke.")) == "It broke."


@pytest.mark.parametrize("kind", [UsageError, ConfigError, ThemeError, ExchangeError])
def test_one_except_catches_every_kind(kind: type[TradexError]) -> None:
    with pytest.raises(TradexError):
        raise kind("It broke.")


def test_nearest_is_best_first_without_regard_to_case() -> None:
    assert nearest("btcusd", ["ETHUSDT", "BTCUSDC", "BTCUSDT", "BTCUSD"])[0] == "BTCUSD"
    assert nearest("BTCUSDT", ["btcusdt"]) == ["btcusdt"]
    assert len(nearest("BTCUSD", [f"BTCUSD{letter}" for letter in "ABCDEF"])) == 3
    assert nearest("zzz", ["BTCUSDT"]) == []
    assert nearest("BTC", []) == []


def test_an_unknown_word_is_answered_with_the_valid_ones_and_the_nearest() -> None:
    assert str(unknown("exchange", "binanc", ["binance", "kraken"])) == (
        "Unknown exchange 'binanc'. Did you mean binance? Valid: binance, kraken."
    )


def test_without_a_near_word_nothing_is_guessed() -> None:
    assert str(unknown("exchange", "qqq", iter(["binance", "kraken"]))) == (
        "Unknown exchange 'qqq'. Valid: binance, kraken."
    )
