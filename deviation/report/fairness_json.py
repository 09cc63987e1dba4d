"""The JSON of all assets of a window with matrix, reading aid and placebo, and of the sensitivity.

Units, nulls and times are those of `deviation.report.json_output`; docs/method.md, section 7. All assets::

    {"event", "window", "from", "to", ..., "focus", "no_candle", "assets": {ASSET: measurement},
     "path": {GROUP: {"onset", "run_start", "bottom"}},
     "matrix": {GROUP: [{"asset", "venue", "symbol", "rank", "against": {GROUP: {"firm_min", SIDE: {"deviation",
        "minutes", "jackknife_min", "lag_min", "whole_min", "next_min"}}}}]},
     "reading": {"note", GROUP: {SIDE: {"ranked", "largest", "longest", "even_share",
        "assets": [{"asset", "venues", "largest", "longest"}], "not_ranked": [{"asset", "why"}]}}},
     "placebo": [{"days_before", "from", "to", "note", GROUP: {"status", SIDE: {as in reading}}}]}

``matrix`` holds the spot markets of each quote group, whose ranks are against that group; for a venue without a candle
``symbol`` and ``against`` are null and the verdicts "no data". ``reading`` and ``placebo`` are null for the
reconstruction. ``even_share`` is the sum of 1/N over the ranked assets, N being an asset's ranked ``venues``.

The sensitivity::

    {"sensitivity": [{"venue", "symbol", "group", "against", "not_firm": [setting],
        SIDE: {"deviation": {"least": {"value", "setting"}, "most": ..}, "minutes": {"least", "most"},
        "largest": {"verdict", "flips": [{"setting", "verdict"}]}, "longest": .., "removal": {"venue", "deviation"}}}],
     "runs": n}

``group`` is that of the market, ``against`` that of the votes. The least deviation is the smallest in size; both ends
are null where no run has a firm minute. ``not_firm`` lists the settings without one. ``largest`` and ``longest`` give
the verdict at the defaults and what changes it; they are null against a group that is not the market's own.
``removal`` is the venue whose removal moves the deviation most and what is then left, null where none moves it.
"""

from collections.abc import Sequence
from typing import Any

from deviation.market_path import combine_assets, trace_path
from deviation.matrix import MatrixCell, ReadingAid, build_matrix, compute_reading_aid, is_rankable, list_groups
from deviation.measurement import Measurement
from deviation.placebo import PlaceboDay
from deviation.question import Group, Rules
from deviation.report.json_output import build_measurement_json, build_path_json, build_rank_json
from deviation.report.question_json import build_shared_question_json, format_iso
from deviation.sensitivity import (
    MarketSensitivity,
    RangeEnd,
    RankSensitivity,
    Sensitivity,
    SideSensitivity,
    ValueRange,
)
from deviation.side import Side
from deviation.window.summary import DeviationSummary

NO_SIGNIFICANCE_NOTE = "The assets moved together, so this is not a test of statistical significance."
"""Accompanies the reading aid in every output."""


def build_fairness_json(
    measurements: Sequence[Measurement], placebo: Sequence[PlaceboDay], no_candle: Sequence[str]
) -> dict[str, Any]:
    """All measured assets, at least one; ``no_candle`` names those asked for that have none."""
    groups, focus, has_ranks = list_groups(measurements), measurements[0].focus, is_rankable(measurements)
    return {
        **build_shared_question_json(measurements[0].question),
        "focus": focus,
        "no_candle": list(no_candle),
        "assets": {measurement.question.asset: build_measurement_json(measurement) for measurement in measurements},
        "path": {group: _build_event_path_json(measurements, group) for group in groups},
        "matrix": {group: [_build_cell_json(cell) for cell in build_matrix(measurements, group)] for group in groups},
        "reading": {
            "note": NO_SIGNIFICANCE_NOTE,
            **{
                group: {
                    side.value: _build_aid_json(compute_reading_aid(measurements, focus, group, side)) for side in Side
                }
                for group in groups
            },
        }
        if has_ranks
        else None,
        "placebo": [_build_day_json(day) for day in placebo] if has_ranks else None,
    }


def build_sensitivity_json(sensitivity: Sensitivity) -> dict[str, Any]:
    """The ranges of every market against each of its groups."""
    rules = sensitivity.question.rules
    return {
        "sensitivity": [_build_market_json(market_sensitivity, rules) for market_sensitivity in sensitivity.ranges],
        "runs": sensitivity.runs,
    }


def _build_event_path_json(measurements: Sequence[Measurement], group: Group) -> dict[str, Any]:
    prices = [measurement.group_prices[group] for measurement in measurements if group in measurement.group_prices]
    path = trace_path(combine_assets(prices), measurements[0].question.timeframe)
    return build_path_json(path, measurements[0].axis)


def _build_cell_json(cell: MatrixCell) -> dict[str, Any]:
    row = cell.row
    return {
        "asset": cell.asset,
        "venue": cell.venue,
        "symbol": None if row is None else row.market.symbol,
        "rank": build_rank_json(cell.rank),
        "against": None
        if row is None
        else {group: _build_numbers_json(summary) for group, summary in row.summaries.items()},
    }


def _build_numbers_json(summary: DeviationSummary) -> dict[str, Any]:
    numbers: dict[str, Any] = {"firm_min": summary.firm_min}
    for side in Side:
        side_summary = summary.get_side(side)
        numbers[side.value] = {
            "deviation": side_summary.deviation,
            "minutes": side_summary.minutes,
            "jackknife_min": side_summary.jackknife.minutes,
            "lag_min": side_summary.lag.minutes,
            "whole_min": side_summary.whole.minutes,
            "next_min": side_summary.next.minutes,
        }
    return numbers


def _build_aid_json(aid: ReadingAid) -> dict[str, Any]:
    return {
        "ranked": len(aid.ranked),
        "largest": aid.largest_count,
        "longest": aid.longest_count,
        "even_share": aid.even_share,
        "assets": [
            {
                "asset": ranked_asset.asset,
                "venues": ranked_asset.venue_count,
                "largest": ranked_asset.largest.value,
                "longest": ranked_asset.longest.value,
            }
            for ranked_asset in aid.ranked
        ],
        "not_ranked": [{"asset": asset, "why": reason} for asset, reason in aid.unranked],
    }


def _build_day_json(day: PlaceboDay) -> dict[str, Any]:
    return {
        "days_before": day.days_before,
        "from": format_iso(day.start),
        "to": format_iso(day.end),
        "note": day.note,
        **{
            group: {
                "status": day.statuses[group].value,
                **{side.value: _build_aid_json(aid) for side, aid in aids.items()},
            }
            for group, aids in day.aids.items()
        },
    }


def _build_market_json(market_sensitivity: MarketSensitivity, rules: Rules) -> dict[str, Any]:
    market = market_sensitivity.market
    return {
        "venue": market.venue,
        "symbol": market.symbol,
        "group": market.group,
        "against": market_sensitivity.group,
        "not_firm": [setting.describe(rules) for setting in market_sensitivity.not_firm],
        **{side.value: _build_side_json(sides, rules) for side, sides in market_sensitivity.sides.items()},
    }


def _build_side_json(side: SideSensitivity, rules: Rules) -> dict[str, Any]:
    removal = side.removal
    return {
        "deviation": _build_range_json(side.deviation, rules),
        "minutes": _build_range_json(side.minutes, rules),
        "largest": _build_flips_json(side.largest, rules),
        "longest": _build_flips_json(side.longest, rules),
        "removal": None if removal is None else {"venue": removal.venue, "deviation": removal.deviation},
    }


def _build_range_json(values: ValueRange, rules: Rules) -> dict[str, Any]:
    return {"least": _build_end_json(values.least, rules), "most": _build_end_json(values.most, rules)}


def _build_end_json(end: RangeEnd | None, rules: Rules) -> dict[str, Any] | None:
    return None if end is None else {"value": end.value, "setting": end.setting.describe(rules)}


def _build_flips_json(rank: RankSensitivity | None, rules: Rules) -> dict[str, Any] | None:
    if rank is None:
        return None
    flips = [{"setting": flip.setting.describe(rules), "verdict": flip.word.value} for flip in rank.flips]
    return {"verdict": rank.word.value, "flips": flips}
