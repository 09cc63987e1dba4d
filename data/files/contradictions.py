"""Refuses a file that contradicts a file that was imported before it."""

from pathlib import Path

import polars as pl

from data.errors import OptionRefused
from data.files.open_file import MAX_SHOWN_ROWS
from data.schema import CANDLE_DEFAULTS


def refuse_contradictions(path: Path, contradictions: pl.DataFrame) -> None:
    """Raise an error that names the first bars with other values than an earlier file, if there are any.

    Args:
        path: the file.
        contradictions: rows of `data.tables.comparison.CONTRADICTION`.

    Raises:
        OptionRefused: there is a contradiction; names bars, values, the earlier files, and what can be done.
    """
    if contradictions.is_empty():
        return
    lines = [_format_contradiction(row) for row in contradictions.head(MAX_SHOWN_ROWS).iter_rows(named=True)]
    count = len(contradictions)
    is_minutes_only = set(contradictions["timeframe"]) == {CANDLE_DEFAULTS["timeframe"]}
    bars = ("minute" if is_minutes_only else "bar") + ("" if count == 1 else "s")
    rest = [f"and {count - len(lines):,} more"] if count > len(lines) else []
    sources = contradictions["source"].unique().sort().to_list()
    earlier_files = ", ".join(sources[:MAX_SHOWN_ROWS]) + (", ..." if len(sources) > MAX_SHOWN_ROWS else "")
    reason = (
        f"nothing of it was taken: {count:,} {bars} with other values than in {earlier_files}, which the store has "
        "(values are compared exactly)"
    )
    advice = "import it with --replace to let its values count, or forget the earlier file first"
    raise OptionRefused(f"{path.name}: " + "\n  ".join([reason, *lines, *rest]), advice, "replace")


def _format_contradiction(row: dict[str, object]) -> str:
    time_format = "%Y-%m-%d %H:%M:%S" if str(row["timeframe"]).endswith("s") else "%Y-%m-%d %H:%M"
    usual = {CANDLE_DEFAULTS["timeframe"], CANDLE_DEFAULTS["price"]}
    kind = "".join(f" {row[name]}" for name in ("price", "timeframe") if row[name] not in usual)
    return (
        f"{row['venue']} {row['symbol']}{kind} {row['open_time']:{time_format}} UTC: "
        f"{row['field']} {row['value']}, in {row['source']} {row['stored_value']}"
    )
