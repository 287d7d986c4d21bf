"""A link on a clock that only the test moves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random

from tui.exchange import load_exchange
from tui.exchange.base import Exchange
from tui.feed import signals as on
from tui.feed.faults import Fault, of_close
from tui.feed.link import Link, Rules
from tui.feed.machine import step, wake
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState as State
from tui.feed.token_sources import EnvironmentToken
from tui.feed.tokens import Tokens
from tui.market.events import Ack
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BROKE = of_close(1006, "")


def subscription(name: str) -> Subscription:
    return Subscription(Symbol("binance", name), Interval(1, "m"))


BTC, ETH, SOL = (subscription(name) for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT"))


@dataclass
class Harness:
    """A link on a clock that only the test moves; the network answers as the test says."""

    settings: ConnectionSettings = field(default_factory=ConnectionSettings)
    needs_token: bool = False
    exchange: Exchange = field(default_factory=lambda: load_exchange("binance"))
    seed: int = 1
    now: float = 1000.0
    data_at: float = 0.0
    link: Link = field(default_factory=Link)
    sent: list[on.Effect] = field(default_factory=list)
    dials: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        random = Random(self.seed)
        source = EnvironmentToken("TRADEX_TOKEN")
        tokens = Tokens(source, None, lambda: self.now, lambda: 0.0, random)
        self.rules = Rules(
            self.exchange, self.settings, random, tokens if self.needs_token else None
        )

    def take(self, event: on.Event) -> list[on.Effect]:
        self.link, effects = step(self.link, event, self.now, self.rules)
        self.sent += effects
        for effect in effects:
            if isinstance(effect, on.AskDial):
                self.dials.append(self.now)
                effects = effects + self.take(on.DialGranted())
        return effects

    def until(self, time: float) -> list[on.Effect]:
        """Let time pass, with every tick that the link asks for on the way."""
        effects: list[on.Effect] = []
        while (due := wake(self.link, self.rules)) <= time:
            self.now = max(self.now, due)
            effects += self.take(on.Tick(self.data_at))
        self.now = time
        return effects

    def pass_time(self, seconds: float) -> list[on.Effect]:
        return self.until(self.now + seconds)

    def open(self, *wanted: Subscription) -> None:
        self.take(on.Want(frozenset(wanted or (BTC,))))
        self.take(on.Start())
        self.take(on.Opened(self.link.epoch))

    def acknowledge(self) -> None:
        while waiting := [p for p in self.link.pending if p.deadline < float("inf")]:
            self.take(on.Replied(self.link.epoch, Ack(waiting[0].command.id)))
            self.pass_time(0.5)

    def acknowledge_subscriptions(self) -> None:
        for waiting in self.link.pending:
            if waiting.command.covers:
                self.take(on.Replied(self.link.epoch, Ack(waiting.command.id)))

    def go_live(self, *wanted: Subscription) -> None:
        self.open(*wanted)
        self.acknowledge()
        for each in sorted(self.link.held):
            self.take(on.Synced(self.link.epoch, each))
        self.data()
        assert self.link.state is State.LIVE

    def data(self) -> None:
        self.data_at = self.now
        self.take(on.DataSeen(self.link.epoch))

    def lose(self, fault: Fault = BROKE) -> list[on.Effect]:
        return self.take(on.Lost(self.link.epoch, fault, self.data_at))

    def flow(self, seconds: float) -> None:
        """Data each second and a pong for each ping, for so long."""
        for _ in range(int(seconds)):
            self.data_at = self.now
            if any(isinstance(e, on.SendPing) for e in self.pass_time(1.0)):
                self.take(on.Ponged(self.link.epoch))


def params(effects: list[on.Effect]) -> list[list[str]]:
    sent = [json.loads(e.text) for e in effects if isinstance(e, on.Send)]
    return [frame["params"] for frame in sent if "params" in frame]
