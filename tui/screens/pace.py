"""How often to draw: as asked, and less often while the terminal cannot keep up."""

from __future__ import annotations

_SLOWEST = 1.0
_TOLERANCE = 0.5


class Pace:
    """The time between frames, in seconds, between 1/`rate` and one second."""

    def __init__(self, rate: float) -> None:
        self.fastest = 1 / rate
        self.delay = self.fastest

    def woke(self, after: float) -> None:
        """A frame that was due after `delay` came `after` seconds.

        A late one means that the loop was held up, mostly by a terminal that does not take
        what is written: the delay doubles. Each punctual one wins a tenth back.
        """
        late = after - self.delay > self.delay * _TOLERANCE
        wanted = self.delay * (2 if late else 0.9)
        self.delay = min(_SLOWEST, max(self.fastest, wanted))
