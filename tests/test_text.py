"""Foreign text: whatever comes in, nothing that can act on a terminal goes out."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.foreign_text import ATTACKS, PIECES
from tui.text import clean, file_stem

DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
payloads = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=40).map("".join)


def marks_in_a_row(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char).startswith("M") else 0
        longest = max(longest, run)
    return longest


def check(payload: str, limit: int) -> None:
    shown = clean(payload, limit)
    assert not {unicodedata.category(char) for char in shown} & DROPPED
    assert cell_len(shown) <= limit
    assert marks_in_a_row(shown) <= 2
    assert shown == shown.strip()
    assert "  " not in shown
    assert clean(shown, limit) == shown


def test_s1_ten_thousand_payloads_of_every_escape_class_come_out_harmless() -> None:
    chance = random.Random(7)
    for _ in range(10_000):
        payload = "".join(chance.choices(PIECES, k=chance.randrange(1, 30)))
        check(payload, chance.choice([1, 2, 8, 32, 500]))


@given(payload=payloads, limit=st.integers(1, 60))
def test_s1_s2_any_text_comes_out_harmless(payload: str, limit: int) -> None:
    check(payload, limit)


@pytest.mark.parametrize("piece", ATTACKS)
def test_s1_s2_each_class_is_gone_and_the_text_before_it_stands(piece: str) -> None:
    assert unicodedata.normalize("NFD", clean(f"price{piece}"))[:5] == "price"
    check(f"price{piece}", 500)


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        ("", ""),
        ("BTCUSDT", "BTCUSDT"),
        ("a\x1b[31mred\x1b[0mb", "aredb"),
        ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
        ("a\x1bPdevice\x1b\\b", "ab"),
        ("a\x9b31mb", "ab"),
        ("a\x1b\x1b[31mb", "ab"),
        ("BTC\u202eTDSU", "BTCTDSU"),
        ("B\u200bT\u00adC", "BTC"),
        ("  a \t\n b\u3000c  ", "a b c"),
        ("e\u0301\u0302\u0303x", "e\u0301\u0302x"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
def test_what_is_harmless_stays_as_it_is(foreign: str, shown: str) -> None:
    assert clean(foreign) == shown


@pytest.mark.parametrize("twin", ["ВТСUSDT", "ＢＴＣUSDT", "𝐁𝐓𝐂USDT", "BTCUSDТ"])
def test_s2_a_look_alike_stays_another_symbol(twin: str) -> None:
    assert clean(twin, 32) == twin != "BTCUSDT"


@pytest.mark.parametrize(
    ("foreign", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("日本語", 6, "日本語"),
        ("日本語x", 6, "日本…"),
        ("ab cd", 4, "ab…"),
        ("   abcd", 4, "abcd"),
        ("abcd  ", 4, "abcd"),
        ("abe\u0301\u0302d", 3, "ab…"),
        ("日本", 1, "…"),
    ],
)
def test_s2_long_text_is_cut_by_cells_and_says_so(foreign: str, limit: int, shown: str) -> None:
    assert clean(foreign, limit) == shown


def test_a_megabyte_is_cut_without_being_walked_through() -> None:
    assert clean("x" * 1_000_000, 10) == "xxxxxxxxx…"
    assert clean("\u0301" * 1_000_000, 10) == "\u0301\u0301"


@given(payload=payloads)
def test_s9_a_file_stem_has_no_path_in_it(payload: str) -> None:
    stem = file_stem(payload)
    assert stem
    assert not set(stem) & set("/\\: \x00")
    assert not stem.startswith((".", "-", "=", "+", "@"))  # hidden, an option, a formula
    assert len(stem.encode()) <= 200
    assert file_stem(stem) == stem


@pytest.mark.parametrize(
    ("foreign", "stem"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("BTC/USD", "BTC-USD"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("=1+1", "1-1"),
        ("@SUM(A1)", "SUM-A1"),
        ("\ud835\udc00", "unnamed"),
        ("𝐀" * 100, "𝐀" * 50),
        ("a\u0301" * 200, "a-" * 99 + "a"),
        ("a\\b\x00c:d", "a-bc-d"),
    ],
)
def test_s9_a_file_stem_by_example(foreign: str, stem: str) -> None:
    assert file_stem(foreign) == stem
