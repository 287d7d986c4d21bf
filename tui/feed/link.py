"""What a connection is and what can happen to it: the vocabulary of the reducer in machine.py.

Times are seconds of the monotonic clock. Every dial has an epoch; events of a socket carry the
epoch of its dial, and one of another epoch is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from random import Random

from tui.exchange.base import Command, Exchange
from tui.feed.faults import Fault
from tui.feed.settings import ConnectionSettings
from tui.feed.status import ConnectionState as State
from tui.market.events import Ack, Refusal
from tui.market.symbol import Subscription

OPEN = frozenset({State.SUBSCRIBING, State.SYNCING, State.LIVE, State.STALE})
_NONE: frozenset[Subscription] = frozenset()


@dataclass(frozen=True, slots=True)
class Pending:
    """A command on its way: not sent yet while `deadline` is infinite."""

    command: Command
    adds: bool
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
    it is silent. `reserved` means that the dial at `until` has its turn already.
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
    last_delay: float = 0.0
    forbidden: int = 0
    opens: int = 0
    succeed_at: float = inf

    @property
    def awaits_data(self) -> bool:
        """Whether the next data frame changes the state, so that the reader must report it."""
        return self.quiet or self.state is State.STALE or not self.data_seen


# Events: what happened. Those of a socket carry its epoch.


@dataclass(frozen=True, slots=True)
class Start:
    """Begin to dial."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Close for good."""


@dataclass(frozen=True, slots=True)
class RetryNow:
    """A person asked for a new dial now."""


@dataclass(frozen=True, slots=True)
class Want:
    """The subscriptions that this connection shall hold."""

    subscriptions: frozenset[Subscription]


@dataclass(frozen=True, slots=True)
class DialGranted:
    """The budget has a turn for this dial in `wait` seconds."""

    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Opened:
    epoch: int


@dataclass(frozen=True, slots=True)
class Lost:
    """The dial failed or the socket ended; its last data came at `data_at`."""

    epoch: int
    fault: Fault
    data_at: float = 0.0


@dataclass(frozen=True, slots=True)
class DataSeen:
    epoch: int


@dataclass(frozen=True, slots=True)
class Replied:
    epoch: int
    reply: Ack | Refusal


@dataclass(frozen=True, slots=True)
class Ponged:
    epoch: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """The server announced that it will go away."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Synced:
    epoch: int
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Forgotten:
    """One of several subscriptions gets no data though it is traded; `again` after a reminder."""

    epoch: int
    subscription: Subscription
    again: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """Asked over REST during a silence: were there trades that the stream did not bring?"""

    epoch: int
    missed: bool | None  # None: the question could not be answered


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed: the last data came at `data_at`; this tick itself came `late` seconds late."""

    data_at: float
    late: float = 0.0


Event = (
    Start | Stop | RetryNow | Want | DialGranted | Opened | Lost | DataSeen
    | Replied | Ponged | Leaving | Synced | Forgotten | Checked | Tick
)  # fmt: skip

# Effects: what to do.


@dataclass(frozen=True, slots=True)
class AskDial:
    """Ask the budget for a turn, or whether the one `reserved` still holds; DialGranted answers."""

    reserved: bool = False


@dataclass(frozen=True, slots=True)
class Dial:
    epoch: int


@dataclass(frozen=True, slots=True)
class Send:
    text: str


@dataclass(frozen=True, slots=True)
class SendPing:
    epoch: int


@dataclass(frozen=True, slots=True)
class Hang:
    """End the socket: with a closing handshake, or at once when it is given up as dead."""

    gracefully: bool


@dataclass(frozen=True, slots=True)
class Lapse:
    """From now on candles may be missed, until the next Sync is done."""


@dataclass(frozen=True, slots=True)
class Sync:
    """Load or repair the history of these, then answer Synced for each."""

    subscriptions: frozenset[Subscription]


@dataclass(frozen=True, slots=True)
class Check:
    """Ask over REST whether these had trades since the last data; answer Checked."""

    subscriptions: frozenset[Subscription]


@dataclass(frozen=True, slots=True)
class Reject:
    subscription: Subscription
    reason: str


Effect = AskDial | Dial | Send | SendPing | Hang | Lapse | Sync | Check | Reject


@dataclass(frozen=True, slots=True)
class Rules:
    """What does not change while a connection lives."""

    exchange: Exchange
    settings: ConnectionSettings
    random: Random
