"""Times in every unit and the values of trades, as a declaration reads them, right and wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.declared import BEGIN, desk
from tui.market.events import Malformed, Trade


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("ms", BEGIN), ("ms", f"{BEGIN}"), ("ms", BEGIN + 0.25),
        ("s", BEGIN // 1_000), ("s", "1700000040.0004"), ("s", 1.70000004e9),
        ("us", BEGIN * 1_000 + 7), ("ns", BEGIN * 10**6 + 999_999), ("ns", f"{BEGIN}000000"),
        ("iso", "2023-11-14T22:14:00Z"), ("iso", "2023-11-14 22:14:00.000999"),
        ("iso", "2023-11-15T00:14:00+02:00"),
    ],
)  # fmt: skip
def test_a_time_is_read_in_its_unit(unit: str, said: Any) -> None:
    feed = desk(f"""
        [exchanges.desk.trade]
        when = {{}}
        symbol = "s"
        price = "p"
        time = "t"
        time_unit = "{unit}"
    """)
    assert feed.parse(json.dumps({"s": "X", "p": 1, "t": said})) == (
        Trade("X", 1.0, 0.0, BEGIN, None, None),
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"t": "soon"}, "time: \"soon\" at 't' is no ISO 8601 time"),
        ({"t": 5}, "time: 5 at 't' is no ISO 8601 time"),
        ({"t": "1003-11-14"}, "time: \"1003-11-14\" at 't' is no time in iso"),
        ({"p": 0}, "a trade needs a price above zero"),
        ({"q": -1}, "a trade needs a price above zero, and no size below"),
        ({"i": "a7"}, "id: \"a7\" at 'i' is no whole number"),
        ({"i": -7}, "id: -7 at 'i' is no whole number"),
        ({"i": 2**63}, "id: 9223372036854775808 at 'i' is no whole number"),
    ],
)
def test_what_is_wrong_with_a_trade_is_told(value: dict[str, Any], reason: str) -> None:
    feed = desk("""
        [exchanges.desk.trade]
        when = {}
        symbol = "s"
        price = "p"
        size = "q"
        time = "t"
        time_unit = "iso"
        id = "i"
    """)
    message = {"s": "X", "p": 1, "q": 2, "t": "2023-11-14T22:14:00Z", "i": "7"}
    assert feed.parse(json.dumps(message)) == (Trade("X", 1.0, 2.0, BEGIN, 7, 7),)
    (event,) = feed.parse(json.dumps(message | value))
    assert isinstance(event, Malformed) and event.reason.startswith(reason)
