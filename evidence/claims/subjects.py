"""Reads every value that a subject has in the store."""

from collections.abc import Callable

from deviation.measurement import Measurement
from evidence.claims.facts import ClaimFacts
from evidence.claims.metrics.deviations import (
    read_deviation,
    read_first_beyond,
    read_length_rank,
    read_minutes,
    read_size_rank,
)
from evidence.claims.metrics.groups import (
    MARKET_TIMES,
    PATH_TIMES,
    read_dollar_gap,
    read_groups,
    read_isolated_fall,
    read_market,
)
from evidence.claims.metrics.index_rules import read_rule
from evidence.claims.metrics.market import MarketContext
from evidence.claims.metrics.prices import (
    read_aligned_gaps,
    read_fall,
    read_high,
    read_hourly_fall,
    read_low,
    read_low_gap,
    read_low_premium,
    read_low_time,
    read_open_to_low,
    read_quiet,
    read_reached,
)
from evidence.claims.metrics.records import PRICE_KINDS, read_records
from evidence.claims.metrics.scans import read_scan
from evidence.claims.reading import Reading, Unit, ViewReference
from evidence.claims.schema import RULE_METRICS, Metric, Subject
from evidence.index_rules.rules import get_rule

MARKET_READERS: dict[Metric, Callable[[MarketContext], Reading]] = {
    Metric.DEVIATION: read_deviation,
    Metric.MINUTES: read_minutes,
    Metric.RANK_SIZE: read_size_rank,
    Metric.RANK_LENGTH: read_length_rank,
    Metric.FIRST_BEYOND: read_first_beyond,
    Metric.REACHED: read_reached,
    Metric.LOW: read_low,
    Metric.LOW_TIME: read_low_time,
    Metric.HIGH: read_high,
    Metric.FALL: read_fall,
    Metric.OPEN_TO_LOW: read_open_to_low,
    Metric.FALL_60: read_hourly_fall,
    Metric.LOW_GAP: read_low_gap,
    Metric.LOW_PREMIUM: read_low_premium,
    Metric.QUIET: read_quiet,
}
"""The metrics with one value for each market."""

RECORD_METRICS = {*PRICE_KINDS, Metric.REVISIONS, Metric.TRADE_PRICE, Metric.TRADE_TIME}

GROUP_METRICS = {*PATH_TIMES, Metric.MEDIAN_LOW, Metric.VOLUME_CORRELATION}


def read_subject(subject: Subject, facts: ClaimFacts) -> tuple[Reading, ...]:
    """The values of a subject; what the store lacks stands among them without a value.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    if subject.metric in RULE_METRICS:
        return tuple(read_rule(get_rule(facts.event.id, rule_id), subject, facts) for rule_id in subject.index_rules)
    if subject.assets == "scanned":
        return tuple(read_scan(facts.find_scan(subject), subject, facts))
    assets = facts.list_assets(subject)
    if subject.metric in MARKET_TIMES:
        measurements = [measurement for asset in assets if (measurement := facts.measure(asset, subject)) is not None]
        return tuple(read_market(measurements, subject))
    return tuple(reading for asset in assets for reading in _read_asset(asset, subject, facts))


def _read_asset(asset: str, subject: Subject, facts: ClaimFacts) -> list[Reading]:
    if subject.metric in RECORD_METRICS:
        return read_records(asset, subject, facts)
    measurement = facts.measure(asset, subject)
    if measurement is None:
        return _list_absent(asset, subject, facts, "no real price of it in the data")
    if subject.metric in GROUP_METRICS:
        return read_groups(measurement, subject)
    if subject.metric is Metric.LOW_USDT_USD:
        return [read_dollar_gap(measurement)]
    contexts = _select_contexts(measurement, subject, facts)
    if subject.metric is Metric.ISOLATED_FALL:
        return [read_isolated_fall(measurement, contexts)]
    return [*_read_markets(contexts, subject), *_list_absent_venues(measurement, contexts, subject, facts)]


def _read_markets(contexts: list[MarketContext], subject: Subject) -> list[Reading]:
    if subject.metric is Metric.ALIGNED_GAP:
        return [reading for context in contexts for reading in read_aligned_gaps(context)]
    return [MARKET_READERS[subject.metric](context) for context in contexts]


def _select_contexts(measurement: Measurement, subject: Subject, facts: ClaimFacts) -> list[MarketContext]:
    """The rows of the subject's markets."""
    return [
        MarketContext(measurement, row, subject, facts.measure_sensitivity)
        for row in measurement.rows
        if row.is_spot is (subject.market == "spot")
        and (not subject.venues or row.market.venue in subject.venues)
        and (not subject.groups or row.market.group in subject.groups)
    ]


def _list_absent_venues(
    measurement: Measurement, contexts: list[MarketContext], subject: Subject, facts: ClaimFacts
) -> list[Reading]:
    """The named exchanges, or without names the named quotes, of which there is no market."""
    asset, why = measurement.question.asset, "no such market in the data"
    if subject.venues:
        present = {context.row.market.venue for context in contexts}
        venues = [venue for venue in subject.venues if venue not in present]
        return [_build_absent(asset, subject, facts, why, venue) for venue in venues]
    if subject.groups:
        groups = {context.row.market.group for context in contexts}
        return [
            _build_absent(f"{asset}/{group.upper()}", subject, facts, why, None)
            for group in subject.groups
            if group not in groups
        ]
    return [] if contexts else [_build_absent(asset, subject, facts, why, None)]


def _list_absent(asset: str, subject: Subject, facts: ClaimFacts, why: str) -> list[Reading]:
    """An asset of which the store has nothing, once for each named exchange."""
    venues: tuple[str | None, ...] = subject.venues or (None,)
    return [_build_absent(asset, subject, facts, why, venue) for venue in venues]


def _build_absent(name: str, subject: Subject, facts: ClaimFacts, why: str, venue: str | None) -> Reading:
    start, end = facts.find_span(subject)
    asset = name.split("/", 1)[0]
    return Reading(
        subject=name if venue is None else f"{name} on {facts.catalogue.get_venue(venue).name}",
        unit=Unit.COUNT,
        value=None,
        why=why,
        view=ViewReference(page="explorer", asset=asset, start=start, end=end, focus=venue),
    )
