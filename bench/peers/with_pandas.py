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
    MIN_VOTE_USD,
    STABLECOINS,
    TOLERANCE,
    NumbersByMarket,
    PeerNumbers,
    list_files,
)

Floats = npt.NDArray[np.float64]


def measure(uri: str, asset: str, start: datetime, end: datetime) -> NumbersByMarket:
    """Numbers of every market of the asset against both groups."""
    prices = _read_prices(uri, asset, start, end)
    numbers: NumbersByMarket = {}
    for group in ("usdt", "usd"):
        votes = prices.xs(group, axis="columns", level="group")
        sorted_votes = np.sort(votes.to_numpy(), axis=1)  # NaN goes last
        count = votes.count(axis=1).to_numpy()
        for venue, own_group in prices.columns:
            price = prices[venue, own_group].to_numpy()
            own_votes = votes[venue].to_numpy() if venue in votes.columns else np.full(len(prices), np.nan)
            reference, other_counts = _compute_median_without(own_votes, sorted_votes, count)
            observed = ~np.isnan(price) & (other_counts > 0)
            numbers[venue, group] = _build_numbers(price[observed] / reference[observed] - 1, other_counts[observed])
    return numbers


def _read_prices(uri: str, asset: str, start: datetime, end: datetime) -> pd.DataFrame:
    """The voting closes, a row per minute and a column per venue and group."""
    rows = pq.read_table(
        list_files(uri, asset, start, end),
        columns=["venue", "symbol", "open_time", "close", "volume"],
        filters=(pc.field("open_time") >= start) & (pc.field("open_time") < end),
        partitioning=None,
        read_dictionary=["venue", "symbol"],
    ).to_pandas()
    rows = rows[rows["volume"] * rows["close"] >= MIN_VOTE_USD]
    quotes = rows["symbol"].cat.categories.str.split("/").str[1]
    groups = np.where(quotes == "USD", "usd", np.where(quotes.isin(STABLECOINS), "usdt", "-"))
    rows = rows.assign(group=pd.Categorical(groups).take(rows["symbol"].cat.codes.to_numpy()))
    prices = rows.set_index(["open_time", "venue", "group"])["close"]
    return prices.unstack(["venue", "group"])  # noqa: PD010 - pivot_table takes several times as long


def _compute_median_without(
    own_votes: Floats, sorted_votes: Floats, count: npt.NDArray[np.int64]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The median of each minute's votes but for the own one, and how many they are; NaN where there is none."""
    has_vote = ~np.isnan(own_votes)
    other_counts = count - has_vote
    position = np.where(has_vote, (sorted_votes < own_votes[:, None]).sum(axis=1), sorted_votes.shape[1])
    low, high = np.maximum(other_counts - 1, 0) // 2, other_counts // 2
    row = np.arange(len(own_votes))
    width = sorted_votes.shape[1] - 1
    return (
        sorted_votes[row, np.minimum(low + (low >= position), width)]
        + sorted_votes[row, np.minimum(high + (high >= position), width)]
    ) / 2, other_counts


def _build_numbers(deviations: Floats, votes: npt.NDArray[np.int64]) -> PeerNumbers:
    """The numbers of one market; ``deviations`` in its observed minutes, in order."""
    firm = deviations[votes >= FIRM_VOTES]
    is_recovered = pd.Series(deviations > -EXIT + TOLERANCE).rolling(CONFIRM).sum().to_numpy() == CONFIRM
    is_beyond = deviations <= -ENTER + TOLERANCE
    in_episode = pd.Series(np.where(is_beyond, 1.0, np.where(is_recovered, 0.0, np.nan))).ffill().fillna(0.0).to_numpy()
    return PeerNumbers(
        depth=float(firm.min()) if firm.size else None,
        firm_min=firm.size,
        below_min=int((firm <= -ENTER + TOLERANCE).sum()),
        episodes=int((np.diff(in_episode, prepend=0.0) == 1).sum()),
    )
