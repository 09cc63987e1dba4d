"""The order of falls: when each market had fallen by so much, and which of two came first (docs/sequence.md).

Every time is a `Moment`, a span within which something happened: a whole bar, or less where finer prices are at hand.
Two moments whose spans overlap are tied: nothing says which came first.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from data.catalogue import Catalogue
from data.intervals import Span
from deviation.measurement import Measurement
from deviation.minute.markets import Market
from deviation.question import Group, Question
from deviation.report.json_output import REACHED_PCT
from deviation.result import MarketRow
from deviation.window.extremes import find_lowest_price

BOTTOM_WINDOW = "crash"
"""The window of an event in which the bottom is looked for, where the measured window contains it."""

LEVELS_PCT = REACHED_PCT
"""The falls, in per cent, of which the first bar is looked for."""

Key = TypeVar("Key", bound=Hashable)


class Resolution(StrEnum):
    """What narrows the span of a moment down: its bar alone, candles of a second, or the time of a trade."""

    BAR = "bar"
    SECOND = "second"
    LATEST_SECOND = "second at the latest"
    LATEST_TRADE = "trade at the latest"


class Order(StrEnum):
    """How one moment lies to another."""

    BEFORE = "before"
    AFTER = "after"
    TIED = "tied"


class PathMark(StrEnum):
    """The three moments of a quote group (docs/method.md, section 10)."""

    ONSET = "onset"
    RUN_START = "run_start"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: within ``[start, end)``, which lies in one bar."""

    start: datetime
    end: datetime
    resolution: Resolution = Resolution.BAR

    def compare(self, other: "Moment") -> Order:
        """How this moment lies to another; tied where their spans overlap."""
        if self.end <= other.start:
            return Order.BEFORE
        return Order.AFTER if other.end <= self.start else Order.TIED


FineTimes = Mapping[tuple[str, Market, int], Moment]
"""Moments within a bar by asset, market and level in per cent, for those that something finer than the bar is known
of."""


@dataclass(frozen=True, eq=False)
class MarketFalls:
    """The falls of one market: by level in per cent the moment at which its close had fallen by so much.

    Equal to itself alone. A level is None where the close never did. ``price_before``, in the quote, is the last vote
    of the hour before the window, from which falls are counted; None without one, and then every level is.
    """

    asset: str
    market: Market
    price_before: float | None
    moments: Mapping[int, Moment | None]


@dataclass(frozen=True, slots=True)
class GroupMarks:
    """The path of a quote group of one asset; None where no bar qualifies.

    The bottom is the one within ``bottom_span``.
    """

    asset: str
    group: Group
    moments: Mapping[PathMark, Moment | None]
    bottom_span: Span


@dataclass(frozen=True)
class OrderOfFalls:
    """The markets and quote groups of some assets over one window: by asset, group (`usdt` and `usd` first), venue."""

    measurements: tuple[Measurement, ...]
    markets: tuple[MarketFalls, ...]
    groups: tuple[GroupMarks, ...]
    assets: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "assets", tuple(item.question.asset for item in self.measurements))

    def select_markets(self, asset: str, group: Group) -> tuple[MarketFalls, ...]:
        """The markets of one group of an asset."""
        return tuple(falls for falls in self.markets if (falls.asset, falls.market.group) == (asset, group))

    def map_level(self, level: int) -> dict[MarketFalls, Moment | None]:
        """The markets of all assets with the moment at which each had fallen by so many per cent."""
        return {falls: falls.moments[level] for falls in self.markets}

    def find_marks(self, asset: str, group: Group) -> GroupMarks | None:
        """The path of a group of an asset; None where the group has no spot market."""
        return next((marks for marks in self.groups if (marks.asset, marks.group) == (asset, group)), None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether a market had fallen by so many per cent before a mark of a group.

    ``order`` is None where either has no moment.
    """

    falls: MarketFalls
    level: int
    marks: GroupMarks
    mark: PathMark
    order: Order | None


def order_falls(
    measurements: Sequence[Measurement], *, bottom_span: Span | None = None, fine_times: FineTimes | None = None
) -> OrderOfFalls:
    """When the markets of some assets fell, and the paths of their groups.

    Args:
        measurements: one for each asset, over the same window.
        bottom_span: where the bottom is looked for, if it overlaps the window; None for the whole window. Over a long
            window thin groups drift, so that the lowest price says little. A group whose price is lowest in the last
            bar of the span was still falling: its bottom is that of the whole window.
        fine_times: moments within a bar, see `analysis.fine_times`.
    """
    markets: list[MarketFalls] = []
    groups: list[GroupMarks] = []
    for measurement in measurements:
        span = _cut_to_window(measurement, bottom_span)
        for group in measurement.groups:
            rows = [row for row in measurement.rows if row.market.group == group]
            markets += [_build_falls(measurement, row, fine_times or {}) for row in rows]
            if group in measurement.paths:
                groups.append(_build_marks(measurement, group, span))
    return OrderOfFalls(tuple(measurements), tuple(markets), tuple(groups))


def find_bottom_span(catalogue: Catalogue, question: Question) -> Span | None:
    """The event's window of the fall, in which its bottom is looked for; None where the measured window is another.

    None without an event, without such a window of it, and where the measured window does not contain it.
    """
    window = None if question.event is None else catalogue.get_event(question.event).windows.get(BOTTOM_WINDOW)
    if window is None or not (question.start <= window.start and window.end <= question.end):
        return None
    return Span(window.start, window.end)


def compare_with_mark(order: OrderOfFalls, asset: str, mark: PathMark) -> tuple[Comparison, ...]:
    """Every market of the other assets, at every level, against a mark of each group of one asset."""
    return tuple(
        Comparison(falls, level, marks, mark, _compare(moment, marks.moments[mark]))
        for falls in order.markets
        if falls.asset != asset
        for level, moment in falls.moments.items()
        for marks in order.groups
        if marks.asset == asset
    )


def group_tied(moments: Mapping[Key, Moment | None]) -> tuple[tuple[Key, ...], ...]:
    """The keys in the order of their moments, those that cannot be told apart together; without those that have none.

    Spans that overlap through others between them stand together, too: moments of one bar, some of them known to the
    second, are then one tie, of which `Moment.compare` may still order two.
    """
    known = [(moment, key) for key, moment in moments.items() if moment is not None]
    ties: list[list[Key]] = []
    reach: datetime | None = None
    for moment, key in sorted(known, key=lambda item: (item[0].start, item[0].end)):
        if reach is None or moment.start >= reach:
            ties.append([])
            reach = moment.end
        ties[-1].append(key)
        reach = max(reach, moment.end)
    return tuple(tuple(tie) for tie in ties)


def _compare(first: Moment | None, second: Moment | None) -> Order | None:
    return None if first is None or second is None else first.compare(second)


def _cut_to_window(measurement: Measurement, span: Span | None) -> Span:
    question = measurement.question
    window = Span(question.start, question.end)
    if span is None or span.end <= window.start or window.end <= span.start:
        return window
    return Span(max(span.start, window.start), min(span.end, window.end))


def _build_falls(measurement: Measurement, row: MarketRow, fine_times: FineTimes) -> MarketFalls:
    asset = measurement.question.asset
    moments: dict[int, Moment | None] = {}
    for level in LEVELS_PCT:
        bar = build_bar_moment(measurement, row.find_fall(level / 100))
        moments[level] = bar if bar is None else fine_times.get((asset, row.market, level), bar)
    return MarketFalls(asset, row.market, row.price_before, moments)


def _build_marks(measurement: Measurement, group: Group, bottom_span: Span) -> GroupMarks:
    path, prices = measurement.paths[group], measurement.group_prices[group]
    positions = measurement.axis.locate_span(bottom_span.start, bottom_span.end)
    bottom = find_lowest_price(prices.prices[positions])
    if bottom is not None and bottom == positions.stop - positions.start - 1:
        # The price was still falling where the span ends: its lowest there is no bottom.
        bottom_span = Span(measurement.question.start, measurement.question.end)
        positions = slice(0, measurement.axis.size)
        bottom = path.bottom
    moments = {
        PathMark.ONSET: build_bar_moment(measurement, path.onset),
        PathMark.RUN_START: build_bar_moment(measurement, path.run_start),
        PathMark.BOTTOM: build_bar_moment(measurement, None if bottom is None else bottom + positions.start),
    }
    return GroupMarks(measurement.question.asset, group, moments, bottom_span)


def build_bar_moment(measurement: Measurement, position: int | None) -> Moment | None:
    """The bar at a position of the window; None stays None."""
    if position is None:
        return None
    axis = measurement.axis
    return Moment(axis.time_at(position), axis.time_at(position + 1))
