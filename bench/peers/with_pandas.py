"""The measurement in pandas: a wide frame of minute by venue for each group, and one sort along its venues."""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
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

MICROS = 1_000_000


def measure(uri: str, asset: str, start: datetime, end: datetime) -> NumbersByMarket:
    """Numbers of every market of the asset against its own group."""
    rows = _read_votes(uri, asset, start, end)
    group_codes, groups = pd.factorize(rows["symbol"].cat.categories.str.split("/").str[1].str.lower())
    code_of_row = group_codes[rows["symbol"].cat.codes.to_numpy()]
    numbers: NumbersByMarket = {}
    for code, group in enumerate(groups):
        votes = rows[code_of_row == code]
        prices = _pivot(votes, start, end)
        matrix = prices.to_numpy()
        sorted_votes = np.sort(matrix, axis=1)  # NaN goes last
        count = (~np.isnan(matrix)).sum(axis=1)
        for venue in prices.columns:
            price = prices[venue].to_numpy()
            low, high = _compute_median_without(price, sorted_votes, count)
            observed = ~np.isnan(price) & (count > 1)
            deviation = np.minimum(price / low - 1, 0) + np.maximum(price / high - 1, 0)
            numbers[venue, group] = _build_numbers(deviation[observed], count[observed] - 1)
    return numbers


def _read_votes(uri: str, asset: str, start: datetime, end: datetime) -> pd.DataFrame:
    """The rows that vote: names as categories, open time and close."""
    rows = pq.read_table(
        list_files(uri, asset, start, end),
        columns=["venue", "symbol", "open_time", "open", "close", "volume"],
        partitioning=None,
        read_dictionary=["venue", "symbol"],
    ).to_pandas()
    # Not by pyarrow's `filters`, which cannot take the type of text that deltalake writes.
    rows = rows[(rows["open_time"] >= start) & (rows["open_time"] < end)]
    return rows[rows["volume"] * np.maximum(rows["open"], rows["close"]) >= MIN_VOTE]


def _pivot(votes: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    """The closes of a group, a row per minute and a column per venue.

    By the codes of venues and the number of each minute: `unstack` and `pivot_table` sort and take twice as long.
    """
    venues = votes["venue"].cat.remove_unused_categories().cat
    minutes = (votes["open_time"].astype("int64").to_numpy() - int(start.timestamp()) * MICROS) // (60 * MICROS)
    prices = np.full((int((end - start).total_seconds()) // 60, len(venues.categories)), np.nan)
    prices[minutes, venues.codes.to_numpy()] = votes["close"].to_numpy()
    return pd.DataFrame(prices, columns=venues.categories)


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
