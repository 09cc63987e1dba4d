"""Times as a reader sees them: figures hold UTC alone, and only tick labels are converted, here and in sight."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as time_of_day
from enum import StrEnum

STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)),
    *(86_400 * days for days in (1, 2, 3, 5, 7, 14, 30)),
)
"""Distances that ticks may have in seconds, all of them round on a clock."""

MINUTE = timedelta(minutes=1)
MIDNIGHT = time_of_day(0)


class Zone(StrEnum):
    """The clocks on offer for tick labels."""

    UTC = "UTC"
    UTC8 = "UTC+8"

    @property
    def offset(self) -> timedelta:
        """What this clock is ahead of UTC."""
        return timedelta(hours=8 if self is Zone.UTC8 else 0)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Where ticks stand (aware UTC), what they say on the clock of ``zone``, and the label of that row of ticks.

    ``title`` names the clock and, where the whole window lies in one day of it, the day; else the ticks name the days.
    """

    zone: Zone
    at: tuple[datetime, ...]
    text: tuple[str, ...]
    title: str


def ticks(start: datetime, end: datetime, zone: Zone, most: int, bar: timedelta = MINUTE) -> Ticks:
    """At most ``most`` round ticks over ``[start, end]``, both UTC, no closer than the bars that are drawn.

    They stand at round times of UTC: 8 hours are whole hours, so both clocks share all ticks up to two hours apart.
    """
    step = _step(start, end, most, bar)
    shown = "%H:%M:%S" if step < MINUTE.seconds else "%H:%M"
    first = -(-int(start.timestamp()) // step) * step
    count = (int(end.timestamp()) - first) // step + 1
    at = tuple(datetime.fromtimestamp(first, UTC) + timedelta(seconds=step * i) for i in range(count))
    last_bar = max(start, end - bar)
    days = {on_clock(start, zone).date(), on_clock(last_bar, zone).date()}
    if len(days) == 1:
        return Ticks(zone, at, tuple(f"{on_clock(time, zone):{shown}}" for time in at), f"{zone}, {day(days.pop())}")
    if all(on_clock(time, zone).time() == MIDNIGHT for time in at):
        return Ticks(zone, at, tuple(day(on_clock(time, zone).date()) for time in at), str(zone))
    text = []
    before: date | None = None
    for time in at:
        local = on_clock(time, zone)
        text.append(f"{local:{shown}}" if local.date() == before else f"{day(local.date())} {local:{shown}}")
        before = local.date()
    return Ticks(zone, at, tuple(text), str(zone))


def on_clock(time: datetime, zone: Zone) -> datetime:
    """The one conversion of an instant to another clock, for labels only."""
    return time.astimezone(timezone(zone.offset, str(zone)))


def day(date_: date) -> str:
    """A day as ticks and tables name it.

    >>> day(date(2025, 10, 9))
    '9 Oct'
    """
    return f"{date_.day} {date_:%b}"


def naive(time: datetime) -> str:
    """An instant as plotly wants it: UTC, without its zone."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _step(start: datetime, end: datetime, most: int, bar: timedelta) -> int:
    length, least = (end - start).total_seconds(), min(bar, MINUTE).total_seconds()
    steps = (step for step in STEPS_S if step >= least and length / step <= most)
    return next(steps, STEPS_S[-1] * 12)


def short(text: str) -> str:
    """A tick that names its day goes without its time: "11 Mar 00:00" is too long for a panel or a phone.

    >>> short("11 Mar 00:00"), short("21:20")
    ('11 Mar', '21:20')
    """
    day, _, time = text.rpartition(" ")
    return day if day and time == "00:00" else text
