"""What happens to a connection, and what is then to be done: the reducer's ins and outs.

Times are seconds of the monotonic clock. Events of a socket carry the epoch of its dial.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from tui.feed.faults import Fault
from tui.market.events import Ack, Inventory, Refusal
from tui.market.symbol import Subscription

# Events: what happened.


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
    """The budget has a turn for this dial in `wait` seconds.

    Turns before `own` seconds are none for this connection. `held` is what the host said when it
    asked not to be called for a while.
    """

    wait: float = 0.0
    own: float = 0.0
    held: str = ""


@dataclass(frozen=True, slots=True)
class TurnMoved:
    """The dial that waits has another turn, at `until`."""

    until: float


@dataclass(frozen=True, slots=True)
class Reachable:
    """Another connection to the same exchange has become live."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The machine slept: the socket is dead, whatever it looks like."""


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
class TokenSent:
    """Our token went out; it needs a successor at `renew_at`."""

    epoch: int
    renew_at: float = inf


@dataclass(frozen=True, slots=True)
class TokenTaken:
    epoch: int


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """The exchange does not take our token."""

    epoch: int
    reason: str


@dataclass(frozen=True, slots=True)
class TokenMissing:
    """There is no token to send."""

    epoch: int
    reason: str


@dataclass(frozen=True, slots=True)
class DataSeen:
    epoch: int


@dataclass(frozen=True, slots=True)
class Spoilt:
    """For a while most of what came could not be read; `flaw` is what was wrong with the last."""

    epoch: int
    flaw: str


@dataclass(frozen=True, slots=True)
class Replied:
    epoch: int
    reply: Ack | Refusal | Inventory


@dataclass(frozen=True, slots=True)
class Pinged:
    """The exchange wants `reply` back at once."""

    epoch: int
    reply: str


@dataclass(frozen=True, slots=True)
class Ponged:
    """Our ping `id` was answered (None: it is not said which)."""

    epoch: int
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Inquire:
    """A person asks the exchange what this connection is subscribed to."""


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
    Start | Stop | RetryNow | Want | DialGranted | TurnMoved | Reachable | Resumed | Opened | Lost
    | TokenSent | TokenTaken | TokenRefused | TokenMissing | DataSeen | Spoilt | Replied | Pinged
    | Ponged | Inquire | Leaving | Synced | Forgotten | Checked | Tick
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
class SendToken:
    """Show our token; a `fresh` one, since the last was not taken or nears its end."""

    epoch: int
    fresh: bool


@dataclass(frozen=True, slots=True)
class SendPing:
    """A ping of the protocol, or of the exchange's own making with `id`."""

    epoch: int
    id: int


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


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The exchange does not reply to what was asked for these; they are asked for again."""

    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Audited:
    """The exchange said what it sends: `missing` was held, and is asked for anew."""

    held: int
    missing: frozenset[Subscription]


@dataclass(frozen=True, slots=True)
class Dropped:
    """So many questions were not asked, or not answered."""

    count: int
    why: str


@dataclass(frozen=True, slots=True)
class Split:
    """What this connection carries is too much for one socket."""


Effect = (
    AskDial | Dial | Send | SendToken | SendPing | Hang | Lapse | Sync | Check | Reject
    | Unconfirmed | Audited | Dropped | Split
)  # fmt: skip
