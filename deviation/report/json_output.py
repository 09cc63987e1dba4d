"""The JSON of a measurement.

Field names, units and nulls are those of docs/method.md; fractions, not per cent; times ISO 8601 with Z; prices and
volumes of a row in its own quote.
"""

from collections.abc import Mapping
from typing import Any

from deviation.cross import CrossComparison
from deviation.market_path import MarketPath
from deviation.measurement import Measurement
from deviation.minute.grid import Axis
from deviation.ranks import Rank
from deviation.report.headline import write_headline
from deviation.report.question_json import build_question_json, format_iso
from deviation.result import ExtremePrice, MarketRow
from deviation.side import Side
from deviation.window.episodes import Episode
from deviation.window.side_summary import LagExtreme, SideExtreme, SideSummary
from deviation.window.summary import DeviationSummary, OwnRateSummary
from deviation.window.thin_summary import ThinSides, ThinSummary

REACHED_PCT = (2, 5, 10, 20, 50)
"""The falls, in per cent, of which `reached` gives the first minute (docs/method.md, section 10)."""


def build_measurement_json(measurement: Measurement) -> dict[str, Any]:
    """The whole measurement; rows by venue and symbol."""
    return {
        **build_question_json(measurement.question),
        "focus": measurement.focus,
        "fx_assumed": list(measurement.fx_assumed),
        "fx_single": list(measurement.fx_single),
        "absent": list(measurement.absent),
        "left_out": [
            {"venue": excluded.venue, "symbol": excluded.symbol, "why": excluded.reason}
            for excluded in measurement.left_out
        ],
        "headline": list(write_headline(measurement)),
        "path": {group: build_path_json(path, measurement.axis) for group, path in measurement.paths.items()},
        "cross": {
            group: {reference: _build_cross_json(comparison, reference) for reference, comparison in by_group.items()}
            for group, by_group in measurement.cross.items()
        },
        "rows": [_build_row_json(measurement, row) for row in measurement.rows],
    }


def build_path_json(path: MarketPath, axis: Axis) -> dict[str, Any]:
    """Onset, start of the run and bottom of a group's prices."""
    positions = {"onset": path.onset, "run_start": path.run_start, "bottom": path.bottom}
    return {
        name: None if position is None else format_iso(axis.time_at(position)) for name, position in positions.items()
    }


def build_rank_json(rank: Rank) -> dict[str, Any]:
    """The verdicts of both sides."""
    return {
        side.value: {
            "largest": {"verdict": side_rank.largest.word.value, "why": side_rank.largest.why},
            "longest": {"verdict": side_rank.longest.word.value, "why": side_rank.longest.why},
        }
        for side, side_rank in rank.items()
    }


def _build_cross_json(comparison: CrossComparison, reference: str) -> dict[str, Any]:
    result: dict[str, Any] = {"n": len(comparison.rows)}
    for side, cross in comparison.sides.items():
        by_size = {"least": cross.least, "most": cross.most}
        by_length = {"fewest": cross.fewest, "longest": cross.longest}
        result[side.value] = {
            "reaching": cross.reaching,
            **{
                name: row
                and {
                    "venue": row.market.venue,
                    "deviation": row.summaries[reference].get_side(side).deviation,
                }
                for name, row in by_size.items()
            },
            **{
                name: row
                and {
                    "venue": row.market.venue,
                    "minutes": row.summaries[reference].get_side(side).minutes,
                }
                for name, row in by_length.items()
            },
        }
    return result


def _build_row_json(measurement: Measurement, row: MarketRow) -> dict[str, Any]:
    market, counts = row.market, row.state_counts
    return {
        "venue": market.venue,
        "symbol": market.symbol,
        "kind": market.kind.value,
        "group": market.group,
        "voting_min": counts.voting_min,
        "small_min": counts.small_min,
        "quiet_min": counts.quiet_min,
        "missing_min": counts.missing_min,
        **_build_price_json(measurement, "low", row.low),
        **_build_price_json(measurement, "high", row.high),
        "volume_before": row.volume_before,
        "volume_share": {side.value: _key_by_threshold(shares) for side, shares in row.volume_share.items()},
        "reached": {
            str(percent): format_iso(measurement.time_at(row.find_fall(percent / 100))) for percent in REACHED_PCT
        },
        "fair_value": _build_fair_value_json(measurement, row),
        "rank": build_rank_json(measurement.ranks[market]),
        "against": {group: _build_summary_json(measurement, summary) for group, summary in row.summaries.items()},
    }


def _build_price_json(measurement: Measurement, name: str, extreme: ExtremePrice | None) -> dict[str, Any]:
    return {
        name: None if extreme is None else extreme.price,
        f"{name}_at": None if extreme is None else format_iso(measurement.time_at(extreme.at)),
        f"{name}_volume": None if extreme is None else extreme.volume,
    }


def _build_fair_value_json(measurement: Measurement, row: MarketRow) -> dict[str, Any] | None:
    fair_value, split = row.fair_value, row.fair_value_split
    if fair_value is None:
        return None
    return {
        "underlying": fair_value.underlying,
        "ratio": fair_value.ratio,
        "ratio_min": fair_value.ratio_min,
        "p5": fair_value.p5,
        "p95": fair_value.p95,
        "source": fair_value.source,
        "split": None
        if split is None
        else {
            "at": format_iso(measurement.time_at(split.at)),
            "ratio_part": split.ratio_part,
            "underlying_part": split.underlying_part,
        },
    }


def _build_summary_json(measurement: Measurement, summary: DeviationSummary) -> dict[str, Any]:
    question, baseline = measurement.question, summary.baseline
    start, end = question.baseline_span
    return {
        "firm_min": summary.firm_min,
        "split_min": summary.split_min,
        "no_rate_min": summary.no_rate_min,
        "fx_stale_min": summary.fx_stale_min,
        "fx_single_min": summary.fx_single_min,
        **{side.value: _build_side_json(measurement, summary.get_side(side)) for side in Side},
        "thin": _build_thin_json(measurement, summary.thin),
        "own_rate": _build_own_rate_json(summary.own_rate),
        "baseline": {
            "n": baseline.firm_min,
            "min": baseline.min,
            "max": baseline.max,
            "from": format_iso(start),
            "to": format_iso(end),
        },
        "episodes": [_build_episode_json(measurement, episode) for episode in summary.episodes],
    }


def _build_side_json(measurement: Measurement, side: SideSummary) -> dict[str, Any]:
    return {
        "deviation": side.deviation,
        "at": format_iso(measurement.time_at(side.at)),
        "minutes": side.minutes,
        "threshold_min": _key_by_threshold(side.threshold_min),
        "jackknife": _build_length_json(side.jackknife),
        "lag": {**_build_length_json(side.lag), "untested": side.lag.untested},
        "next": _build_extreme_json(measurement, side.next),
        "trade": {
            "at": format_iso(measurement.time_at(side.trade.at)),
            "least": side.trade.least,
            "most": side.trade.most,
        },
        "whole": _build_length_json(side.whole),
    }


def _build_length_json(extreme: SideExtreme | LagExtreme) -> dict[str, Any]:
    return {"deviation": extreme.deviation, "minutes": extreme.minutes}


def _build_extreme_json(measurement: Measurement, extreme: SideExtreme) -> dict[str, Any]:
    return {
        "deviation": extreme.deviation,
        "at": format_iso(measurement.time_at(extreme.at)),
        "minutes": extreme.minutes,
    }


def _build_thin_json(measurement: Measurement, thin: ThinSummary) -> dict[str, Any]:
    return {
        "minutes": thin.minutes,
        **{side.value: _build_extreme_json(measurement, extreme) for side, extreme in thin.sides.items()},
        "venues": {venue: _build_thin_venue_json(measurement, sides) for venue, sides in thin.venues.items()},
    }


def _build_thin_venue_json(measurement: Measurement, thin: ThinSides) -> dict[str, Any]:
    return {
        "minutes": thin.minutes,
        **{
            side.value: {"deviation": extreme.deviation, "at": format_iso(measurement.time_at(extreme.at))}
            for side, extreme in thin.sides.items()
        },
    }


def _build_own_rate_json(own_rate: OwnRateSummary | None) -> dict[str, Any] | None:
    if own_rate is None:
        return None
    return {
        "symbol": own_rate.symbol,
        "minutes": own_rate.minutes,
        **{side.value: _build_length_json(extreme) for side, extreme in own_rate.sides.items()},
    }


def _build_episode_json(measurement: Measurement, episode: Episode) -> dict[str, Any]:
    return {
        "direction": episode.side.value,
        "start": format_iso(measurement.time_at(episode.start)),
        "end": format_iso(measurement.axis.time_at(episode.end)),
        "deviation": episode.deviation,
        "at": format_iso(measurement.time_at(episode.at)),
        "duration_min": episode.duration_min,
        "observed_min": episode.observed_min,
        "firm_min": episode.firm_min,
        "unobserved_min": episode.unobserved_min,
        "area_pct_min": episode.area_pct_min,
        "half_recovery_min": episode.half_recovery_min,
        "open": episode.open,
    }


def _key_by_threshold(values: Mapping[int, float | None]) -> dict[str, float | None]:
    return {str(threshold): value for threshold, value in values.items()}
