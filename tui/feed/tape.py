"""The newest trades of a subscription, kept for who watches them."""

from __future__ import annotations

from collections import deque

from tui.market.events import Trade

LENGTH = 200


class Tape:
    """The last LENGTH trades that the stream brought while there were `watchers`, oldest first.

    A trade with an id that is not newer than the last one is a repetition. Ids that jump, where
    there are some, tell that trades between were lost.
    """

    def __init__(self) -> None:
        self.watchers = 0
        self._trades: deque[Trade] = deque(maxlen=LENGTH)

    @property
    def trades(self) -> tuple[Trade, ...]:
        """As of now."""
        return tuple(self._trades)

    def add(self, trade: Trade) -> None:
        """The stream brought this."""
        if not self._is_known(trade):
            self._trades.append(trade)

    def _is_known(self, trade: Trade) -> bool:
        newest = self._trades[-1].last_id if self._trades else None
        return newest is not None and trade.last_id is not None and trade.last_id <= newest
