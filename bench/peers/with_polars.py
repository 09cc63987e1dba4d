"""The measurement in expressions of polars alone: the votes around the middle of each minute, joined to each vote."""

from datetime import datetime

import polars as pl

from bench.peers import ENTER, EXIT, FIRM_VOTES, MIN_VOTE_USD, STABLECOINS, TOLERANCE, NumbersByMarket, PeerNumbers

SIDE_TYPE = pl.Enum(["usdt", "usd"])

BELOW_LIMIT, BACK_LIMIT = -ENTER + TOLERANCE, -EXIT + TOLERANCE


def measure(uri: str, asset: str, start: datetime, end: datetime) -> NumbersByMarket:
    """Numbers of every market of the asset against both groups."""
    votes = _read_votes(uri, asset, start, end)
    firm = pl.col("others") >= FIRM_VOTES
    numbers = (
        votes.join(_select_middles(votes), on="open_time", suffix="_heard", maintain_order="left")
        .with_columns(others=pl.col("n") - (pl.col("side") == pl.col("side_heard")))
        .filter(pl.col("others") > 0)
        .select("venue", "side_heard", "others", d=pl.col("close") / _build_reference() - 1)
        .group_by("venue", "side_heard")
        .agg(
            pl.col("d").filter(firm).min().alias("depth"),
            firm.sum().alias("firm_min"),
            (firm & (pl.col("d") <= BELOW_LIMIT)).sum().alias("below_min"),
            _count_episodes().alias("episodes"),
        )
    )
    return {(venue, side): PeerNumbers(*rest) for venue, side, *rest in numbers.collect().iter_rows()}


def _read_votes(uri: str, asset: str, start: datetime, end: datetime) -> pl.LazyFrame:
    """The voting closes, sorted by minute."""
    quote = pl.col("symbol").str.split("/").list.last()
    side = pl.when(quote == "USD").then(pl.lit("usd")).when(quote.is_in(STABLECOINS)).then(pl.lit("usdt"))
    return (
        pl.scan_delta(uri)
        .filter(
            pl.col("asset") == asset,
            pl.col("day").is_between(start.date(), end.date()),
            pl.col("open_time").is_between(start, end, closed="left"),
            pl.col("volume") * pl.col("close") >= MIN_VOTE_USD,
        )
        .select(pl.col("venue").cast(pl.Categorical), side.cast(SIDE_TYPE).alias("side"), "open_time", "close")
        .sort("open_time")
    )


def _select_middles(votes: pl.LazyFrame) -> pl.LazyFrame:
    """Of each minute and group the number of votes, and the three around the middle; null beyond the ends."""
    ranked, middle = pl.col("close"), pl.col("n") // 2
    return (
        votes.group_by("open_time", "side")
        .agg(pl.col("close").sort(), pl.len().cast(pl.Int64).alias("n"))
        .select(
            "open_time",
            "side",
            "n",
            under=ranked.list.get(middle - 1),
            middle=ranked.list.get(middle),
            over=ranked.list.get(middle + 1, null_on_oob=True),
        )
    )


def _build_reference() -> pl.Expr:
    """The median of a group's votes, without the market's own where it is one of them."""
    under, middle, over, own = (pl.col(name) for name in ("under", "middle", "over", "close"))
    even = pl.col("n") % 2 == 0
    return (
        pl.when(pl.col("side") != pl.col("side_heard"))
        .then(pl.when(even).then((under + middle) / 2).otherwise(middle))
        .when(even)
        .then(pl.when(own < middle).then(middle).otherwise(under))
        .when(own < middle)
        .then((middle + over) / 2)
        .when(own > middle)
        .then((under + middle) / 2)
        .otherwise((under + over) / 2)
    )


def _count_episodes() -> pl.Expr:
    """How many episodes below a market had in its observed minutes, which come in order."""
    is_recovered = pl.col("d") > BACK_LIMIT
    is_confirmed = is_recovered & is_recovered.shift(1, fill_value=False) & is_recovered.shift(2, fill_value=False)
    in_episode = pl.when(pl.col("d") <= BELOW_LIMIT).then(1).when(is_confirmed).then(0).forward_fill().fill_null(0)
    return ((in_episode == 1) & (in_episode.shift(1, fill_value=0) == 0)).sum()
