"""Whether an exchange's REST side answers, what its clock says, and what is left of its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tui.doctor.findings import Finding, State, of_fault
from tui.errors import ExchangeError
from tui.exchange.base import Exchange, Request
from tui.feed.faults import of_error
from tui.feed.limits import HostLimits
from tui.feed.rest import Reply, RequestFailed, Rest
from tui.feed.transport import place
from tui.market.symbol import Subscription

ANSWER_LIMIT = 6.0
_CANDLES = 3
_OFF, _WRONG = 1.0, 5.0
_NEARLY_ALL = 0.8
_SET_THE_CLOCK = "Let the network set it: timedatectl set-ntp true, or your system's settings."


@dataclass(frozen=True, slots=True)
class Clocks:
    """This machine's: seconds since 1970, and seconds that never jump."""

    wall: Callable[[], float]
    monotonic: Callable[[], float]


async def examine_requests(
    exchange: Exchange, wanted: Subscription | None, clocks: Clocks
) -> list[Finding]:
    """Ask for the time and a few candles of what is wanted, or for the list of symbols."""
    rest = Rest(exchange, HostLimits.of(exchange.limits), clocks.monotonic)
    try:
        async with asyncio.timeout(ANSWER_LIMIT):
            return await _Questions(exchange, rest, clocks).findings(wanted)
    except TimeoutError as error:
        return [of_fault("REST", of_error(error, place(exchange.rest_url)))]
    except RequestFailed as failed:
        return [of_fault("REST", failed.fault)]
    except ExchangeError as error:
        why = f": {error.hint.rstrip('.')}" if error.hint else ""
        said = f"{error.message.rstrip('.')}{why}."
        return [Finding("REST", State.FAIL, said, "Check rest_url in [exchanges].")]
    finally:
        await rest.close()


class _Questions:
    """Requests to one exchange, and what their answers tell."""

    def __init__(self, exchange: Exchange, rest: Rest, clocks: Clocks) -> None:
        self._exchange = exchange
        self._rest = rest
        self._clocks = clocks

    async def findings(self, wanted: Subscription | None) -> list[Finding]:
        """Raises ExchangeError."""
        history = await self._history(wanted) if wanted else None
        request = history or self._exchange.directory_request()
        if request is None:
            said = "There is nothing that it could be asked for: no history, no list of symbols."
            return [Finding("REST", State.SKIPPED, said)]
        wall, began = self._clocks.wall(), self._clocks.monotonic()
        reply = await self._rest.get(request)
        took = self._clocks.monotonic() - began
        read = self._candles(reply, wanted) if history and wanted else self._symbols(reply)
        return [
            Finding("REST", State.OK, f"It answered in {took:.2f} s with {read}."),
            of_clock(self._exchange.title, reply.date, wall, wall + took),
            _of_limits(self._exchange, reply.used),
        ]

    async def _history(self, wanted: Subscription) -> Request | None:
        if not self._exchange.clock_path:
            return self._exchange.history_request(wanted, None, _CANDLES)
        now = (await self._rest.get(Request(self._exchange.clock_path))).date
        now = int(self._clocks.wall() * 1000) if now is None else now
        start = now - _CANDLES * wanted.interval.milliseconds
        return self._exchange.history_request(wanted, start, _CANDLES)

    def _candles(self, reply: Reply, wanted: Subscription) -> str:
        now = int(self._clocks.wall() * 1000) if reply.date is None else reply.date
        candles = self._exchange.parse_history(wanted, reply.body, now)
        return f"{len(candles) or 'no'} candles of {wanted.symbol.name}"

    def _symbols(self, reply: Reply) -> str:
        return f"{len(self._exchange.parse_directory(reply.body))} symbols"


def of_clock(title: str, date: int | None, asked: float, answered: float) -> Finding:
    """Our clock against the exchange's `date` (ms, the start of its second), None: not told.

    It was set between two of our times (s since 1970). Only what is certain counts: the date has
    no fractions, and the answer was on its way.
    """
    if date is None:
        return Finding("clock", State.SKIPPED, f"{title} does not say what time it is.")
    least, most = asked - (date / 1000 + 1), answered - date / 1000
    certain = max(least, -most, 0.0)
    if certain <= _OFF:
        return Finding("clock", State.OK, f"This machine's clock agrees with {title}'s.")
    off = (least + most) / 2
    side = "ahead of" if off > 0 else "behind"
    said = f"This machine's clock is {_rounded(abs(off))} {side} {title}'s."
    return Finding("clock", State.FAIL if certain > _WRONG else State.NOTE, said, _SET_THE_CLOCK)


def _rounded(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _of_limits(exchange: Exchange, used: int | None) -> Finding:
    limits = exchange.limits
    dials = f"It may be dialled {limits.dial_burst} times at once."
    if used is None:
        unknown = f"{exchange.title} does not tell what is left"
        said = f"{unknown}; this program asks {limits.rest_weight} times a minute at most. {dials}"
        return Finding("limits", State.OK, said)
    said = f"{used} of the {limits.rest_weight} a minute that this program allows itself are used."
    if used < _NEARLY_ALL * limits.rest_weight:
        return Finding("limits", State.OK, f"{said} {dials}")
    advice = "Close other programs that ask this exchange from your address."
    return Finding("limits", State.NOTE, said, advice)
