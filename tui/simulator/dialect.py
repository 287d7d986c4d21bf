"""What an exchange's protocol is to the simulator; `dialects.py` names those that there are.

The market, the ledger and the faults are the same for all of them. A dialect spells the symbols,
holds the conversations with clients, opens the streams they ask for and answers over REST.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from aiohttp import web

from tui.simulator.catalogue import CATALOGUE, Listing
from tui.simulator.frame import Frame
from tui.simulator.limits import Limits
from tui.simulator.market import Market
from tui.simulator.records import Records
from tui.simulator.streams import Stream


@dataclass(frozen=True, slots=True)
class World:
    """Where an exchange stands: the market's seed, its clock (ms UTC), what it lets clients do.

    `token` is what a client has to know, None when nothing, where the dialect has such a thing;
    `rest_lag` is how far REST is behind, in seconds, where it is on that exchange.
    """

    seed: int
    clock: Callable[[], int]
    limits: Limits
    token: str | None = None
    rest_lag: float = 3.0


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The connection is ended with a close frame, after all that was said before."""

    code: int
    reason: str = ""


Said = str | Frame | Goodbye


class Conversation(ABC):
    """One client's connection: what it asked for, and how it is spoken to.

    What is said as text reaches the client always; a frame is data, and is lost where a fault
    loses that stream's data.
    """

    @property
    @abstractmethod
    def streams(self) -> Collection[str]:
        """Names of the streams asked for, whether there are such or not. Asked for every frame."""

    @abstractmethod
    def answer(self, text: str, now: int) -> Iterable[Said]:
        """Do what a message asks ("" for a binary one) and say what there is to say, in order.

        Streams have been sent up to `now` (ms UTC): what is said of the market here is of then,
        and the streams go on from there.
        """

    def greeting(self, now: int) -> Iterable[Said]:
        """What is said to a client that has just connected."""
        return ()

    def idle(self, now: int) -> Iterable[Said]:
        """What is said because time has passed; asked at each step of the exchange's clock."""
        return ()

    def message(self, frame: Frame) -> str | bytes | None:
        """How a frame is sent on this connection; None when this one does not get it."""
        return frame.payload


class Dialect(ABC):
    """One exchange's protocol.

    `paths` are those of its WebSocket, in aiohttp's notation; `markets` are by its own spelling
    of the symbol (`BTC-USD`), which is that of the ledger and of faults, too.
    """

    name: ClassVar[str]
    paths: ClassVar[tuple[str, ...]]
    limits: ClassVar[Limits] = Limits()

    def __init__(self, world: World) -> None:
        self.world = world
        self.markets = {
            self.spelled(listing): Market(world.seed, listing)
            for listing in CATALOGUE.values()
            if self.lists(listing)
        }

    @abstractmethod
    def lists(self, listing: Listing) -> bool:
        """Whether this exchange has the market."""

    @abstractmethod
    def spelled(self, listing: Listing) -> str:
        """Its symbol as this exchange writes it."""

    @abstractmethod
    def converse(self, request: web.Request) -> Conversation:
        """A new connection's conversation; the request's path and query are the client's."""

    @abstractmethod
    def open(self, name: str, records: Records) -> Stream | None:
        """The stream of this name, None when there is none.

        Whatever the ledger shall have of its symbol is opened in `records`.
        """

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """The REST API."""

    @abstractmethod
    def refusal(self, status: int, until: int) -> tuple[int, str] | None:
        """How it says an HTTP status that it uses: the status on the wire and a JSON body.

        `until` is when it may be asked again, ms UTC. None where a page of HTML would come.
        """

    @abstractmethod
    def emptied(self, path: str, page: str) -> str | None:
        """A page of REST's history without its rows; None when the path is none of history."""

    @abstractmethod
    def earlier(self, path: str, query: Mapping[str, str], page: str) -> dict[str, str] | None:
        """The query for a page of candles that starts half its length before this one.

        None when the path is none of candles, or the page has none.
        """

    def revised(self, payload: str, after: int) -> tuple[str, str]:
        """A closed candle's frame with wrong values, and the right one said `after` ms later.

        Only asked where the wire has a closed flag.
        """
        raise NotImplementedError(f"{self.name} never says that a candle is closed")

    def shutdown(self, now: int) -> Frame | None:
        """What is announced before the exchange ends all connections; None when nothing is."""
        return None
