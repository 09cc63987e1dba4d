"""The JSON of an order of falls (docs/sequence.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analysis.order_of_falls import LEVELS_PCT, Comparison, GroupMarks, MarketFalls, Moment, OrderOfFalls, group_tied
from deviation.report.question_json import build_shared_question_json, format_iso


def build_order_json(order: OrderOfFalls, comparisons: tuple[Comparison, ...] = ()) -> dict[str, Any]:
    """The question, and by asset the markets with their moments and the marks of the groups.

    ``order`` has, per level in per cent, the markets of all assets in the order of time; markets that nothing tells
    apart stand in one list. A moment is the half-open span within which it lies, and what that rests on; null where the
    level was not reached.
    """
    return {
        **build_shared_question_json(order.measurements[0].question),
        "assets": {
            asset: {
                "markets": [_build_falls_json(falls) for falls in order.markets if falls.asset == asset],
                "groups": {marks.group: _build_marks_json(marks) for marks in order.groups if marks.asset == asset},
            }
            for asset in order.assets
        },
        "order": {str(level): _build_ties_json(order.map_level(level)) for level in LEVELS_PCT},
        "compared": [_build_comparison_json(comparison) for comparison in comparisons],
    }


def _build_falls_json(falls: MarketFalls) -> dict[str, Any]:
    return {
        "venue": falls.market.venue,
        "symbol": falls.market.symbol,
        "kind": falls.market.kind.value,
        "group": falls.market.group,
        "price_before": falls.price_before,
        "reached": {str(level): _build_moment_json(moment) for level, moment in falls.moments.items()},
    }


def _build_marks_json(marks: GroupMarks) -> dict[str, Any]:
    return {
        **{mark.value: _build_moment_json(moment) for mark, moment in marks.moments.items()},
        "bottom_span": {"from": format_iso(marks.bottom_span.start), "to": format_iso(marks.bottom_span.end)},
    }


def _build_ties_json(moments: Mapping[MarketFalls, Moment | None]) -> list[list[dict[str, str]]]:
    return [
        [{"asset": falls.asset, "venue": falls.market.venue, "symbol": falls.market.symbol} for falls in tie]
        for tie in group_tied(moments)
    ]


def _build_comparison_json(comparison: Comparison) -> dict[str, Any]:
    falls, marks = comparison.falls, comparison.marks
    return {
        "asset": falls.asset,
        "venue": falls.market.venue,
        "symbol": falls.market.symbol,
        "level": comparison.level,
        "to": {"asset": marks.asset, "group": marks.group, "mark": comparison.mark.value},
        "order": None if comparison.order is None else comparison.order.value,
    }


def _format_precise(time: datetime) -> str:
    """An instant with its milliseconds, which the times of trades have."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z" if time.microsecond else str(format_iso(time))


def _build_moment_json(moment: Moment | None) -> dict[str, str] | None:
    if moment is None:
        return None
    return {
        "from": _format_precise(moment.start),
        "to": _format_precise(moment.end),
        "resolution": moment.resolution.value,
    }
