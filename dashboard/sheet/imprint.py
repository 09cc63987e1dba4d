"""What only the caller of a picture knows: its manifest, the link to its page or the command for it, and the day."""

from dataclasses import dataclass
from datetime import date

from dashboard.text.clock import format_day
from dashboard.text.numbers import NO_BREAK_SPACE


@dataclass(frozen=True, slots=True)
class Imprint:
    """Link, or command, and day in the source line of a picture, and the first digits of its manifest's hash.

    Each may be absent.
    """

    link: str = ""
    drawn_on: date | None = None
    manifest_hash: str = ""

    @property
    def day(self) -> str:
        """The day as text, which no line break splits; "" without one."""
        if self.drawn_on is None:
            return ""
        return f"{format_day(self.drawn_on)} {self.drawn_on.year}".replace(" ", NO_BREAK_SPACE)

    @property
    def parts(self) -> tuple[str, ...]:
        """What there is, as parts of a sentence."""
        manifest = f"manifest{NO_BREAK_SPACE}{self.manifest_hash}" if self.manifest_hash else ""
        return tuple(part for part in (manifest, self.link, self.day) if part)


NO_IMPRINT = Imprint()
"""A picture without manifest, link and day."""
