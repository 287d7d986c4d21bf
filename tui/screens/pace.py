"""How often to draw: as asked, less often while this machine is late or nobody looks."""

from __future__ import annotations

_SLOWEST = 1.0
_TOLERANCE = 0.5


class Pace:
    """The time between frames, in seconds, between 1/`rate` and one second.

    `focused` is False while the terminal says that another window has the keys.
    """

    def __init__(self, rate: float) -> None:
        self.focused = True
        self.use(rate)

    def use(self, rate: float) -> None:
        """Draw `rate` times a second at most."""
        self._fastest = self._wanted = 1 / rate

    @property
    def delay(self) -> float:
        """Seconds until the next frame."""
        return self._wanted if self.focused else _SLOWEST

    def woke(self, after: float) -> None:
        """A frame that was due after `delay` came `after` seconds.

        A late one means that the loop was held up: the delay doubles. Each punctual one wins a
        tenth back.
        """
        late = after - self.delay > self.delay * _TOLERANCE
        wanted = self._wanted * (2 if late else 0.9)
        self._wanted = min(_SLOWEST, max(self._fastest, wanted))
