"""What moves the streams on with the exchange's clock and sends their frames to the clients."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from operator import attrgetter
from random import Random

from tui.simulator.dialect import Dialect, Said
from tui.simulator.faults import Burst, Faults, Forget, OfCandles, Stall
from tui.simulator.frame import Frame
from tui.simulator.ledger import Ledger
from tui.simulator.records import Records
from tui.simulator.session import Session
from tui.simulator.streams import Stream
from tui.simulator.wire import Wire

_log = logging.getLogger(__name__)
_STEP = 0.05  # seconds of real time between two looks at the clock


_time = attrgetter("time")


class Broadcast:
    """All streams that were asked for, and the sessions that hear them."""

    def __init__(self, dialect: Dialect, ledger: Ledger, faults: Faults, rng: Random) -> None:
        self.sessions: set[Session] = set()
        self._dialect = dialect
        self._clock = dialect.world.clock
        self._records = Records(ledger, self._clock)
        self._faults = faults
        self._wire = Wire(faults, time.monotonic, rng, dialect.revised)
        self._streams: dict[str, Stream] = {}
        self._now = self._clock()  # all streams have been sent up to here, ms UTC

    def greet(self, session: Session) -> None:
        """Take in one who has just connected."""
        self.sessions.add(session)
        self._tell(session, session.conversation.greeting(self._now))
        self._open_streams(session)

    def hear(self, session: Session, text: str) -> None:
        """Answer a message; begin the streams that it asks for and nobody did before."""
        self._tell(session, session.conversation.answer(text, self._now))
        self._open_streams(session)

    def _tell(self, session: Session, said: Iterable[Said]) -> None:
        forgets, stalled = self._faults.active(Forget), bool(self._faults.active(Stall))
        for message in said:
            if not isinstance(message, Frame):
                session.say(message)
            elif not stalled and session.hears(message.stream, forgets):
                session.publish(message)

    def _open_streams(self, session: Session) -> None:
        for name in session.conversation.streams:
            if name not in self._streams:
                stream = self._dialect.open(name, self._records)
                if stream:
                    self._streams[name] = stream

    def plan(self, fault: OfCandles) -> None:
        """Let a fault meet the forming candle and those after it of the streams it means."""
        for name, stream in self._streams.items():
            interval = stream.interval
            if interval and fault.symbol in (None, stream.symbol):
                start = interval.floor(self._clock())
                self._wire.plan(fault, name, start, interval.after(start, fault.candles))

    def lift(self) -> None:
        """Forget the plans."""
        self._wire.lift()

    async def run(self) -> None:
        """The one task that moves all streams; it follows the clock, it does not count sleeps."""
        real = time.monotonic()
        try:
            while True:
                await asyncio.sleep(_STEP)
                before, self._now = self._now, max(self._now, self._clock())
                real_before, real = real, time.monotonic()
                stalled = bool(self._faults.active(Stall))
                if not stalled:
                    self._repeat(real_before, real)
                if self._now > before:
                    self._advance(before, stalled)
                self._send(stalled)
                if self._now > before and not stalled:
                    self._idle()
        except Exception:  # nobody awaits this task while it runs: say at once that it ended
            _log.exception("The simulated market stands still.")
            raise

    def _advance(self, before: int, stalled: bool) -> None:
        self._records.advance(self._now)
        frames: list[Frame] = []
        watched = {name for session in self.sessions for name in session.conversation.streams}
        for name, stream in list(self._streams.items()):
            if name not in watched:
                # Of those that candles are taken from a fault may be planned for who comes back.
                if stream.interval is None:
                    del self._streams[name]
            elif not stalled:
                frames += stream.advance(before, self._now)
        for frame in sorted(frames, key=_time):
            self._wire.put(frame)

    def _send(self, stalled: bool) -> None:
        forgets = self._faults.active(Forget)
        for frame in self._wire.take():
            for session in () if stalled else self.sessions:
                if session.hears(frame.stream, forgets):
                    session.publish(frame)

    def _idle(self) -> None:
        for session in self.sessions:
            self._tell(session, session.conversation.idle(self._now))

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
