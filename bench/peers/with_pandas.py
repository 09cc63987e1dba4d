"""The measurement in pandas: one wide frame of minute by market, one sort along each group's markets."""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.peers import (
    CONFIRM,
    ENTER,
    EXIT,
    FIRM_VOTES,
    MIN_VOTE,
    TOLERANCE,
    NumbersByMarket,
    PeerNumbers,
    list_files,
)

Floats = npt.NDArray[np.float64]


def measure(uri: str, asset: str, start: datetime, end: datetime) -> NumbersByMarket:
    """Numbers of every market of the asset against its own group."""
    prices = _read_prices(uri, asset, start, end)
    numbers: NumbersByMarket = {}
    for group in prices.columns.unique("group"):
        votes = prices.xs(group, axis="columns", level="group")
        sorted_votes = np.sort(votes.to_numpy(), axis=1)  # NaN goes last
        count = votes.count(axis=1).to_numpy()
        for venue in votes.columns:
            price = votes[venue].to_numpy()
            low, high = _compute_median_without(price, sorted_votes, count)
            observed = ~np.isnan(price) & (count > 1)
            deviation = np.minimum(price / low - 1, 0) + np.maximum(price / high - 1, 0)
            numbers[venue, group] = _build_numbers(deviation[observed], count[observed] - 1)
    return numbers


def _read_prices(uri: str, asset: str, start: datetime, end: datetime) -> pd.DataFrame:
    """The voting closes, a row per minute and a column per venue and group."""
    rows = pq.read_table(
        list_files(uri, asset, start, end),
        columns=["venue", "symbol", "open_time", "open", "close", "volume"],
        filters=(pc.field("open_time") >= start) & (pc.field("open_time") < end),
        partitioning=None,
        read_dictionary=["venue", "symbol"],
    ).to_pandas()
    rows = rows[rows["volume"] * np.maximum(rows["open"], rows["close"]) >= MIN_VOTE]
    groups = rows["symbol"].cat.categories.str.split("/").str[1].str.lower()
    rows = rows.assign(group=pd.Categorical(groups).take(rows["symbol"].cat.codes.to_numpy()))
    prices = rows.set_index(["open_time", "venue", "group"])["close"]
    return prices.unstack(["venue", "group"])  # noqa: PD010 - pivot_table takes several times as long


def _compute_median_without(
    own_votes: Floats, sorted_votes: Floats, count: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Both ends of the median of each minute's votes but for the own one; of no use where there is no other."""
    others = count - 1
    position = (sorted_votes < own_votes[:, None]).sum(axis=1)
    low, high = np.maximum(others - 1, 0) // 2, np.maximum(others, 0) // 2
    row, width = np.arange(len(own_votes)), sorted_votes.shape[1] - 1
    return (
        sorted_votes[row, np.minimum(low + (low >= position), width)],
        sorted_votes[row, np.minimum(high + (high >= position), width)],
    )


def _build_numbers(deviations: Floats, votes: npt.NDArray[np.int64]) -> PeerNumbers:
    """The numbers of one market; ``deviations`` in its observed minutes, in order."""
    firm = deviations[votes >= FIRM_VOTES]
    return PeerNumbers(
        below=min(float(firm.min()), 0.0) if firm.size else None,
        above=max(float(firm.max()), 0.0) if firm.size else None,
        firm_min=firm.size,
        below_min=int((firm <= -ENTER + TOLERANCE).sum()),
        above_min=int((firm >= ENTER - TOLERANCE).sum()),
        episodes=_count_episodes(-deviations) + _count_episodes(deviations),
    )


def _count_episodes(sizes: Floats) -> int:
    """The episodes of one side, on which sizes are positive."""
    is_recovered = pd.Series(sizes < EXIT - TOLERANCE).rolling(CONFIRM).sum().to_numpy() == CONFIRM
    is_beyond = sizes >= ENTER - TOLERANCE
    in_episode = pd.Series(np.where(is_beyond, 1.0, np.where(is_recovered, 0.0, np.nan))).ffill().fillna(0.0).to_numpy()
    return int((np.diff(in_episode, prepend=0.0) == 1).sum())
