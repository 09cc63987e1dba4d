"""The right column of the picture: every venue against the votes of a group, a row each, with its deepest close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.clock import day
from dashboard.deviations import signed_percent
from dashboard.scales import Scale, short_price, signed, steps
from dashboard.scene import Scene
from dashboard.style import DASH, TIMES
from dashboard.words import market_name
from data.schema import Timeframe
from deviation.episodes import Direction
from deviation.grid import Axis
from deviation.headline import minutes_text, side, split_words
from deviation.question import TOLERANCE, Group
from deviation.result import Measurement, Row
from deviation.summary import THRESHOLDS_PCT, Summary

STRETCH = 1.5
"""How many times as deep as the deepest close the scale goes for the sake of a lowest trade."""

MOST_GAPS = 4
"""Venues that `gaps` names."""

TICK_APART = 33.0
"""Pixels between ticks on the strip of dots at which their texts do not meet."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A venue against a group, as it is written and drawn; values in per cent, None where undefined.

    ``depth`` is the deepest close, ``sure`` the order-proof depth, ``wick`` the bounds of the lowest trade (shallow,
    deep), ``height`` the highest close where the venue stood above rather than below. ``thin``: there was no firm
    minute, depth and count are of thin ones. ``quiet``: not ranked, hence grey.
    """

    name: str
    colour: str
    bold: bool
    depth: float | None
    sure: float | None
    wick: tuple[float, float] | None
    height: float | None
    thin: bool
    depth_text: str
    count: str
    low: str
    low_at: str
    volume: str


@dataclass(frozen=True, slots=True)
class Table:
    """One block: its title and its entries."""

    title: str
    entries: tuple[Entry, ...]


def table(scene: Scene, group: Group) -> Table:
    """The venues of a group, deepest first and unranked ones last; the focus venue on top if it is of the other."""
    measurement = scene.measurement
    question, focus = measurement.question, scene.focus
    if question.underlying is not None:
        rows = [row for row in measurement.rows if row.against[group].firm_min or row.against[group].thin.minutes]
        return Table(
            f"Against fair value by {group.upper()} exchanges", tuple(_entry(scene, row, group) for row in rows)
        )
    rows = sorted((row for row in measurement.rows if row.market.group is group), key=lambda row: _order(scene, row))
    if focus is not None and focus.market.group is not group:
        rows.insert(0, focus)
    return Table(f"Against {group.upper()} exchanges", tuple(_entry(scene, row, group) for row in rows))


def _order(scene: Scene, row: Row) -> tuple[bool, bool, float, str]:
    depth = row.own.depth
    unranked = scene.measurement.ranks[row.market].why is not None
    return (unranked and row is not scene.focus, depth is None, 0.0 if depth is None else depth, row.market.venue)


def _entry(scene: Scene, row: Row, group: Group) -> Entry:
    measurement, summary = scene.measurement, row.against[group]
    bold = row is scene.focus
    thin = summary.firm_min == 0 and summary.thin.minutes > 0
    depth = summary.thin.depth if thin else summary.depth
    enter = measurement.question.parameters.enter - TOLERANCE
    above = side(summary) is Direction.ABOVE and (summary.height or 0.0) >= enter
    grey = not bold and measurement.ranks[row.market].why is not None
    colour = scene.focus_colour if bold else scene.colours.muted if grey else scene.colours.ink
    return Entry(
        name=_name(scene, row, group),
        colour=colour,
        bold=bold,
        depth=_percent(depth),
        sure=_percent(summary.sure_depth),
        wick=_wick(summary),
        height=_percent(summary.height) if above else None,
        thin=thin,
        depth_text=DASH if depth is None else signed_percent(depth),
        count=_count(summary, thin=thin),
        low="" if row.low is None else short_price(row.low),
        low_at="" if row.low_at is None else minute(measurement.axis, row.low_at),
        volume=dollars(row.volume_usd_before),
    )


def _name(scene: Scene, row: Row, group: Group) -> str:
    """The venue; the block says of which group, but for a guest from the other one that has a market here, too."""
    name = scene.catalogue.venue(row.market.venue).name
    if not row.spot:
        return f"{name} perpetual"
    twins = [other for other in scene.measurement.rows_of(row.market.venue) if other.spot]
    guest = row.market.group is not group and scene.measurement.question.underlying is None
    return f"{name} ({row.market.group.upper()})" if guest and len(twins) > 1 else name


def _count(summary: Summary, *, thin: bool) -> str:
    if thin:
        return f"({minutes_text(summary.thin.below_min)} of {minutes_text(summary.thin.minutes)})"
    if not summary.firm_min:
        return DASH
    return f"{minutes_text(summary.below_min)} of {minutes_text(summary.firm_min)}"


def _wick(summary: Summary) -> tuple[float, float] | None:
    if summary.wick_shallow is None or summary.wick_deep is None:
        return None
    return 100 * summary.wick_shallow, 100 * summary.wick_deep


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def minute(axis: Axis, position: int) -> str:
    """A minute of the window: its time alone where the window is no longer than a day, else with its day."""
    time = axis.time(position)
    if axis.size * axis.bar > timedelta(days=1):
        return f"{time.day} {time:%b}"
    return f"{time:%H:%M:%S}" if axis.timeframe is Timeframe.S1 else f"{time:%H:%M}"


def dollars(amount: float) -> str:
    """An amount of dollars in few letters.

    >>> dollars(12_345_678), dollars(950)
    ('$12M', '$950')
    """
    if amount <= 0:
        return DASH
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if amount >= 0.9995 * size:
            value = amount / size
            return f"${value:.1f}{letter}" if value < 9.95 else f"${value:,.0f}{letter}"  # noqa: PLR2004 - rounds to 10
    return f"${amount:.0f}"


def scale_of(tables: Sequence[Table], measurement: Measurement, width: float) -> Scale:
    """The shared scale of all dots, in per cent: from ``-enter`` at the least, and above zero only where needed.

    It is made for closes: the bounds of a lowest trade stretch it a little, but may end beyond it. ``width`` is its
    length in pixels, which says how many ticks there is room for.
    """
    low, high = _reach(tables, measurement)
    ladders = (steps(low, high, most) for most in range(4, 0, -1))
    at = next((at for at in ladders if _apart(at, low, high) * width >= TICK_APART), ())
    at = at or steps(low, high, 1)
    return Scale(low, high, log=False, ticks=at, text=tuple(signed(value) for value in at))


def beyond(tables: Sequence[Table], measurement: Measurement) -> bool:
    """Whether the bounds of any lowest trade end beyond the scale."""
    low, _ = _reach(tables, measurement)
    return any(entry.wick is not None and entry.wick[1] < low for one in tables for entry in one.entries)


def _reach(tables: Sequence[Table], measurement: Measurement) -> tuple[float, float]:
    """The ends of the scale."""
    enter = 100 * measurement.question.parameters.enter
    entries = [entry for one in tables for entry in one.entries]
    closes = [value for entry in entries for value in (entry.depth, entry.sure, entry.height) if value is not None]
    wicks = [value for entry in entries for value in entry.wick or ()]
    deepest = min([-enter, *closes])
    least, greatest = max(min([deepest, *wicks]), STRETCH * deepest), max([0.0, *closes, *wicks])
    air = 0.06 * (greatest - least)
    return least - air, greatest + air


def _apart(at: Sequence[float], low: float, high: float) -> float:
    """Distance of two ticks as a share of the scale; 0 where there are no two."""
    return (at[1] - at[0]) / (high - low) if len(at) > 1 else 0.0


def trimmed(tables: Sequence[Table], most: int) -> tuple[list[Table], list[int]]:
    """The tables cut from their ends until they have ``most`` entries together, and how many each one lost.

    The longer table gives first; the focus venue stays.
    """
    kept = [list(one.entries) for one in tables]
    while sum(map(len, kept)) > most:
        longest = max(kept, key=len)
        quiet = [entry for entry in longest if not entry.bold]
        if not quiet:
            break
        longest.remove(quiet[-1])
    cut = [Table(one.title, tuple(entries)) for one, entries in zip(tables, kept, strict=True)]
    return cut, [len(one.entries) - len(entries) for one, entries in zip(tables, kept, strict=True)]


def threshold_counts(scene: Scene) -> list[tuple[str, ...]]:
    """How many firm minutes the focus venue was at or below each depth: a head, then a line per firm group.

    A group that it stood above, and never below, has no line: zeros would hide that it strayed.
    """
    row = scene.focus
    if row is None:
        return []
    lines = [
        (f"against {group.upper()}", *(minutes_text(summary.threshold_min[x]) for x in THRESHOLDS_PCT))
        for group in scene.groups
        for summary in [row.against[group]]
        if summary.firm_min and (summary.below_min or not summary.above_min)
    ]
    return [("", *(f"{x} %" for x in THRESHOLDS_PCT)), *lines] if lines else []


def gaps(scene: Scene) -> list[tuple[str, ...]]:
    """The venues that voted least, and what their other minutes were: a head, then a line for each.

    Nothing where every market voted in every minute.
    """
    measurement = scene.measurement
    rows = sorted(measurement.rows, key=lambda row: row.counts.voting_min)
    if not rows or rows[0].counts.voting_min == measurement.question.minutes:
        return []
    lines = [
        (
            market_name(row, measurement, scene.catalogue),
            *(minutes_text(n) for n in (row.counts.voting_min, row.counts.small_min, row.counts.quiet_min)),
            minutes_text(row.counts.missing_min),
        )
        for row in rows[:MOST_GAPS]
    ]
    return [("", "voting", "small", "quiet", "missing"), *lines]


def facts(scene: Scene) -> list[tuple[str, str]]:
    """What the fair value rests on, where there is one: name and value of each fact."""
    row = scene.focus
    if row is None or row.fair_value is None:
        return []
    value = row.fair_value
    if value.ratio is None or value.p5 is None or value.p95 is None:
        return [("Calm ratio", "none known: no fair value")]
    start, end = scene.measurement.question.ratio_span
    parts = row.split(row.market.group)
    words = () if parts is None else split_words(value.underlying, *parts)
    asset = scene.measurement.question.asset
    return [
        ("Fair value", f"{value.underlying} elsewhere {TIMES} calm ratio"),
        ("Calm ratio", f"{value.ratio:.5g} {value.underlying} per {asset}"),
        ("5 to 95 % range", f"{value.p5:.5g} to {value.p95:.5g}"),
        ("Minutes", f"{minutes_text(value.ratio_min)}, {_moment(start)} to {_moment(end)}"),
        ("Source", _source(scene, value.source or "")),
        *zip(("Deepest close", "times"), words, strict=False),
    ]


def _source(scene: Scene, source: str) -> str:
    venue, _, markets = source.partition(" ")
    return f"{scene.catalogue.venue(venue).name} {markets}"


def _moment(time: datetime) -> str:
    return f"{day(time.date())} {time:%H:%M}"
