"""The log of what was asked of each market and what came: it tells quiet minutes from missing ones."""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from data.lake import LakeTable
from data.schema import COVERAGE, NOTHING_WANTING, SPAN, Evidence, Origin, Outcome

ORDER = ("asked_at", "venue", "symbol", "start", "end", "outcome")


class CoverageLog:
    """The Delta table of coverage rows. Rows are only ever added; one that is there twice reads as one."""

    def __init__(self, uri: str) -> None:
        self.table = LakeTable(uri, COVERAGE)

    def write(self, coverage: pl.DataFrame) -> None:
        """Add rows of `data.schema.COVERAGE`.

        Raises:
            ValueError: other columns or dtypes, nulls, an unknown outcome or origin, or an empty span.
            StoreBusy: other writers went ahead every time.
            StoreUnusable: the place cannot be written.
        """
        if dict(coverage.schema) != COVERAGE:
            message = f"this is no coverage: {dict(coverage.schema)} instead of {COVERAGE}"
            raise ValueError(message)
        if coverage.is_empty():
            return
        sound = coverage.select(
            pl.all().is_not_null().all(),
            known=pl.col("outcome").is_in([outcome.value for outcome in Outcome]).all()
            & pl.col("origin").is_in([origin.value for origin in Origin]).all(),
            ordered=(pl.col("start") < pl.col("end")).all(),
        )
        if not all(sound.row(0)):
            faults = [name for name, is_so in sound.row(0, named=True).items() if not is_so]
            message = f"this coverage cannot be stored: see {', '.join(faults)}"
            raise ValueError(message)
        self.table.append(coverage)

    def rows(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """The rows of `data.schema.COVERAGE` that overlap ``[start, end)``, in the order of asking."""
        return self.table.read(lambda rows: rows.filter(_of(assets), _overlapping(start, end)).unique()).sort(ORDER)

    def wanting(self) -> pl.DataFrame:
        """The rows of `data.schema.COVERAGE` that were asked and not had, and have not come whole since."""
        rows = self.table.read(lambda rows: rows.unique()).sort(ORDER)
        whole = rows.filter(pl.col("outcome") == Outcome.COMPLETE).select("venue", "symbol", "start", "end")
        market = ["venue", "symbol"]
        held = merged(whole).rename({"start": "held_from", "end": "held_to"})
        inside = (pl.col("held_from") <= pl.col("start")) & (pl.col("end") <= pl.col("held_to"))
        asked = rows.filter(~pl.col("outcome").is_in([outcome.value for outcome in NOTHING_WANTING]))
        asked = asked.unique([*market, "start", "end"], keep="last", maintain_order=True).with_row_index("row")
        had = asked.join(held, on=market).filter(inside).select("row")
        return asked.join(had, on="row", how="anti", maintain_order="left").select(*COVERAGE)

    def spans(self, assets: Collection[str], start: datetime, end: datetime, origin: Evidence) -> pl.DataFrame:
        """What was collected whole of ``[start, end)``, per market: disjoint spans within it, ascending."""
        whole = (pl.col("outcome") == Outcome.COMPLETE, _overlapping(start, end), _of(assets), of_evidence(origin))
        edges = pl.col("start").clip(lower_bound=start), pl.col("end").clip(upper_bound=end)
        clipped = self.table.read(lambda rows: rows.filter(*whole).select("venue", "symbol", *edges).unique())
        return merged(clipped)


def merged(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans of `data.schema.SPAN` with those of one market that overlap or touch made one, sorted."""
    market = ["venue", "symbol"]
    reach = pl.col("end").cum_max().shift(1).over(market)
    return (
        spans.sort(*market, "start", "end")
        .with_columns(run=(reach.is_null() | (pl.col("start") > reach)).cum_sum())
        .group_by(*market, "run", maintain_order=True)
        .agg(pl.col("start").min(), pl.col("end").max())
        .select(*SPAN)
    )


def of_evidence(origin: Evidence) -> pl.Expr:
    """Rows of that kind of evidence: the reconstruction, or everything else."""
    is_reconstruction = pl.col("origin") == Origin.RECONSTRUCTION
    return is_reconstruction if origin is Evidence.RECONSTRUCTION else ~is_reconstruction


def _of(assets: Collection[str]) -> pl.Expr:
    return pl.col("symbol").str.split("/").list.first().is_in(list(assets))


def _overlapping(start: datetime, end: datetime) -> pl.Expr:
    return (pl.col("start") < end) & (pl.col("end") > start)
