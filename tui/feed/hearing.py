"""What an exchange says besides data, as a signal to the reducer."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from tui.feed import signals as on
from tui.feed.faults import Fault
from tui.feed.secret import Secret
from tui.market.events import (
    Ack,
    Inventory,
    LoggedIn,
    LoginRefused,
    Malformed,
    Ping,
    Pong,
    Refusal,
    Reply,
    ServerClosing,
)

T = TypeVar("T")


def unrepeated(said: T, shown: Secret | None) -> T:
    """What the exchange says, also when it hangs up, without the token that it was shown."""
    if not shown or not isinstance(said, Fault | LoginRefused | Malformed | Refusal):
        return said
    if isinstance(said, Fault):
        said = replace(said, close_reason=shown.hide_in(said.close_reason))
    return replace(said, reason=shown.hide_in(said.reason))


def signal_of(event: Reply, epoch: int) -> on.Event:
    """What `event`, heard on the socket of `epoch`, means to its connection."""
    match event:
        case Ack() | Refusal() | Inventory():
            return on.Replied(epoch, event)
        case LoggedIn():
            return on.TokenTaken(epoch)
        case LoginRefused(reason):
            return on.TokenRefused(epoch, reason)
        case Ping(reply):
            return on.Pinged(epoch, reply)
        case Pong(number):
            return on.Ponged(epoch, number)
        case ServerClosing():
            return on.Leaving(epoch)
