"""The measurement in expressions of polars alone: the votes around the middle of each minute, joined to each vote."""

from datetime import datetime

import polars as pl
from deltalake import DeltaTable

from bench.peers import ENTER, EXIT, FIRM_VOTES, MIN_VOTE, TOLERANCE, NumbersByMarket, PeerNumbers, find_layout

ENTER_LIMIT, EXIT_LIMIT = ENTER - TOLERANCE, EXIT - TOLERANCE


def measure(uri: str, asset: str, start: datetime, end: datetime) -> NumbersByMarket:
    """Numbers of every market of the asset against its own group."""
    votes = _read_votes(uri, asset, start, end)
    firm, d = pl.col("n") > FIRM_VOTES, pl.col("d")
    numbers = (
        votes.join(_select_middles(votes), on=["open_time", "group"], maintain_order="left")
        .filter(pl.col("n") > 1)
        .select("venue", "group", "n", d=_build_distance())
        .group_by("venue", "group")
        .agg(
            pl.min_horizontal(d.filter(firm).min(), 0.0).alias("below"),
            pl.max_horizontal(d.filter(firm).max(), 0.0).alias("above"),
            firm.sum().alias("firm_min"),
            (firm & (d <= -ENTER_LIMIT)).sum().alias("below_min"),
            (firm & (d >= ENTER_LIMIT)).sum().alias("above_min"),
            (_count_episodes(-d) + _count_episodes(d)).alias("episodes"),
        )
        .with_columns(pl.when(pl.col("firm_min") > 0).then(pl.col("below", "above")))
    )
    return {(venue, group): PeerNumbers(*rest) for venue, group, *rest in numbers.collect().iter_rows()}


def _read_votes(uri: str, asset: str, start: datetime, end: datetime) -> pl.LazyFrame:
    """The voting closes, sorted by minute."""
    group = pl.col("symbol").str.split("/").list.last().str.to_lowercase()
    table = DeltaTable(uri)
    return (
        pl.scan_delta(table)
        .filter(
            find_layout(table).build_filter([asset], start, end),
            pl.col("open_time").is_between(start, end, closed="left"),
            pl.col("volume") * pl.max_horizontal("open", "close") >= MIN_VOTE,
        )
        .select(pl.col("venue").cast(pl.Categorical), group.cast(pl.Categorical).alias("group"), "open_time", "close")
        .sort("open_time")
    )


def _select_middles(votes: pl.LazyFrame) -> pl.LazyFrame:
    """Of each minute and group the number of votes, and the three around the middle; null beyond the ends."""
    ranked, middle = pl.col("close"), pl.col("n") // 2
    return (
        votes.group_by("open_time", "group")
        .agg(pl.col("close").sort(), pl.len().cast(pl.Int64).alias("n"))
        .select(
            "open_time",
            "group",
            "n",
            under=ranked.list.get(middle - 1, null_on_oob=True),
            middle=ranked.list.get(middle),
            over=ranked.list.get(middle + 1, null_on_oob=True),
        )
    )


def _build_distance() -> pl.Expr:
    """The distance to the median of a group's votes without the market's own, which is an interval where even."""
    under, middle, over, own = (pl.col(name) for name in ("under", "middle", "over", "close"))
    low = pl.when(own < middle).then(middle).otherwise(under)
    upper = pl.when(own > middle).then(middle).otherwise(over)
    high = pl.when(pl.col("n") % 2 == 0).then(low).otherwise(upper)
    return pl.min_horizontal(own / low - 1, 0.0) + pl.max_horizontal(own / high - 1, 0.0)


def _count_episodes(size: pl.Expr) -> pl.Expr:
    """How many episodes a market had in its observed minutes, which come in order, on the side of positive sizes."""
    is_recovered = size < EXIT_LIMIT
    is_confirmed = is_recovered & is_recovered.shift(1, fill_value=False) & is_recovered.shift(2, fill_value=False)
    in_episode = pl.when(size >= ENTER_LIMIT).then(1).when(is_confirmed).then(0).forward_fill().fill_null(0)
    return ((in_episode == 1) & (in_episode.shift(1, fill_value=0) == 0)).sum()
