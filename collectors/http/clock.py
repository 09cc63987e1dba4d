"""The clock of a venue: this machine's, corrected by the times that the venue's responses bear."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_OFFSET = timedelta(seconds=5)
"""A larger difference between this machine's clock and that of a venue is reported."""

DATE_RESOLUTION = timedelta(seconds=1)
"""The header has whole seconds, rounded down."""


class VenueClock:
    """Reads the time of a venue; ``offset`` is what it is ahead of this machine's clock, None before it is known."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.offset: timedelta | None = None

    def read(self) -> datetime:
        """The present time by the venue's clock; by this machine's where no response had a time."""
        return self._now() + (self.offset or timedelta())

    def note_headers(self, headers: Mapping[str, str]) -> None:
        """Compare the clocks by the headers of a response that has just come, if they have a valid Date.

        A response of a cache has the Date of when it was made; its Age is what has passed since.
        """
        lowered = {name.lower(): value for name, value in headers.items()}
        age = lowered.get("age", "").strip()
        try:
            date = parsedate_to_datetime(lowered.get("date", ""))
        except (TypeError, ValueError):
            return
        age_s = int(age) if age.isascii() and age.isdigit() else 0
        self.note_time(date.astimezone(UTC) + timedelta(seconds=age_s), DATE_RESOLUTION)

    def note_time(self, time: datetime, resolution: timedelta = timedelta()) -> None:
        """Compare the clocks by a time of the venue, rounded down to ``resolution``, in a response that has just come.

        Of several comparisons the one with the latest time counts: a slow response only makes the venue seem behind.
        """
        now = self._now()
        offset = time - now if time > now else min(time + resolution - now, timedelta())
        self.offset = offset if self.offset is None else max(self.offset, offset)


def describe_offsets(offsets: Iterable[tuple[str, timedelta | None]]) -> str:
    """A note on the venues whose time differs by more than `MAX_OFFSET` from this machine's; empty without one.

    >>> describe_offsets([("okx", timedelta(seconds=-90)), ("upbit", timedelta(seconds=-89)), ("gate", timedelta())])
    "this machine's clock is 90 s ahead of okx, upbit: the venues' time decides which candles are final"
    """
    known = sorted({(venue, offset) for venue, offset in offsets if offset is not None and abs(offset) > MAX_OFFSET})
    parts = []
    for word, deviating in (
        ("ahead of", [item for item in known if item[1] < timedelta()]),
        ("behind", [item for item in known if item[1] > timedelta()]),
    ):
        if deviating:
            seconds = max(abs(offset) for _, offset in deviating).total_seconds()
            parts.append(f"{seconds:.0f} s {word} {', '.join(dict.fromkeys(venue for venue, _ in deviating))}")
    clock = "this machine's clock is"
    return f"{clock} {' and '.join(parts)}: the venues' time decides which candles are final" if parts else ""
