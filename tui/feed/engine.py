"""The engine: everything that talks to exchanges, on a thread and loop of its own.

The screen's loop can be blocked by its terminal without limit; sockets must be read and pings
answered meanwhile. Between the threads there are the hub's lock, and outlets to drain.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from math import inf
from random import Random

from tui.exchange.base import Exchange
from tui.feed import transport
from tui.feed.clock import running
from tui.feed.connection import Connection
from tui.feed.hub import Hub
from tui.feed.link import OPEN, Link, offline, reason_of, state_of
from tui.feed.outlet import Outlet
from tui.feed.settings import ConnectionSettings
from tui.feed.status import (
    BookView,
    ConnectionState,
    ConnectionStatus,
    Drained,
    FeedStatus,
    SeriesView,
    SymbolDirectory,
)
from tui.feed.token_sources import TokenSettings
from tui.feed.venue import Venue
from tui.market.events import Trade
from tui.market.interval import Interval
from tui.market.symbol import Subscription

DEFAULT_HISTORY = 500
_LEAST_CAPACITY = 1_000
# Less than this (s) between two clocks is no sleep.
_SLEEP = 5.0

log = logging.getLogger(__name__)


class Lease:
    """The right to a subscription's data; it is served while anybody holds one."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release: Callable[[], None] | None = release

    def release(self) -> None:
        """Give the right back; a second call does nothing."""
        release, self._release = self._release, None
        if release:
            release()


class Engine:
    """Feeds of any number of exchanges for any number of readers; every method is thread-safe.

    `history` is how many closed candles a new subscription starts with; `clock` gives seconds
    that count the machine's sleep, too. `tokens`, by exchange, are for those that want a login.
    """

    def __init__(
        self,
        exchanges: Mapping[str, Exchange],
        settings: ConnectionSettings | None = None,
        history: int = DEFAULT_HISTORY,
        random: Random | None = None,
        clock: Callable[[], float] = running,
        tokens: Mapping[str, TokenSettings] | None = None,
    ) -> None:
        self._exchanges = exchanges
        self._settings = settings or ConnectionSettings()
        self._history = history
        self._random = random or Random()
        self._clock = clock
        self._tokens = tokens or {}
        self._seen: frozenset[Subscription] = frozenset()
        self._hub = Hub(max(_LEAST_CAPACITY, 2 * history), exchanges)
        self._notable: Outlet | None = None
        self._venues: dict[str, Venue] = {}
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    # Life

    def start(self) -> None:
        """Start the thread; leases may be taken before and after."""
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Close all sockets and end the thread; returns after `timeout` seconds at the latest."""
        if self._thread.is_alive():
            self._call(self._stopped.set)
            self._thread.join(timeout)

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    async def _run(self) -> None:
        slept = self._clock() - self._loop.time()
        while not self._stopped.is_set():
            before, slept = slept, self._clock() - self._loop.time()
            # When the event loop's clock stood still for a while, so did we.
            work = self._resume if slept - before > _SLEEP else self._look_after
            for venue in self._venues.values():
                work(venue)
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._stopped.wait()
        await asyncio.gather(*(venue.stop() for venue in self._venues.values()))

    def _resume(self, venue: Venue) -> None:
        """Look after it a second later: it is still as it fell asleep."""
        log.info("this machine slept: all connections to %s are dialled anew", venue.exchange.name)
        venue.resume()

    def _look_after(self, venue: Venue) -> None:
        try:
            venue.look_after(self._clock())
            venue.prefer(self._seen)
        except Exception:  # the other exchanges, and this one a second later, must be looked after
            log.exception("looking after %s failed", venue.exchange.name)

    def _call(self, work: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    # Subscriptions

    def acquire(self, subscription: Subscription) -> Lease:
        """A lease on a subscription; its exchange must be one of `exchange_names`."""
        exchange = subscription.symbol.exchange
        if self._hub.acquire(subscription):
            self._call(lambda: self._venue(exchange).add(subscription))
        return Lease(lambda: self._release(subscription))

    def _release(self, subscription: Subscription) -> None:
        if self._hub.release(subscription):
            exchange = subscription.symbol.exchange
            self._call(lambda: self._venue(exchange).remove(subscription))

    def _venue(self, exchange: str) -> Venue:
        if exchange not in self._venues:
            self._venues[exchange] = Venue(
                self._exchanges[exchange], self._settings, self._hub, self._history,
                transport.dial, self._random, self._clock, self._tokens.get(exchange),
            )  # fmt: skip
        return self._venues[exchange]

    def reconnect(self, subscription: Subscription | None = None) -> None:
        """Dial anew now: the connection of one subscription, or all of them."""
        self._call(lambda: self._reconnect(subscription))

    def _reconnect(self, subscription: Subscription | None) -> None:
        for venue in self._venues.values():
            venue.retry(subscription)

    def prefer(self, seen: frozenset[Subscription]) -> None:
        """Of those who wait for a turn to dial, let these go first: a person sees them."""
        self._seen = seen

    def load_older(self, subscription: Subscription) -> None:
        """Ask for a page of candles before the oldest one of a leased subscription.

        Not while that is being done, nor where it is vain: `SeriesView.older` says how it stands.
        Whoever wants them goes on asking, so that a failure is tried again while anybody does.
        """
        venue = self._venues.get(subscription.symbol.exchange)
        if venue and venue.older.claim(subscription):
            self._call(lambda: venue.load_older(subscription))

    def watch_trades(self, subscription: Subscription) -> Lease:
        """Keep the newest trades of a leased subscription from now on; raises KeyError unleased."""
        tape = self._hub.watch_trades(subscription)
        return Lease(lambda: self._hub.unwatch_trades(subscription, tape))

    def watch_book(self, subscription: Subscription) -> Lease:
        """Ask for the order book of its symbol again and again, where the exchange has one."""
        exchange, name = subscription.symbol.exchange, subscription.symbol.name
        if self._exchanges[exchange].book_request(name) is None:
            return Lease(lambda: None)
        self._call(lambda: self._venue(exchange).books.watch(name))
        return Lease(lambda: self._call(lambda: self._venue(exchange).books.unwatch(name)))

    def inquire(self) -> None:
        """Ask the exchanges what they send; a Notice of each connection answers."""
        self._call(self._inquire)

    def _inquire(self) -> None:
        for venue in self._venues.values():
            venue.inquire()

    # What is known

    @property
    def exchange_names(self) -> tuple[str, ...]:
        """The exchanges of this engine."""
        return tuple(self._exchanges)

    def intervals(self, exchange: str) -> tuple[Interval, ...]:
        """What candles the exchange has, shortest first."""
        return tuple(sorted(self._exchanges[exchange].intervals))

    def spelling(self, exchange: str, name: str) -> str:
        """How the exchange spells a symbol that a person typed."""
        return self._exchanges[exchange].spelling(name)

    def symbols(self, exchange: str) -> SymbolDirectory:
        """The exchange's symbols as far as they are known now; asking starts loading them."""
        self._call(lambda: self._venue(exchange).ask_for_symbols())
        venue = self._venues.get(exchange)
        return venue.directory if venue else SymbolDirectory(exchange)

    def listen(self, *, candles: bool) -> Outlet:
        """Everything from now on, in order: states and gaps, with `candles` each change too."""
        outlet = Outlet()
        self._hub.listen(outlet, candles=candles)
        return outlet

    def drain(self) -> Drained:
        """What is to be drawn again and what happened since the last call; the first starts it."""
        if self._notable is None:
            self._notable = self.listen(candles=False)
        return Drained(self._hub.take_dirty(), self._notable.take())

    def view(self, subscription: Subscription, count: int) -> SeriesView:
        """A leased subscription at this instant with its newest `count` candles."""
        return self._hub.view(subscription, count, self.status(subscription))

    def trades(self, subscription: Subscription) -> tuple[Trade, ...]:
        """The newest trades that the stream brought since they are watched, oldest first.

        Empty where the exchange's stream has none.
        """
        return self._hub.trades(subscription)

    def book(self, subscription: Subscription) -> BookView | None:
        """The order book that is watched; None where the exchange has none."""
        exchange, name = subscription.symbol.exchange, subscription.symbol.name
        if self._exchanges[exchange].book_request(name) is None:
            return None
        venue = self._venues.get(exchange)
        return venue.books.view(name) if venue else BookView()

    def status(self, subscription: Subscription) -> FeedStatus:
        """The health of a subscription."""
        now = self._clock()
        record = self._hub.record(subscription)
        venue = self._venues.get(subscription.symbol.exchange)
        connection = venue.connection_of(subscription) if venue else None
        link = connection.link if connection else Link()
        state = state_of(link, subscription) if connection else ConnectionState.IDLE
        if record and record.stale and state is ConnectionState.LIVE:
            state = ConnectionState.STALE
        return FeedStatus(
            state=state,
            attempt=link.attempt,
            retry_in=_countdown(link, now),
            reason=reason_of(link) or (record.trouble if record else ""),
            data_age=self._hub.age(subscription, now),
            quiet=link.quiet or bool(record and record.quiet_for),
            rejected=record.rejected if record else "",
            unstable=record is not None and record.gaps.unstable(now),
            offline=offline(link),
        )

    def connections(self) -> tuple[ConnectionStatus, ...]:
        """Every connection, in the order in which they were opened."""
        now = self._clock()
        return tuple(self._describe(connection, now) for connection in self._connections())

    def _connections(self) -> Iterable[Connection]:
        return [c for venue in list(self._venues.values()) for c in list(venue.connections)]

    def _describe(self, connection: Connection, now: float) -> ConnectionStatus:
        link, meter, last_close = connection.link, connection.meter, connection.last_close
        records = [r for s in link.wanted if (r := self._hub.record(s))]
        return ConnectionStatus(
            id=connection.id,
            exchange=connection.rules.exchange.name,
            subscriptions=tuple(sorted(link.wanted)),
            state=link.state,
            attempt=link.attempt,
            retry_in=_countdown(link, now),
            reason=reason_of(link),
            close_code=last_close.code if last_close else None,
            close_reason=last_close.reason if last_close else "",
            round_trip=connection.round_trip,
            messages_rate=meter.messages_rate,
            bytes_rate=meter.bytes_rate,
            data_age=now - meter.data_at if meter.data_at else None,
            uptime=now - link.opened_at if link.state in OPEN else None,
            reconnects=max(0, link.opens - 1),
            gaps_found=sum(record.gaps.found for record in records),
            gaps_repaired=sum(record.gaps.repaired for record in records),
            unstable=any(record.gaps.unstable(now) for record in records),
            malformed=meter.malformed,
            unread=meter.unread,
        )


def _countdown(link: Link, now: float) -> float | None:
    waiting = link.state in (ConnectionState.BACKOFF, ConnectionState.PARKED) and link.until < inf
    return max(0.0, link.until - now) if waiting else None
