"""The same measurement written with other tools, on the same files: what the program's own way is compared with.

Each peer takes the URI of the candles' Delta table, an asset and a window, and gives `PeerNumbers` for every spot
market and group of votes. They convert nothing: in the data of the benchmark one USDT counts as one dollar.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deltalake import DeltaTable

STABLECOINS = ("USDT", "USDC", "FDUSD")
"""Quotes of the group ``usdt``; of USD is ``usd``."""

ENTER, EXIT, CONFIRM = 0.02, 0.01, 3
MIN_VOTE_USD = 100.0
FIRM_VOTES = 3
TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class PeerNumbers:
    """One market against one group: the deepest deviation in a firm minute, firm minutes, those below, episodes."""

    depth: float | None
    firm_min: float
    below_min: float
    episodes: int


NumbersByMarket = dict[tuple[str, str], PeerNumbers]
"""Numbers by venue and group of votes."""

PeerMeasure = Callable[[str, str, datetime, datetime], NumbersByMarket]


def list_files(uri: str, asset: str, start: datetime, end: datetime) -> list[str]:
    """The Parquet files of the table that hold an asset's candles of a window."""
    first_day, last_day = start.astimezone(UTC), (end - timedelta(microseconds=1)).astimezone(UTC)
    days = f"asset = '{asset}' AND day >= '{first_day:%Y-%m-%d}' AND day <= '{last_day:%Y-%m-%d}'"
    return list(DeltaTable(uri).file_uris(file_pruning_predicate=days))
