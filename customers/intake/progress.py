"""How far an intake is, on one line of a terminal, or now and then as a line of a log."""

from collections.abc import Callable
from typing import Protocol

from customers.intake.run import Progress

WORDS = {
    "LOOK": "Looking at the files", "READ": "Reading", "CHECK": "Checking", "CUSTOMERS": "Entering customers",
    "LINES": "Entering products", "COMPLAINTS": "Entering complaints", "INTERACTIONS": "Entering interactions",
    "FINISH": "Finishing",
}  # fmt: skip
_WIDTH = 24


class Writer(Protocol):
    """Where lines go."""

    def write(self, text: str, *, ending: str = "\n") -> None:
        """Write a text."""

    def flush(self) -> None:
        """Show what was written."""


class ProgressLine:
    """Draws a bar with rows, rate and time left; without a terminal, a plain line every few seconds."""

    def __init__(self, out: Writer, *, is_terminal: bool, clock: Callable[[], float]) -> None:
        self.out = out
        self.is_terminal = is_terminal
        self.clock = clock
        self.every = 0.2 if is_terminal else 5.0
        self._step = ""
        self._since = clock()
        self._shown = 0.0
        self._drawn = False

    def show(self, progress: Progress) -> None:
        """Take note; draw when it is time or a new step begins."""
        now = self.clock()
        is_new = progress.step != self._step
        if is_new:
            self._step, self._since = progress.step, now
        if not is_new and now - self._shown < self.every:
            return
        self._shown = now
        text = told(progress, now - self._since)
        if self.is_terminal:
            self.out.write(f"\r\x1b[K{text}", ending="")
            self.out.flush()
            self._drawn = True
        else:
            self.out.write(text)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._drawn:
            self.out.write("\r\x1b[K", ending="")
            self._drawn = False


def told(progress: Progress, seconds: float) -> str:
    """One line: the step, and as far as they are known the bar, rows, rate and time left."""
    words = WORDS[progress.step]
    if not progress.done:
        return f"{words} …"
    rate = progress.done / seconds if seconds > 0.5 else 0.0
    parts = [f"{progress.done:,} rows"]
    if progress.total:
        part = min(progress.done / progress.total, 1.0)
        bar = "█" * round(part * _WIDTH)
        words += f" {bar:░<{_WIDTH}} {part:>4.0%}"
        parts = [f"{progress.done:,} of {progress.total:,} rows"]
    if rate:
        parts.append(f"{rate:,.0f} a second")
        if progress.total:
            parts.append(f"{_clock(max(progress.total - progress.done, 0) / rate)} left")
    return f"{words}  {', '.join(parts)}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
