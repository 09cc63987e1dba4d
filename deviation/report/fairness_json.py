"""The JSON of the fairness matrix with reading aid and placebo, and of the sensitivity (docs/method.md, section 7).

Units, nulls and times are those of `deviation.report.json_output`. The fairness matrix::

    {"event", "window", "from", "to", "quote", "origin", "parameters", "calm_span", "focus", "fx_assumed", "assets",
     "no_candle",
     "matrix": {"usdt" | "usd": [{"asset", "venue", "symbol", "rank": {"deepest", "longest", "why"},
        "against": {"usdt" | "usd": {"depth", "below_min", "sure_min", "alone_below_min", "firm_min"}}}]},
     "reading_aid": {"note", "usdt" | "usd": {"ranked", "deepest", "longest", "even_share",
        "assets": [{"asset", "venues", "deepest", "longest"}], "not_ranked": [{"asset", "why"}]}},
     "placebo": [{"days_before", "from", "to", "note", "usdt" | "usd": {"found", "ranked", "deepest", "longest",
        "even_share", "assets", "not_ranked"}}]}

``matrix`` holds the spot markets of each quote group, whose ranks are against that group; for a venue without a candle
``symbol`` and ``against`` are null and the rank is "no data". ``reading_aid`` and ``placebo`` are null for the
reconstruction. ``even_share`` is the sum of 1/N over the ranked assets, N being an asset's ranked ``venues``.

The sensitivity::

    {"sensitivity": [{"venue", "symbol", "group",
        "depth": {"least": {"value", "setting"}, "most": {"value", "setting"}},
        "below_min": {"least": {"value", "setting"}, "most": {"value", "setting"}},
        "not_firm": [setting],
        "deepest": {"word", "flips": [{"setting", "word"}]},
        "longest": {"word", "flips": [{"setting", "word"}]},
        "removal": {"venue", "depth"}}],
     "runs": n}

``group`` is the group of votes. The least depth is the shallowest, the most the deepest; both are null where no run has
a firm minute. ``not_firm`` lists the settings without one. ``deepest`` and ``longest`` give the word at the defaults
and what changes it; they are null against the group that is not the market's own. ``removal`` is the venue whose
removal moves the depth most and the depth then, null where none moves it.
"""

from collections.abc import Sequence
from typing import Any

from deviation.matrix import MatrixCell, ReadingAid, build_matrix, compute_reading_aid, is_rankable
from deviation.placebo import PlaceboDay
from deviation.question import Group, Rules
from deviation.report.json_output import build_question_json, format_iso, list_assumed_quotes
from deviation.result import Measurement
from deviation.sensitivity import MarketSensitivity, RangeEnd, Sensitivity, ValueRange, Verdict
from deviation.summary import DeviationSummary

NO_SIGNIFICANCE_NOTE = "assets fell together, so this is no significance test"
"""Accompanies the reading aid in every output."""


def build_fairness_json(
    measurements: Sequence[Measurement], placebo: Sequence[PlaceboDay], no_candle: Sequence[str]
) -> dict[str, Any]:
    """The matrix of the measured assets, at least one; ``no_candle`` names those asked for that have none."""
    question = measurements[0].question
    question_json = build_question_json(question)
    question_json.pop("asset")
    has_ranks = is_rankable(measurements)
    aids = {group.value: _build_aid_json(compute_reading_aid(measurements, question.focus, group)) for group in Group}
    return {
        **question_json,
        "focus": question.focus,
        "fx_assumed": list_assumed_quotes(measurements),
        "assets": [measurement.question.asset for measurement in measurements],
        "no_candle": list(no_candle),
        "matrix": {
            group.value: [_build_cell_json(cell) for cell in build_matrix(measurements, group)] for group in Group
        },
        "reading_aid": {"note": NO_SIGNIFICANCE_NOTE, **aids} if has_ranks else None,
        "placebo": [_build_day_json(day) for day in placebo] if has_ranks else None,
    }


def build_sensitivity_json(sensitivity: Sensitivity) -> dict[str, Any]:
    """The ranges of every market against both groups."""
    rules = sensitivity.question.rules
    return {
        "sensitivity": [_build_range_json(market_sensitivity, rules) for market_sensitivity in sensitivity.ranges],
        "runs": sensitivity.runs,
    }


def _build_cell_json(cell: MatrixCell) -> dict[str, Any]:
    row = cell.row
    return {
        "asset": cell.asset,
        "venue": cell.venue,
        "symbol": None if row is None else row.market.symbol,
        "rank": {"deepest": cell.rank.deepest.value, "longest": cell.rank.longest.value, "why": cell.rank.reason},
        "against": None
        if row is None
        else {group.value: _build_numbers_json(summary) for group, summary in row.summaries.items()},
    }


def _build_numbers_json(summary: DeviationSummary) -> dict[str, float | None]:
    return {
        "depth": summary.depth,
        "below_min": summary.below_min,
        "sure_min": summary.sure_min,
        "alone_below_min": summary.alone_below_min,
        "firm_min": summary.firm_min,
    }


def _build_aid_json(aid: ReadingAid) -> dict[str, Any]:
    return {
        "ranked": len(aid.ranked),
        "deepest": aid.deepest_count,
        "longest": aid.longest_count,
        "even_share": aid.even_share,
        "assets": [
            {
                "asset": ranked_asset.asset,
                "venues": ranked_asset.venue_count,
                "deepest": ranked_asset.deepest.value,
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
            group.value: {"found": day.statuses[group].value, **_build_aid_json(aid)} for group, aid in day.aids.items()
        },
    }


def _build_range_json(market_sensitivity: MarketSensitivity, rules: Rules) -> dict[str, Any]:
    return {
        "venue": market_sensitivity.market.venue,
        "symbol": market_sensitivity.market.symbol,
        "group": market_sensitivity.group.value,
        "depth": _build_spread_json(market_sensitivity.depth, rules),
        "below_min": _build_spread_json(market_sensitivity.below_min, rules),
        "not_firm": [setting.describe(rules) for setting in market_sensitivity.not_firm],
        "deepest": _build_verdict_json(market_sensitivity.deepest, rules),
        "longest": _build_verdict_json(market_sensitivity.longest, rules),
        "removal": None
        if market_sensitivity.removal is None
        else {"venue": market_sensitivity.removal.venue, "depth": market_sensitivity.removal.depth},
    }


def _build_spread_json(spread: ValueRange, rules: Rules) -> dict[str, Any]:
    return {"least": _build_extreme_json(spread.least, rules), "most": _build_extreme_json(spread.most, rules)}


def _build_extreme_json(extreme: RangeEnd | None, rules: Rules) -> dict[str, Any] | None:
    return None if extreme is None else {"value": extreme.value, "setting": extreme.setting.describe(rules)}


def _build_verdict_json(verdict: Verdict | None, rules: Rules) -> dict[str, Any] | None:
    if verdict is None:
        return None
    flips = [{"setting": flip.setting.describe(rules), "word": flip.word.value} for flip in verdict.flips]
    return {"word": verdict.word.value, "flips": flips}
