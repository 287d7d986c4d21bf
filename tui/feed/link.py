"""What a connection is: the state of the reducer in machine.py.

Times are seconds of the monotonic clock. Every dial has an epoch; events of a socket carry the
epoch of its dial, and one of another epoch is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf
from random import Random

from tui.exchange.base import Command, Exchange
from tui.feed.faults import Fault
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState as State
from tui.feed.tokens import Tokens
from tui.market.symbol import Subscription

OPEN = frozenset({State.AUTHING, State.SUBSCRIBING, State.SYNCING, State.LIVE, State.STALE})
TALKING = OPEN - {State.AUTHING}
_SERVING = TALKING - {State.STALE}
_NONE: frozenset[Subscription] = frozenset()


class Purpose(Enum):
    """What a command is for."""

    ADD = "add"
    DROP = "drop"
    ASK = "ask"  # what the connection is subscribed to


@dataclass(frozen=True, slots=True)
class Pending:
    """A command on its way: not sent yet while `deadline` is infinite."""

    command: Command
    purpose: Purpose
    deadline: float = inf
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """All that the reducer knows of a connection; times are monotonic seconds.

    `until` ends the state that has an end of its own; `not_before` is the exchange's word, which
    a manual retry cannot undercut. `wanted` is desired state; `held` was acknowledged on this
    epoch, `synced` has its history up to the live candle. `quiet` lets the feed be silent until
    `quiet_until`, because the exchange confirmed over REST that nothing was traded. From
    `succeed_at` on another connection should take over: this one will be ended by the exchange.
    Data flow since `flowing_since`. While `verdict_by` is finite, the exchange is being asked why
    it is silent. `reserved` means that the dial at `until` has its turn already, which may be
    traded with another connection's for one not before `own_turn`.

    `questions` are the ends of those waiting to be asked. `pong_owed` is the answer to the
    newest ping that came too soon after the last. `violations` are the times of faults against
    the protocol; `oversized` counts messages that were too large, `unauthorized` tokens that
    were not taken. At `renew_at` the token needs a successor.
    """

    state: State = State.IDLE
    epoch: int = 0
    attempt: int = 0
    until: float = inf
    not_before: float = 0.0
    fault: Fault | None = None
    wanted: frozenset[Subscription] = _NONE
    held: frozenset[Subscription] = _NONE
    synced: frozenset[Subscription] = _NONE
    pending: tuple[Pending, ...] = ()
    next_send: float = 0.0
    next_id: int = 1
    ping_at: float = inf
    pong_by: float = inf
    opened_at: float = 0.0
    flowing_since: float = inf
    data_at: float = 0.0
    data_seen: bool = False
    quiet: bool = False
    quiet_until: float = 0.0
    quiet_for: float = 0.0
    verdict_by: float = inf
    reserved: bool = False
    own_turn: float = 0.0
    last_delay: float = 0.0
    forbidden: int = 0
    unauthorized: int = 0
    oversized: int = 0
    violations: tuple[float, ...] = ()
    opens: int = 0
    succeed_at: float = inf
    questions: tuple[float, ...] = ()
    ping_id: int = 0
    next_pong: float = 0.0
    pong_owed: str = ""
    renew_at: float = inf

    @property
    def awaits_data(self) -> bool:
        """Whether the next data frame changes the state, so that the reader must report it."""
        expected = self.data_seen and self.state is not State.STALE
        return self.quiet or self.verdict_by < inf or not expected

    def awaits_pong(self, number: int | None) -> bool:
        """Whether a pong (of the ping `number`, None: unknown) answers the ping that is out."""
        return self.pong_by < inf and number in (None, self.ping_id)


@dataclass(frozen=True, slots=True)
class Rules:
    """What does not change while a connection lives; with `tokens` it has to log in."""

    exchange: Exchange
    settings: ConnectionSettings
    random: Random
    tokens: Tokens | None = None


def state_of(link: Link, subscription: Subscription) -> State:
    """Where one subscription of a connection stands: a shared socket serves some before others."""
    if link.state not in _SERVING:
        return link.state
    if subscription not in link.held:
        return State.SUBSCRIBING
    whole = subscription in link.synced and (link.data_seen or link.quiet)
    return State.LIVE if whole else State.SYNCING


def reason_of(link: Link) -> str:
    """Why the link is down, while it is dialled again, too; empty at first and once it is open."""
    down = link.state in (State.BACKOFF, State.PARKED, State.DIALING)
    return link.fault.reason if down and link.fault else ""


def offline(link: Link) -> bool:
    """Whether the link is down since nobody out there answers."""
    return bool(reason_of(link)) and link.fault is not None and link.fault.offline
