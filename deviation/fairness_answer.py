"""The JSON of what is fair to everyone: the matrix, its reading aid and placebo, and the sensitivity (section 7).

Units, nulls and times are those of `deviation.answer`. The fairness matrix::

    {"event", "window", "from", "to", "quote", "origin", "parameters", "calm_span", "focus", "fx_assumed", "assets",
     "no_candle",
     "matrix": {"usdt" | "usd": [{"asset", "venue", "symbol", "rank": {"deepest", "longest", "why"},
        "against": {"usdt" | "usd": {"depth", "below_min", "sure_min", "alone_below_min", "firm_min"}}}]},
     "reading_aid": {"note", "usdt" | "usd": {"ranked", "deepest", "longest", "even_share",
        "assets": [{"asset", "venues", "deepest", "longest"}], "not_ranked": [{"asset", "why"}]}},
     "placebo": [{"days_before", "from", "to", "note", "usdt" | "usd": {"found", "ranked", "deepest", "longest",
        "even_share", "assets", "not_ranked"}}]}

``matrix`` holds the spot markets of each quote group, whose ranks are against that group; of a venue without a candle
``symbol`` and ``against`` are null and the rank is "no data". ``reading_aid`` and ``placebo`` are null on the
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

from deviation.answer import asked_json, assumed, iso
from deviation.matrix import Cell, ReadingAid, matrix, rankable, reading_aid
from deviation.placebo import PlaceboDay
from deviation.question import Group, Rules
from deviation.result import Measurement
from deviation.sensitivity import Extreme, Range, Sensitivity, Spread, Verdict
from deviation.summary import Summary

NO_TEST = "assets fell together, so this is no significance test"
"""Stands wherever the reading aid does."""


def fairness_json(
    measurements: Sequence[Measurement], placebo: Sequence[PlaceboDay], no_candle: Sequence[str]
) -> dict[str, Any]:
    """The matrix of the measured assets, at least one; ``no_candle`` names those asked for that have none."""
    question = measurements[0].question
    asked = asked_json(question)
    asked.pop("asset")
    given = rankable(measurements)
    aids = {group.value: _aid(reading_aid(measurements, question.focus, group)) for group in Group}
    return {
        **asked,
        "focus": question.focus,
        "fx_assumed": assumed(measurements),
        "assets": [measurement.question.asset for measurement in measurements],
        "no_candle": list(no_candle),
        "matrix": {group.value: [_cell(cell) for cell in matrix(measurements, group)] for group in Group},
        "reading_aid": {"note": NO_TEST, **aids} if given else None,
        "placebo": [_day(day) for day in placebo] if given else None,
    }


def sensitivity_json(found: Sensitivity) -> dict[str, Any]:
    """The ranges of every market against both groups."""
    rules = found.question.rules
    return {"sensitivity": [_range(one, rules) for one in found.ranges], "runs": found.runs}


def _cell(cell: Cell) -> dict[str, Any]:
    row = cell.row
    return {
        "asset": cell.asset,
        "venue": cell.venue,
        "symbol": None if row is None else row.market.symbol,
        "rank": {"deepest": cell.rank.deepest.value, "longest": cell.rank.longest.value, "why": cell.rank.why},
        "against": None if row is None else {group.value: _numbers(summary) for group, summary in row.against.items()},
    }


def _numbers(summary: Summary) -> dict[str, float | None]:
    return {
        "depth": summary.depth,
        "below_min": summary.below_min,
        "sure_min": summary.sure_min,
        "alone_below_min": summary.alone_below_min,
        "firm_min": summary.firm_min,
    }


def _aid(aid: ReadingAid) -> dict[str, Any]:
    return {
        "ranked": len(aid.ranked),
        "deepest": aid.deepest,
        "longest": aid.longest,
        "even_share": aid.even_share,
        "assets": [
            {"asset": one.asset, "venues": one.venues, "deepest": one.deepest.value, "longest": one.longest.value}
            for one in aid.ranked
        ],
        "not_ranked": [{"asset": asset, "why": why} for asset, why in aid.unranked],
    }


def _day(day: PlaceboDay) -> dict[str, Any]:
    return {
        "days_before": day.days_before,
        "from": iso(day.start),
        "to": iso(day.end),
        "note": day.note,
        **{group.value: {"found": day.found[group].value, **_aid(aid)} for group, aid in day.aids.items()},
    }


def _range(one: Range, rules: Rules) -> dict[str, Any]:
    return {
        "venue": one.market.venue,
        "symbol": one.market.symbol,
        "group": one.group.value,
        "depth": _spread(one.depth, rules),
        "below_min": _spread(one.below_min, rules),
        "not_firm": [setting.text(rules) for setting in one.not_firm],
        "deepest": _verdict(one.deepest, rules),
        "longest": _verdict(one.longest, rules),
        "removal": None if one.removal is None else {"venue": one.removal.venue, "depth": one.removal.depth},
    }


def _spread(spread: Spread, rules: Rules) -> dict[str, Any]:
    return {"least": _extreme(spread.least, rules), "most": _extreme(spread.most, rules)}


def _extreme(extreme: Extreme | None, rules: Rules) -> dict[str, Any] | None:
    return None if extreme is None else {"value": extreme.value, "setting": extreme.setting.text(rules)}


def _verdict(verdict: Verdict | None, rules: Rules) -> dict[str, Any] | None:
    if verdict is None:
        return None
    flips = [{"setting": flip.setting.text(rules), "word": flip.word.value} for flip in verdict.flips]
    return {"word": verdict.word.value, "flips": flips}
