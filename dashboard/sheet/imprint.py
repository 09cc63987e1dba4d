"""What only the caller of a picture knows: the link to its page or the command for it, and the day it was drawn on."""

from dataclasses import dataclass
from datetime import date

from dashboard.text.clock import format_day
from dashboard.text.numbers import NO_BREAK_SPACE


@dataclass(frozen=True, slots=True)
class Imprint:
    """Link, or command, and day in the source line of a picture; either may be absent."""

    link: str = ""
    drawn_on: date | None = None

    @property
    def day(self) -> str:
        """The day as text, which no line break splits; "" without one."""
        if self.drawn_on is None:
            return ""
        return f"{format_day(self.drawn_on)} {self.drawn_on.year}".replace(" ", NO_BREAK_SPACE)


NO_IMPRINT = Imprint()
"""A picture without link and day."""
