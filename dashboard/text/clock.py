"""Times and ticks on the reader's clock: figures hold UTC, only labels are converted."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from datetime import time as time_of_day
from enum import StrEnum

TICK_STEPS_S = (
    *(1, 2, 5, 10, 15, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720)),
    *(86_400 * days for days in (1, 2, 3, 5, 7, 14, 30)),
)
"""Possible distances of ticks in seconds."""

MINUTE = timedelta(minutes=1)
MIDNIGHT = time_of_day(0)


class Zone(StrEnum):
    """The time zones of labels."""

    UTC = "UTC"
    UTC8 = "UTC+8"

    @property
    def offset(self) -> timedelta:
        """The offset from UTC."""
        return timedelta(hours=8 if self is Zone.UTC8 else 0)

    @property
    def tzinfo(self) -> tzinfo:
        """The zone as `datetime` takes it."""
        return TIME_ZONES[self]


TIME_ZONES = {zone: UTC if zone is Zone.UTC else timezone(zone.offset, zone.value) for zone in Zone}
"""The zones as `datetime` takes them: a page has a hundred times, and each would build its zone anew."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Times of ticks (aware UTC), their labels in ``zone``, and the title of the axis.

    ``title`` names the zone and, where the whole window lies in one day of it, the day; else the labels name the days.
    """

    zone: Zone
    times: tuple[datetime, ...]
    labels: tuple[str, ...]
    title: str


def build_ticks(start: datetime, end: datetime, zone: Zone, max_ticks: int, bar: timedelta = MINUTE) -> Ticks:
    """At most ``max_ticks`` round ticks over ``[start, end]``, both UTC, no closer than one ``bar``.

    Ticks are at round times of UTC; up to two hours apart these are round in UTC+8 as well.
    """
    step = _choose_step(start, end, max_ticks, bar)
    time_format = "%H:%M:%S" if step < MINUTE.seconds else "%H:%M"
    first_s = -(-int(start.timestamp()) // step) * step
    count = (int(end.timestamp()) - first_s) // step + 1
    times = tuple(datetime.fromtimestamp(first_s, UTC) + timedelta(seconds=step * i) for i in range(count))
    last_bar = max(start, end - bar)
    days = {convert_to_zone(start, zone).date(), convert_to_zone(last_bar, zone).date()}
    if len(days) == 1:
        return Ticks(
            zone,
            times,
            tuple(f"{convert_to_zone(time, zone):{time_format}}" for time in times),
            f"{zone}, {format_day(days.pop())}",
        )
    if all(convert_to_zone(time, zone).time() == MIDNIGHT for time in times):
        return Ticks(zone, times, tuple(format_day(convert_to_zone(time, zone).date()) for time in times), str(zone))
    labels = []
    previous_day: date | None = None
    for time in times:
        local = convert_to_zone(time, zone)
        labels.append(
            f"{local:{time_format}}"
            if local.date() == previous_day
            else f"{format_day(local.date())} {local:{time_format}}"
        )
        previous_day = local.date()
    return Ticks(zone, times, tuple(labels), str(zone))


def convert_to_zone(time: datetime, zone: Zone) -> datetime:
    """An instant on the clock of a zone, for labels."""
    return time.astimezone(zone.tzinfo)


def format_day(date_of_day: date) -> str:
    """A day without its year.

    >>> format_day(date(2025, 10, 9))
    '9 Oct'
    """
    return f"{date_of_day.day} {date_of_day:%b}"


def format_naive(time: datetime) -> str:
    """An instant as plotly wants it: UTC, without its zone."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _choose_step(start: datetime, end: datetime, max_ticks: int, bar: timedelta) -> int:
    length, shortest_step = (end - start).total_seconds(), min(bar, MINUTE).total_seconds()
    steps = (step for step in TICK_STEPS_S if step >= shortest_step and length / step <= max_ticks)
    return next(steps, TICK_STEPS_S[-1] * 12)


def shorten_tick(text: str) -> str:
    """The label of a tick at midnight without its time, for narrow axes.

    >>> shorten_tick("11 Mar 00:00"), shorten_tick("21:20")
    ('11 Mar', '21:20')
    """
    day_text, _, time_text = text.rpartition(" ")
    return day_text if day_text and time_text == "00:00" else text
