"""The same measurement written with other tools, on the same files: what the program's own way is compared with.

Each peer takes the URI of the candles' Delta table, an asset and a window, and gives `PeerNumbers` for every spot
market against its own group, the other markets in its quote: both sides of the distance to the interval of the median.
Against its own group nothing is converted. Families do not matter: in the data of the benchmark each exchange is one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deltalake import DeltaTable

from data.delta.layout import Layout

ENTER, EXIT, CONFIRM = 0.02, 0.01, 3
MIN_VOTE = 100.0
FIRM_VOTES = 3
TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class PeerNumbers:
    """One market: the largest deviations below and above in firm minutes, how many those are, and episodes.

    Deviations are 0 where none lies on the side, None without a firm minute; minutes are those beyond `ENTER`.
    """

    below: float | None
    above: float | None
    firm_min: float
    below_min: float
    above_min: float
    episodes: int


NumbersByMarket = dict[tuple[str, str], PeerNumbers]
"""Numbers by venue and quote."""

PeerMeasure = Callable[[str, str, datetime, datetime], NumbersByMarket]


def list_files(uri: str, asset: str, start: datetime, end: datetime) -> list[str]:
    """The Parquet files of the table that hold an asset's candles of a window."""
    first_day, last_day = start.astimezone(UTC), (end - timedelta(microseconds=1)).astimezone(UTC)
    table = DeltaTable(uri)
    layout = find_layout(table)
    first, last = layout.find_partition(first_day.date()), layout.find_partition(last_day.date())
    predicate = f"asset = '{asset}' AND {layout} >= '{first}' AND {layout} <= '{last}'"
    return list(table.file_uris(file_pruning_predicate=predicate))


def find_layout(table: DeltaTable) -> Layout:
    """The layout of a table, by its partition columns."""
    return Layout(table.metadata().partition_columns[-1])
