"""What a ring says."""

from __future__ import annotations

from tui.alerts.rule import Change, Price, Rsi, Spread, Stale, Volume
from tui.alerts.watch import Ring
from tui.market.format import age, price
from tui.text import clean

_LATE = ", crossed while there were no live data"
_LONGEST = 160


def said(ring: Ring) -> str:
    """One clean line that begins with the alert's own line: `binance:BTCUSDT@1m > 65000: 65010.2`.

    It never begins with a dash, so that no program takes it for an option.
    """
    return clean(f"{ring.rule}: {_value(ring)}{_LATE if ring.late else ''}", _LONGEST)


def _value(ring: Ring) -> str:
    match ring.rule:
        case Price():
            reached, now = price(ring.reached, ring.digits), price(ring.now, ring.digits)
            return now if reached == now else f"reached {reached}, is {now}"
        case Change(direction=0):
            return f"{ring.reached * 100:.2f} %"
        case Change():
            return f"{ring.reached * 100:+.2f} %"
        case Volume(count=count):
            return f"{ring.reached:.1f} times the average of the {count} candles before"
        case Rsi():
            return f"{ring.reached:.1f}"
        case Spread():
            return f"{ring.reached * 100:.2f} % apart"
        case Stale():
            return f"no data for {age(ring.reached)}"
