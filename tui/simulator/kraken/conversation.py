"""What Kraken's two WebSocket protocols have in common."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from tui.market.interval import SECOND
from tui.simulator.dialect import Conversation, Said
from tui.simulator.frame import Frame
from tui.simulator.kraken.channels import KINDS, Channel
from tui.simulator.kraken.names import pair_of
from tui.simulator.kraken.numbers import INTERVALS
from tui.simulator.limits import SlidingWindow
from tui.simulator.market import Market

Request = dict[str, Any]

# The wire says only that the rate depends on the load; a second's commands here.
_COMMANDS_PER_SECOND = 20
_PAIR = re.compile(r"[^/]+/[^/]+")


def echoed(request: Request, name: str) -> Request:
    """A whole number of a request as it comes back, nothing where there is none."""
    number = request.get(name)
    return {name: number} if isinstance(number, int) else {}


class RefusedError(Exception):
    """A command that is not done, or not for one symbol; the text is what the client reads."""


class KrakenConversation(Conversation):
    """Commands are paced, channels are subscribed for one symbol each, silence is filled.

    `markets` are by the names of this protocol, `serial` numbers the connections, `clock` gives
    monotonic seconds.
    """

    version: ClassVar[str]
    heartbeat: ClassVar[str]

    def __init__(
        self, markets: Mapping[str, Market], serial: int, clock: Callable[[], float]
    ) -> None:
        self.markets = markets
        self.serial = serial
        self.asked: dict[str, Channel] = {}
        self._clock = clock
        self._commands = SlidingWindow(_COMMANDS_PER_SECOND, 1.0)
        self._spoke = True
        self._quiet_since = 0

    @property
    def streams(self) -> Collection[str]:
        return self.asked

    def answer(self, text: str, now: int) -> list[Said]:
        self._spoke = True
        try:
            request = json.loads(text)
        except (ValueError, RecursionError):
            request = None
        request = request if isinstance(request, dict) else {}
        if self._commands.wait(self._clock()):
            return [self.too_fast(request)]
        return list(self.obey(request, now))

    def message(self, frame: Frame) -> str | bytes:
        self._spoke = True
        return frame.payload

    def idle(self, now: int) -> Iterable[str]:
        """A heartbeat each second in which nothing else was sent, once anything is subscribed."""
        if self._spoke:
            self._spoke, self._quiet_since = False, now
        elif self.asked and now - self._quiet_since >= SECOND:
            self._quiet_since = now
            return (self.heartbeat,)
        return ()

    @abstractmethod
    def obey(self, request: Request, now: int) -> Iterator[Said]:
        """Do a command, {} for what is none, and say what there is to say."""

    @abstractmethod
    def too_fast(self, request: Request) -> str:
        """What is said instead when there were too many commands: the command is lost."""

    def channel(self, kind: str, name: str, minutes: object) -> Channel:
        """What a command means; `minutes` only counts for ohlc. Raises RefusedError."""
        if name not in self.markets:
            known = "not supported" if _PAIR.fullmatch(name) else "not in ISO 4217-A3 format"
            raise RefusedError(f"Currency pair {known} {name}")
        symbol = pair_of(self.markets[name].listing).name
        if kind == "ohlc":
            if type(minutes) is not int or minutes not in INTERVALS:
                raise RefusedError("Subscription ohlc interval not supported")
            return Channel(self.version, "ohlc", symbol, minutes)
        if kind not in KINDS:
            raise RefusedError("Subscription name invalid")
        return Channel(self.version, kind, symbol)

    def forget(self, channel: Channel) -> None:
        """Raises RefusedError when it is not subscribed."""
        if self.asked.pop(channel.stream, None) is None:
            raise RefusedError("Subscription Not Found")
