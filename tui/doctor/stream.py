"""Whether an exchange's WebSocket opens, takes our login, and sends what was subscribed to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from tui.doctor.findings import Finding, State, of_error, of_fault
from tui.errors import TradexError
from tui.exchange import exchange_names
from tui.exchange.base import Exchange
from tui.feed.faults import of_refused_token
from tui.feed.hearing import unrepeated
from tui.feed.secret import Secret
from tui.feed.tokens import check_may_carry
from tui.feed.transport import Socket, SocketLost, dial
from tui.market.events import (
    Ack,
    CandleReport,
    Event,
    Inventory,
    LoggedIn,
    LoginRefused,
    Malformed,
    Ping,
    Pulse,
    Refusal,
    Ticker,
    Trade,
)
from tui.market.symbol import Subscription

OPEN_LIMIT = 6.0
DATA_LIMIT = 5.0
_NAME = "WebSocket"
_AGAIN = "Try again; if it stays so, the exchange has a fault of its own."


async def examine_stream(
    exchange: Exchange,
    wanted: Subscription | None,
    token: Secret | None,
    monotonic: Callable[[], float],
) -> Finding:
    """Dial, log in with the token, if any, and subscribe to what is wanted, if anything."""
    began = monotonic()
    try:
        if token:
            check_may_carry(exchange.endpoint())
        socket = await dial(exchange.endpoint(), OPEN_LIMIT)
    except SocketLost as lost:
        return of_fault(_NAME, lost.fault)
    except TradexError as error:
        return of_error(_NAME, error)
    opened = f"It opened in {monotonic() - began:.2f} s"
    try:
        return await _Talk(exchange, socket, wanted, token, opened).outcome(monotonic)
    except SocketLost as lost:
        return of_fault(_NAME, unrepeated(lost.fault, token))
    finally:
        socket.abort()


class _Talk:
    """A conversation on an open socket, up to the first data or to what stands in their way."""

    def __init__(
        self,
        exchange: Exchange,
        socket: Socket,
        wanted: Subscription | None,
        token: Secret | None,
        opened: str,
    ) -> None:
        self._exchange = exchange
        self._socket = socket
        self._wanted = wanted
        self._token = token
        self._opened = opened
        self._logged_in = token is None
        self._confirmed = not exchange.confirms
        self._flaw = ""

    async def outcome(self, monotonic: Callable[[], float]) -> Finding:
        """What became of it. Raises SocketLost."""
        began = monotonic()
        try:
            async with asyncio.timeout(DATA_LIMIT):
                await self._begin()
                if not self._wanted and not self._token:
                    return await self._pinged()
                async for event in self._heard():
                    after = f"{monotonic() - began:.1f} s later"
                    if finding := self._judged(event, after):
                        return finding
                    await self._answered(event)
        except TimeoutError:
            pass
        return self._silence()

    async def _begin(self) -> None:
        if self._token:
            await self._socket.send(self._exchange.login(self._token.reveal()))
        else:
            await self._subscribe()

    async def _subscribe(self) -> None:
        wanted = [self._wanted] if self._wanted else []
        for command in self._exchange.subscribe(wanted, (), first_id=1):
            await self._socket.send(command.text)

    async def _pinged(self) -> Finding:
        await self._socket.ping()
        said = f"{self._opened} and answers pings; no symbol of it is known to ask for."
        return Finding(_NAME, State.OK, said)

    async def _heard(self) -> AsyncIterator[Event]:
        while True:
            frame = await self._socket.receive()
            if isinstance(frame, str) or self._exchange.reads_binary:
                for event in self._exchange.parse(frame):
                    yield unrepeated(event, self._token)

    def _judged(self, event: Event, after: str) -> Finding | None:
        """The finding that an event is, if it decides anything."""
        match event:
            case CandleReport() | Trade() | Ticker() | Pulse() if self._wanted:
                said = f"{self._opened}; the first data of {self._wanted.symbol.name} came {after}."
                return Finding(_NAME, State.OK, said)
            case LoggedIn() if not self._wanted:
                return Finding(_NAME, State.OK, f"{self._opened} and took our token.")
            case LoginRefused(reason):
                return of_fault(_NAME, of_refused_token(reason))
            case Refusal(_, reason):
                said = f"{self._exchange.title} refused {self._wanted}: {reason.rstrip('.')}."
                return Finding(_NAME, State.FAIL, said)
        return None

    async def _answered(self, event: Event) -> None:
        """Note what else the exchange says, and say what it waits for."""
        match event:
            case LoggedIn():
                self._logged_in = True
                await self._subscribe()
            case Ack() | Inventory():
                self._confirmed = True
            case Ping(reply):
                await self._socket.send(reply)
            case Malformed(reason):
                self._flaw = reason

    def _silence(self) -> Finding:
        name = self._wanted.symbol.name if self._wanted else ""
        if not self._logged_in:
            what = f"did not answer our login within {DATA_LIMIT:g} s"
        elif self._flaw:
            what = f"sends what cannot be read: {self._flaw}"
        elif not self._confirmed:
            what = f"did not confirm the subscription of {name} within {DATA_LIMIT:g} s"
        else:
            return self._without_data(name)
        return Finding(_NAME, State.FAIL, f"{self._opened}, but {what}.", _AGAIN)

    def _without_data(self, name: str) -> Finding:
        said = f"{self._opened}, but no data of {name} came within {DATA_LIMIT:g} s."
        if self._exchange.name in exchange_names():  # its best known symbol is always traded
            return Finding(_NAME, State.FAIL, said, _AGAIN)
        return Finding(_NAME, State.NOTE, said, "Perhaps nothing is traded there at this time.")
