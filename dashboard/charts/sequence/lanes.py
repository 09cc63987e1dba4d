"""The lanes of the chart: one for each market and one for each quote group's path, with what happened in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.order_of_falls import LEVELS_PCT, GroupMarks, MarketFalls, Moment, OrderOfFalls, PathMark
from dashboard.draw.scene import Scene
from dashboard.state.view import Theme
from dashboard.text.sequence import MARK_LABELS, describe_resolution, find_tied, format_moment, name_market
from deviation.measurement import Measurement
from deviation.question import Group

LEVEL_COLOURS = {
    Theme.LIGHT: dict(zip(LEVELS_PCT, ("#f0c27b", "#e2974d", "#c8623a", "#97382f", "#541a28"), strict=True)),
    Theme.DARK: dict(zip(LEVELS_PCT, ("#96603a", "#b5723a", "#d68d45", "#efb56b", "#ffe6bd"), strict=True)),
}
"""The colour of each level: the further the fall, the stronger it stands out from the paper."""

LEVEL_SIZES = dict(zip(LEVELS_PCT, (7.0, 9.0, 11.0, 13.0, 15.0), strict=True))
"""The size of each level's marker in pixels; levels of one minute lie within each other."""

MARK_SYMBOLS = {PathMark.ONSET: "circle-open", PathMark.RUN_START: "star", PathMark.BOTTOM: "triangle-down"}
"""The marker of each mark of a group, by plotly's name; the first two can be in one minute."""

MARK_SIZES = {PathMark.ONSET: 14.0, PathMark.RUN_START: 8.0, PathMark.BOTTOM: 11.0}
"""The size of each mark in pixels."""

PADDING = 0.04
"""Free space at either end of the chart, as a share of the time between the first mark and the last."""


MIN_RANGE = 20.0
"""The least number of bars that are drawn, if the window has as many."""


@dataclass(frozen=True, slots=True)
class LaneMark:
    """A marker of a lane: ``x`` is the middle of its moment in bars from the start of the window.

    ``text`` says what happened, ``time`` when. Either ``level`` or ``path_mark`` is set. ``is_tied``: with another
    market of its group at the same level.
    """

    x: float
    text: str
    time: str
    level: int | None = None
    path_mark: PathMark | None = None
    is_tied: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the chart; ``is_path`` for the path of a group, whose marks are those of its median."""

    name: str
    asset: str
    group: Group
    marks: tuple[LaneMark, ...]
    is_focus: bool = False
    is_path: bool = False


@dataclass(frozen=True, slots=True)
class LaneChart:
    """The lanes from top to bottom, and the part of the window, in bars, in which anything happened."""

    lanes: tuple[Lane, ...]
    start: float
    end: float

    @property
    def has_marks(self) -> bool:
        """Whether anything happened in the window."""
        return any(lane.marks for lane in self.lanes)

    def list_ties(self) -> list[tuple[float, int, tuple[int, ...]]]:
        """Position, level and indexes of the lanes of each tie, of one asset and group."""
        ties: dict[tuple[str, Group, int, float], list[int]] = {}
        for index, lane in enumerate(self.lanes):
            for mark in lane.marks:
                if mark.is_tied and mark.level is not None:
                    ties.setdefault((lane.asset, lane.group, mark.level, mark.x), []).append(index)
        return [(x, level, tuple(indexes)) for (_, _, level, x), indexes in ties.items() if len(indexes) > 1]


def build_lanes(order: OrderOfFalls, scene: Scene) -> LaneChart:
    """The lanes of the first asset, by quote group, each group below its path; then the paths of the other assets."""
    first, *others = order.measurements
    lanes: list[Lane] = []
    for group in first.groups:
        lanes += _build_path_lanes(order, scene, first, group, f"{group.upper()} median")
        markets = order.select_markets(first.question.asset, group)
        lanes += [_build_market_lane(falls, scene, first, markets) for falls in markets]
    for measurement in others:
        for group in measurement.groups:
            name = f"{measurement.question.asset}/{group.upper()} median"
            lanes += _build_path_lanes(order, scene, measurement, group, name)
    start, end = _find_range([mark.x for lane in lanes for mark in lane.marks], first.axis.size)
    return LaneChart(tuple(lanes), start, end)


def _find_range(positions: Sequence[float], size: int) -> tuple[float, float]:
    """The part of the window that is drawn: what happened, with some space around it; the whole if nothing did."""
    if not positions:
        return 0.0, float(size)
    first, last = min(positions), max(positions)
    space = max(PADDING * (last - first), (MIN_RANGE - (last - first)) / 2, 2.0)
    return max(first - space, 0.0), min(last + space, float(size))


def _build_path_lanes(
    order: OrderOfFalls, scene: Scene, measurement: Measurement, group: Group, name: str
) -> Iterable[Lane]:
    """The lane of a group's path; none where it has no spot market."""
    asset = measurement.question.asset
    marks = order.find_marks(asset, group)
    if marks is None:
        return
    yield Lane(
        name,
        asset,
        group,
        tuple(
            _build_path_mark(marks, mark, moment, scene, measurement)
            for mark, moment in marks.moments.items()
            if moment is not None
        ),
        is_path=True,
    )


def _build_path_mark(
    marks: GroupMarks, mark: PathMark, moment: Moment, scene: Scene, measurement: Measurement
) -> LaneMark:
    time = format_moment(moment, measurement, scene.zone)
    text = f"{marks.asset}/{marks.group.upper()}, median of its exchanges: {MARK_LABELS[mark].lower()} {time}"
    return LaneMark(_locate(moment, measurement), text, time, path_mark=mark)


def _build_market_lane(
    falls: MarketFalls, scene: Scene, measurement: Measurement, markets: Sequence[MarketFalls]
) -> Lane:
    name = name_market(falls, measurement.question.rules, markets)
    marks = []
    for level, moment in falls.moments.items():
        if moment is None:
            continue
        is_tied = falls in find_tied({other: other.moments[level] for other in markets})
        time = format_moment(moment, measurement, scene.zone)
        noun = measurement.question.timeframe.noun
        tie_text = f"; another exchange in the same {noun}" if is_tied else ""
        basis = describe_resolution(moment, measurement.question.timeframe)
        text = f"{name}: {level}% down at {time}{tie_text} ({basis})".replace(" at by ", " by ")
        marks.append(LaneMark(_locate(moment, measurement), text, time, level=level, is_tied=is_tied))
    return Lane(
        name,
        falls.asset,
        falls.market.group,
        tuple(marks),
        is_focus=falls.market.venue == measurement.focus,
    )


def _locate(moment: Moment, measurement: Measurement) -> float:
    """The middle of a moment in bars from the start of the window."""
    middle = moment.start + (moment.end - moment.start) / 2
    return (middle - measurement.question.start) / measurement.axis.bar_length
