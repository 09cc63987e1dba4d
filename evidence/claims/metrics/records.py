"""What the store keeps beside candles of trades: changed candles, lowest trades, mark and index prices."""

import polars as pl

from analysis.candle_audit import DifferenceKind
from data.schema import is_derivative, parse_quote
from evidence.claims.facts import ClaimFacts
from evidence.claims.reading import Final, Reading, Unit, ViewReference
from evidence.claims.schema import Metric, Subject

PRICE_KINDS = {Metric.MARK_LOW: "mark", Metric.INDEX_LOW: "index"}


def read_records(asset: str, subject: Subject, facts: ClaimFacts) -> list[Reading]:
    """The readings of an asset that no measurement gives."""
    if subject.metric is Metric.REVISIONS:
        return _read_revisions(asset, subject, facts)
    if subject.metric in PRICE_KINDS:
        return _read_price_lows(asset, subject, facts)
    return _read_trades(asset, subject, facts)


def _read_revisions(asset: str, subject: Subject, facts: ClaimFacts) -> list[Reading]:
    """How many candles of each market their source gave with other values later.

    Unknown unless the source was asked for them twice, both times at least ten minutes after their end.
    """
    comparisons = _select_markets(facts.audit(asset, subject).comparisons, subject).filter(
        pl.col("kind") == DifferenceKind.CHANGED.value
    )
    if comparisons.is_empty():
        return [_build_missing(asset, subject, facts, "no candle was fetched twice from one source", page="data")]
    return [
        Reading(
            subject=_name(facts, venue, symbol),
            unit=Unit.COUNT,
            value=float(differing),
            details=f"of {compared} that were fetched twice",
            view=_build_view(asset, subject, facts, "data", venue),
        )
        for venue, symbol, compared, differing in comparisons.group_by("venue", "symbol", maintain_order=True)
        .agg(pl.col("compared").sum(), pl.col("differing").sum())
        .iter_rows()
    ]


def _read_trades(asset: str, subject: Subject, facts: ClaimFacts) -> list[Reading]:
    """Price or time of the lowest trade of each market whose candles were built from trades."""
    trades = _select_markets(facts.read_low_trades(asset, subject), subject)
    lowest = trades.sort("price", "at").group_by("venue", "symbol", maintain_order=True).first()
    if lowest.is_empty():
        return [_build_missing(asset, subject, facts, "no candle of it was built from trades")]
    is_time = subject.metric is Metric.TRADE_TIME
    return [
        Reading(
            subject=_name(facts, venue, symbol),
            unit=Unit.TIME if is_time else Unit.PRICE,
            value=at.replace(second=0, microsecond=0) if is_time else price,
            details=f"{amount:g} {asset} at {price:g}, {at:%H:%M:%S.%f}"[:-3],
            view=_build_view(asset, subject, facts, "lows", venue),
        )
        for venue, symbol, at, price, amount in lowest.select("venue", "symbol", "at", "price", "amount").iter_rows()
    ]


def _read_price_lows(asset: str, subject: Subject, facts: ClaimFacts) -> list[Reading]:
    """The lowest mark or index price of each market."""
    kind = PRICE_KINDS[subject.metric]
    rows = facts.read_price_candles(asset, subject, kind)
    rows = _select_markets(rows, subject)
    lowest = rows.sort("low", "open_time").group_by("venue", "symbol", maintain_order=True).first()
    if lowest.is_empty():
        return [_build_missing(asset, subject, facts, f"no {kind} price of it in the data")]
    start, end = facts.find_span(subject)
    window_min = (end - start).total_seconds() / 60
    counts = dict(rows.group_by("venue").len().iter_rows())
    return [
        Reading(
            subject=f"{kind} of {_name(facts, venue, symbol)}",
            unit=Unit.PRICE,
            value=low,
            why=None if counts[venue] >= window_min else f"{window_min - counts[venue]:g} minutes are not in the data",
            final=Final.EXACT if counts[venue] >= window_min else Final.UPPER_BOUND,
            details=f"at {open_time:%H:%M}",
            view=_build_view(asset, subject, facts, "explorer", venue),
        )
        for venue, symbol, open_time, low in lowest.select("venue", "symbol", "open_time", "low").iter_rows()
    ]


def _select_markets(rows: pl.DataFrame, subject: Subject) -> pl.DataFrame:
    """The rows of the subject's markets; mark and index prices are of derivatives."""
    derivative = subject.market == "derivative" or subject.metric in PRICE_KINDS
    symbols = [
        symbol
        for symbol in rows["symbol"].unique()
        if is_derivative(symbol) is derivative and (not subject.groups or parse_quote(symbol).lower() in subject.groups)
    ]
    selected = rows.filter(pl.col("symbol").is_in(symbols))
    return selected.filter(pl.col("venue").is_in(list(subject.venues))) if subject.venues else selected


def _name(facts: ClaimFacts, venue: str, symbol: str) -> str:
    return f"{symbol} on {facts.catalogue.get_venue(venue).name}"


def _build_view(asset: str, subject: Subject, facts: ClaimFacts, page: str, venue: str | None) -> ViewReference:
    start, end = facts.find_span(subject)
    return ViewReference(page=page, asset=asset, start=start, end=end, focus=venue)


def _build_missing(asset: str, subject: Subject, facts: ClaimFacts, why: str, page: str = "explorer") -> Reading:
    venue = next(iter(subject.venues), None)
    name = asset if venue is None else f"{asset} on {facts.catalogue.get_venue(venue).name}"
    view = _build_view(asset, subject, facts, page, venue)
    return Reading(subject=name, unit=Unit.COUNT, value=None, why=why, view=view)
