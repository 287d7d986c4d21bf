"""What moves the streams on with the exchange's clock and sends their frames to the clients."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from random import Random

from tui.simulator.faults import Burst, Faults, Forget, OfCandles, Stall
from tui.simulator.ledger import Ledger
from tui.simulator.market import Market
from tui.simulator.session import Session
from tui.simulator.streams import KlineStream, Stream, open_stream
from tui.simulator.wire import Wire

_log = logging.getLogger(__name__)
_STEP = 0.05  # seconds of real time between two looks at the clock


class Broadcast:
    """All streams that were asked for, and the sessions that hear them; `clock` is in ms UTC."""

    def __init__(
        self,
        market_of: Callable[[str], Market | None],
        ledger: Ledger,
        clock: Callable[[], int],
        faults: Faults,
        rng: Random,
    ) -> None:
        self.sessions: set[Session] = set()
        self._market_of = market_of
        self._ledger = ledger
        self._clock = clock
        self._faults = faults
        self._wire = Wire(faults, time.monotonic, rng)
        self._streams: dict[str, Stream] = {}

    def open_streams(self, session: Session) -> None:
        """Begin what this session asked for and nobody before it."""
        for name in session.subscriptions.streams:
            if name not in self._streams:
                stream = open_stream(name, self._market_of, self._ledger, self._clock())
                if stream:
                    self._streams[name] = stream

    def plan(self, fault: OfCandles) -> None:
        """Let a fault meet the forming candle and those after it of the streams it means."""
        for name, stream in self._streams.items():
            if isinstance(stream, KlineStream) and fault.symbol in (None, stream.symbol):
                start = stream.interval.floor(self._clock())
                self._wire.plan(fault, name, start, stream.interval.after(start, fault.candles))

    def lift(self) -> None:
        """Forget the plans."""
        self._wire.lift()

    async def run(self) -> None:
        """The one task that moves all streams; it follows the clock, it does not count sleeps."""
        now, real = self._clock(), time.monotonic()
        try:
            while True:
                await asyncio.sleep(_STEP)
                before, now = now, max(now, self._clock())
                real_before, real = real, time.monotonic()
                stalled = bool(self._faults.active(Stall))
                if not stalled:
                    self._repeat(real_before, real)
                if now > before:
                    self._advance(before, now, stalled)
                self._send(stalled)
        except Exception:  # nobody awaits this task while it runs: say at once that it ended
            _log.exception("The simulated market stands still.")
            raise

    def _advance(self, before: int, now: int, stalled: bool) -> None:
        watched = {name for session in self.sessions for name in session.subscriptions.streams}
        for name, stream in list(self._streams.items()):
            if name not in watched and not isinstance(stream, KlineStream):
                del self._streams[name]
            for frame in stream.advance(before, now, name in watched and not stalled):
                if not stalled:
                    self._wire.put(frame)

    def _send(self, stalled: bool) -> None:
        forgets = self._faults.active(Forget)
        for frame in self._wire.take():
            for session in () if stalled else self.sessions:
                if session.hears(frame.stream, forgets):
                    session.publish(frame)

    def _repeat(self, before: float, now: float) -> None:
        """Send what bursts ask for between two times in monotonic seconds.

        They come before this turn's frames, since those are not on the wire when it ends.
        """
        rate = sum(burst.rate for burst in self._faults.active(Burst))
        count = int(rate * now) - int(rate * before)
        forgets = self._faults.active(Forget)
        for session in self.sessions if count else ():
            heard = [f for f in self._wire.newest if session.hears(f.stream, forgets)]
            session.repeat(heard, count // len(self.sessions))
