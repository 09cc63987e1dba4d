"""The measurement in pandas: one wide frame of minute by market, one sort along each group's markets."""

from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.peers import CONFIRM, ENTER, EXIT, FIRM_VOTES, MIN_VOTE_USD, STABLECOINS, TOLERANCE, Answer, Numbers, files

Floats = npt.NDArray[np.float64]


def measure(uri: str, asset: str, start: datetime, end: datetime) -> Answer:
    """Numbers of every market of the asset against both groups."""
    wide = _prices(uri, asset, start, end)
    answer: Answer = {}
    for group in ("usdt", "usd"):
        votes = wide.xs(group, axis="columns", level="group")
        ranked = np.sort(votes.to_numpy(), axis=1)  # NaN goes last
        count = votes.count(axis=1).to_numpy()
        for venue, own_group in wide.columns:
            price = wide[venue, own_group].to_numpy()
            own = votes[venue].to_numpy() if venue in votes.columns else np.full(len(wide), np.nan)
            reference, others = _median_without(own, ranked, count)
            observed = ~np.isnan(price) & (others > 0)
            answer[venue, group] = _numbers(price[observed] / reference[observed] - 1, others[observed])
    return answer


def _prices(uri: str, asset: str, start: datetime, end: datetime) -> pd.DataFrame:
    """The voting closes, a row per minute and a column per venue and group."""
    rows = pq.read_table(
        files(uri, asset, start, end),
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


def _median_without(own: Floats, ranked: Floats, count: npt.NDArray[np.int64]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The median of each minute's votes but for the own one, and how many they are; NaN where there is none."""
    votes_itself = ~np.isnan(own)
    others = count - votes_itself
    position = np.where(votes_itself, (ranked < own[:, None]).sum(axis=1), ranked.shape[1])
    low, high = np.maximum(others - 1, 0) // 2, others // 2
    row = np.arange(len(own))
    width = ranked.shape[1] - 1
    return (
        ranked[row, np.minimum(low + (low >= position), width)]
        + ranked[row, np.minimum(high + (high >= position), width)]
    ) / 2, others


def _numbers(d: Floats, votes: npt.NDArray[np.int64]) -> Numbers:
    """The numbers of one market; ``d`` in its observed minutes, in order."""
    firm = d[votes >= FIRM_VOTES]
    back = pd.Series(d > -EXIT + TOLERANCE).rolling(CONFIRM).sum().to_numpy() == CONFIRM
    beyond = d <= -ENTER + TOLERANCE
    inside = pd.Series(np.where(beyond, 1.0, np.where(back, 0.0, np.nan))).ffill().fillna(0.0).to_numpy()
    return Numbers(
        depth=float(firm.min()) if firm.size else None,
        firm_min=firm.size,
        below_min=int((firm <= -ENTER + TOLERANCE).sum()),
        episodes=int((np.diff(inside, prepend=0.0) == 1).sum()),
    )
