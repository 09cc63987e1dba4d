"""The rows that a measurement was made from: which reads give them, and what identifies their content."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data.reader import CandleReader
from data.schema import CANDLE_DEFAULTS, Evidence, Timeframe
from data.times import format_time
from deviation.question import Question
from evidence.proof.canonical import VALUES, combine_hashes, hash_markets, hash_spans


@dataclass(frozen=True, slots=True, order=True)
class InputRead:
    """A read of candles and complete spans of ``[start, end)``: all that questions over one span need."""

    start: datetime
    end: datetime
    assets: tuple[str, ...]
    origin: Evidence
    timeframe: Timeframe

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "InputRead":
        """The read that `describe_read` described.

        Raises:
            KeyError, TypeError, ValueError: the content is no such description.
        """
        start, end = (_parse_instant(content[name]) for name in ("from", "to"))
        assets = tuple(map(str, content["assets"]))
        return cls(start, end, assets, Evidence(content["origin"]), Timeframe(content["timeframe"]))


@dataclass(frozen=True, slots=True)
class InputRecord:
    """The entries of a manifest about its input: ``inputs`` with hashes of rows, ``sources`` with their origins."""

    inputs: list[dict[str, Any]]
    sources: list[dict[str, Any]]


def _parse_instant(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        message = f"{text} has no zone"
        raise ValueError(message)
    return time


def list_reads(questions: Iterable[Question]) -> list[InputRead]:
    """One read for all questions with the same span, origin and bars, sorted."""
    assets: dict[tuple[datetime, datetime, Evidence, Timeframe], set[str]] = {}
    for question in questions:
        key = (*question.required_span, question.origin, question.timeframe)
        assets.setdefault(key, set()).update(question.required_assets)
    return sorted(
        InputRead(start, end, tuple(sorted(names)), origin, timeframe)
        for (start, end, origin, timeframe), names in assets.items()
    )


def read_rows(reader: CandleReader, read: InputRead) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The candles and the complete spans, clipped to the read, without price and timeframe, which all rows share."""
    candles = reader.read_candles(
        read.assets,
        read.start,
        read.end,
        origin=read.origin,
        columns=("venue", "symbol", "open_time", *VALUES),
        in_order=False,
        timeframe=read.timeframe,
    )
    spans = reader.read_covered_spans(
        read.assets, read.start, read.end, origin=read.origin, timeframe=read.timeframe
    ).with_columns(
        pl.col("start").clip(lower_bound=read.start),
        pl.col("end").clip(upper_bound=read.end),
    )
    return candles, spans


def describe_read(reader: CandleReader, read: InputRead) -> dict[str, Any]:
    """The read, the hash of its candles, that of each market, and that of its complete spans."""
    candles, spans = read_rows(reader, read)
    markets = hash_markets(
        candles.with_columns(
            price=pl.lit(CANDLE_DEFAULTS["price"]),
            timeframe=pl.lit(read.timeframe.value),
        )
    )
    return {
        "from": format_time(read.start),
        "to": format_time(read.end),
        "assets": list(read.assets),
        "origin": read.origin.value,
        "timeframe": read.timeframe.value,
        "rows": candles.height,
        "sha256": combine_hashes(markets),
        "spans_sha256": hash_spans(spans),
        "markets": markets,
    }


def describe_reads(reader: CandleReader, reads: Sequence[InputRead]) -> InputRecord:
    """Hashes and sources of all rows of some reads."""
    with reader.hold_versions():
        return InputRecord([describe_read(reader, read) for read in reads], _describe_sources(reader, reads))


def _describe_sources(reader: CandleReader, reads: Sequence[InputRead]) -> list[dict[str, Any]]:
    """Per venue, origin and source the stored rows of the reads and when they were fetched first and last.

    The times are null for files that were measured without being stored.
    """
    frames = [
        reader.read_sources(read.assets, read.start, read.end, origin=read.origin, timeframe=read.timeframe)
        for read in reads
    ]
    keys = ("venue", "origin", "source")
    sources = (
        pl.concat(frames)
        .group_by(keys)
        .agg(pl.col("rows").sum(), pl.col("first_fetched").min(), pl.col("last_fetched").max())
        .sort(keys)
    )
    return [
        {
            name: value if value is None or not isinstance(value, datetime) else format_time(value)
            for name, value in row.items()
        }
        for row in sources.iter_rows(named=True)
    ]
