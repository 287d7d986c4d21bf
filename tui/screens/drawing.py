"""What the status bar says about the drawing itself: how fast, and why not faster."""

from __future__ import annotations

from tui.chart.picture import Run

_SLOW = 1.0


class Drawing:
    """Remarks for the status bar; `shows_traffic` adds what the terminal is sent."""

    def __init__(self) -> None:
        self.shows_traffic = False
        self._taken = 0
        self._asked_at = 0.0

    def remarks(self, now: float, taken: int, late: float, focused: bool) -> tuple[Run, ...]:
        """The remarks at the monotonic time `now`.

        `taken` is how many bytes the terminal has taken since the start, `late` how many seconds
        the oldest part of the screen is behind.
        """
        rate = (taken - self._taken) / max(now - self._asked_at, 1e-3)
        self._taken, self._asked_at = taken, now
        found: list[Run] = []
        if not focused:
            found.append(("not in focus: 1 frame/s", "late"))
        if late > _SLOW:
            found.append((f"slow terminal: charts {late:.0f} s late", "late"))
        if self.shows_traffic:
            found.append((f"{rate / 1_000:.1f} kB/s", "muted"))
        return tuple(found)
