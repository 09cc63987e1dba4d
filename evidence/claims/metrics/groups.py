"""What is read of an asset in one quote group or across them, and of all assets of a group together."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from deviation.market_path import GroupPrices, combine_assets, trace_path
from deviation.measurement import Measurement
from deviation.question import USD, USDT, Group, sort_groups
from deviation.report.lows import summarize_lows
from deviation.result import MarketRow, pick_per_family
from deviation.side import Side
from evidence.claims.metrics.market import MarketContext, build_view
from evidence.claims.metrics.prices import LACKING, NO_TRADE
from evidence.claims.reading import NEVER, Final, Reading, Unit, ViewReference
from evidence.claims.schema import Metric, Subject

MIN_CORRELATED = 4
"""Exchanges that a rank correlation needs, as many as a ranking (docs/method.md, section 7)."""

MIN_MEDIAN = 3
"""Exchanges whose median stands for a price of reference, as many as make a minute comparable (section 3)."""

MIN_MARKET_ASSETS = 3
"""Assets that stand for the market."""

OTHERS_HELD = -0.6
"""The median fall of the other exchanges above which a fall on one of them counts as isolated."""

PATH_TIMES = {Metric.ONSET: "onset", Metric.RUN_START: "run_start", Metric.BOTTOM: "bottom"}

MARKET_TIMES = {Metric.MARKET_RUN_START: "run_start", Metric.MARKET_BOTTOM: "bottom"}


def read_groups(measurement: Measurement, subject: Subject) -> list[Reading]:
    """One reading for each group of an asset: of the subject's groups, else of all that it has."""
    groups = subject.groups or measurement.groups
    return [_read_group(measurement, subject, group) for group in groups]


def _read_group(measurement: Measurement, subject: Subject, group: Group) -> Reading:
    asset = measurement.question.asset
    view = build_view(measurement, "explorer", side=subject.side)
    families = _count_families(measurement, group)
    name = f"{asset}/{group.upper()}"
    if not families:
        why = "no spot price in the data"
        return Reading(subject=name, unit=Unit.TIME, value=None, why=why, view=view)
    details = f"{families} {'exchange' if families == 1 else 'exchanges'}"
    if subject.metric is Metric.VOLUME_CORRELATION:
        return _correlate(measurement, subject, group, name, view)
    if subject.metric is Metric.MEDIAN_LOW:
        if families < MIN_MEDIAN:
            why = f"a median is that of at least {MIN_MEDIAN} exchanges; the data has {families}"
            return Reading(subject=name, unit=Unit.PRICE, value=None, why=why, view=view)
        lowest = np.fmin.reduce(measurement.group_prices[group].prices, initial=np.nan)
        price = None if np.isnan(lowest) else float(lowest)
        absent = NO_TRADE if price is None else None
        return Reading(subject=name, unit=Unit.PRICE, value=price, why=absent, details=details, view=view)
    position = getattr(measurement.paths[group], PATH_TIMES[subject.metric])
    return Reading(
        subject=name, unit=Unit.TIME, value=measurement.time_at(position) or NEVER, details=details, view=view
    )


def read_market(measurements: Sequence[Measurement], subject: Subject) -> list[Reading]:
    """One reading for each group: the path of the median over the assets that have it."""
    present = sort_groups(group for measurement in measurements for group in measurement.group_prices)
    return [_read_market_group(measurements, subject, group) for group in subject.groups or present]


def _read_market_group(measurements: Sequence[Measurement], subject: Subject, group: Group) -> Reading:
    parts = [measurement for measurement in measurements if group in measurement.group_prices]
    name, assets = f"{group.upper()} exchanges", ", ".join(part.question.asset for part in parts)
    if len(parts) < MIN_MARKET_ASSETS:
        why = f"the market is the median of at least {MIN_MARKET_ASSETS} coins; the data has {assets or 'none'}"
        return Reading(subject=name, unit=Unit.TIME, value=None, why=why)
    prices: GroupPrices = combine_assets(part.group_prices[group] for part in parts)
    position = getattr(trace_path(prices, parts[0].question.timeframe), MARKET_TIMES[subject.metric])
    time: datetime | None = parts[0].time_at(position)
    details = f"{len(parts)} coins: {assets}"
    view = build_view(parts[0], "overview")
    return Reading(subject=name, unit=Unit.TIME, value=time or NEVER, details=details, view=view)


def read_dollar_gap(measurement: Measurement) -> Reading:
    """The lowest USDT trade in dollars against the lowest USD trade, each in whatever minute."""
    lows = summarize_lows(measurement)
    gap = lows.usdt_usd_gap[Side.BELOW]
    asset, view = measurement.question.asset, build_view(measurement, "lows")
    if gap is None:
        why = "no lows of both USDT and USD exchanges, or no rate between them, in the data"
        return Reading(subject=asset, unit=Unit.PERCENT, value=None, why=why, view=view)
    lacking = {
        group: any(row.state_counts.missing_min for row in lows.groups[group][Side.BELOW].rows) for group in (USDT, USD)
    }
    finals = {(False, False): Final.EXACT, (True, False): Final.UPPER_BOUND, (False, True): Final.LOWER_BOUND}
    return Reading(
        subject=asset,
        unit=Unit.PERCENT,
        value=gap,
        why=LACKING if any(lacking.values()) else None,
        final=finals.get((lacking[USDT], lacking[USD]), Final.OPEN),
        view=view,
    )


def read_isolated_fall(measurement: Measurement, contexts: Sequence[MarketContext]) -> Reading:
    """The deepest fall of one exchange, 0 where the median fall of the others was not above `OTHERS_HELD`."""
    falls = {
        context.row.market.venue: context.row.low.price / context.base - 1
        for context in contexts
        if context.row.low is not None and context.base is not None
    }
    asset, view = measurement.question.asset, build_view(measurement, "lows")
    if len(falls) < MIN_MEDIAN:
        why = f"fewer than {MIN_MEDIAN} exchanges in the data"
        return Reading(subject=asset, unit=Unit.PERCENT, value=None, why=why, view=view)
    deepest, *others = sorted(falls.values())
    value = deepest if float(np.median(others)) > OTHERS_HELD else 0.0
    venue = min(falls, key=falls.__getitem__)
    return Reading(
        subject=f"{asset} on {measurement.question.rules.name_of(venue)}",
        unit=Unit.PERCENT,
        value=value,
        details=f"{len(falls)} exchanges",
        view=view,
    )


def _correlate(measurement: Measurement, subject: Subject, group: Group, name: str, view: ViewReference) -> Reading:
    """Spearman's rank correlation of the volume before the window and the size of the deviation."""
    rules = measurement.question.rules
    rows = [row for row in measurement.select_spot_rows(group) if row.own_summary.firm_min and row.fair_value is None]
    chosen: list[MarketRow] = list(pick_per_family(rows, rules, lambda row: row.own_summary.firm_min).values())
    if len(chosen) < MIN_CORRELATED:
        why = f"{len(chosen)} exchanges can be compared, fewer than {MIN_CORRELATED}"
        return Reading(subject=name, unit=Unit.RATIO, value=None, why=why, view=view)
    volumes = _rank([row.volume_before for row in chosen])
    sizes = _rank([row.own_summary.get_side(subject.side).size for row in chosen])
    spread = float(np.std(volumes) * np.std(sizes))
    if not spread:
        why = "all exchanges strayed alike, or traded alike"
        return Reading(subject=name, unit=Unit.RATIO, value=None, why=why, view=view)
    value = float(np.mean((volumes - volumes.mean()) * (sizes - sizes.mean())) / spread)
    return Reading(
        subject=name,
        unit=Unit.RATIO,
        value=value,
        details=f"{len(chosen)} exchanges; reported volume is not depth",
        view=view,
    )


def _rank(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The ranks of values from 1, equal ones with the mean of their places.

    >>> _rank([5.0, 1.0, 5.0]).tolist()
    [2.5, 1.0, 2.5]
    """
    array = np.asarray(values)
    below = (array[None, :] < array[:, None]).sum(axis=1)
    equal = (array[None, :] == array[:, None]).sum(axis=1)
    ranks: np.ndarray[tuple[int], np.dtype[np.float64]] = below + (equal + 1) / 2
    return ranks


def _count_families(measurement: Measurement, group: Group) -> int:
    rules = measurement.question.rules
    return len({rules.family_of(row.market.venue) for row in measurement.select_spot_rows(group)})
