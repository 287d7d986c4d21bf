"""What an exchange says besides data, as a signal to the reducer."""

from __future__ import annotations

from tui.feed import signals as on
from tui.market.events import (
    Ack,
    Inventory,
    LoggedIn,
    LoginRefused,
    Ping,
    Pong,
    Refusal,
    Reply,
    ServerClosing,
)


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
