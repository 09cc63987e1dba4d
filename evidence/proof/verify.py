"""Measures again what a manifest describes, and says what differs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import polars as pl

from analysis.questions import measure_question
from data.catalogue import Catalogue
from data.errors import ManifestDamaged, NoUsableCandles
from data.reader import CandleReader
from data.schema import REVISION, build_empty_frame
from data.text.quoting import quote_input
from deviation.question import Question
from evidence.proof.canonical import MARKET_KEY
from evidence.proof.inputs import InputRead, describe_read
from evidence.proof.manifest import FORMAT, describe_damage, read_input_entries, read_questions
from evidence.proof.numbers import Difference, build_numbers, list_differences
from evidence.proof.rows import ROWS_HASH, hash_csv, list_row_differences

NO_PRICE = "no price in this data"


class ProofStatus(StrEnum):
    """What a file's manifest says beside the data of now; the value is what a person reads."""

    CONSISTENT = "consistent"
    NUMBERS_DIFFER = "numbers differ"
    DATA_CHANGED = "data changed since"


class Change(StrEnum):
    """What became of a market's rows."""

    ADDED = "added"
    MISSING = "missing"
    DIFFERENT = "other values"
    MORE_ROWS = "rows added"
    FEWER_ROWS = "rows missing"


@dataclass(frozen=True, slots=True)
class MarketChange:
    """A market whose rows are others than in the manifest, with the numbers of rows then and now."""

    venue: str
    symbol: str
    timeframe: str
    change: Change
    old_rows: int
    new_rows: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The result of a check.

    Attributes:
        manifest: that of the file.
        changes: markets whose rows differ, sorted.
        spans_changed: whether other spans count as complete than then, so that quiet and missing bars differ.
        revisions: of `data.schema.REVISION`: values of these markets that an exchange changed, in the spans read.
        differences: numbers that differ.
        is_store_table: whether the file shows what a store held, which no question is behind.
    """

    manifest: Mapping[str, Any]
    changes: tuple[MarketChange, ...] = ()
    spans_changed: bool = False
    revisions: pl.DataFrame = field(default_factory=lambda: build_empty_frame(REVISION))
    differences: tuple[Difference, ...] = ()
    is_store_table: bool = False

    @property
    def status(self) -> ProofStatus:
        """Changed data explain other numbers; without them something else does."""
        if self.changes or self.spans_changed or (self.is_store_table and self.differences):
            return ProofStatus.DATA_CHANGED
        return ProofStatus.NUMBERS_DIFFER if self.differences else ProofStatus.CONSISTENT


@dataclass(frozen=True, slots=True)
class RowComparison:
    """The rows of a file, and what makes them again as a CSV; None where they cannot be made.

    ``old`` are those of a table as a CSV, or the hash of those that a picture is of; see `evidence.proof.rows`.
    """

    old: bytes | str
    build: Callable[[], bytes | None]

    def compare(self) -> list[Difference]:
        """The differing cells; none where the rows cannot be made."""
        try:
            new = self.build()
        except NoUsableCandles:
            return [Difference("rows", "rows", NO_PRICE)]
        if new is None:
            return []
        if isinstance(self.old, str):
            return [] if hash_csv(new) == self.old else [Difference(ROWS_HASH, self.old, hash_csv(new))]
        return [] if new == self.old else list(list_row_differences(self.old, new))


class RevisionReader(Protocol):
    """Lists revisions; see `data.tables.candles.CandleTable.read_revisions`."""

    def __call__(self, start: datetime, end: datetime, assets: Collection[str], /) -> pl.DataFrame:
        """The revisions of assets in ``[start, end)``, a frame of `data.schema.REVISION`."""
        ...


def verify_manifest(
    manifest: Mapping[str, Any],
    reader: CandleReader,
    catalogue: Catalogue,
    read_revisions: RevisionReader | None = None,
    rows: RowComparison | None = None,
) -> Proof:
    """Compare rows and numbers of a manifest with what a source of candles gives now.

    Args:
        manifest: one that is intact; see `evidence.proof.read_file`.
        reader: where candles are read from, as they first came if the manifest says so.
        catalogue: facts on assets, venues and events.
        read_revisions: lists what exchanges changed; None where nobody knows, as for files.
        rows: makes the rows again of a table, and of a picture that no question is behind; None for other pictures.

    Raises:
        ManifestDamaged: an entry is missing or has no meaning, or is of a later version of the program.
        StoreUnusable: the store cannot be read.
    """
    if manifest.get("format") != FORMAT:
        message = f"the manifest has format {quote_input(manifest.get('format'))}; this program reads {FORMAT}"
        raise ManifestDamaged(message)
    if "measured" not in manifest and rows is not None:  # of what the store held
        return Proof(manifest, differences=tuple(rows.compare()), is_store_table=True)
    questions, entries = read_questions(manifest, catalogue), read_input_entries(manifest)
    _check_inputs(questions, [read for read, _ in entries])
    changes: list[MarketChange] = []
    spans_changed = False
    for read, old in entries:
        new = describe_read(reader, read)
        changes += _compare_markets(old, new)
        spans_changed = spans_changed or old.get("spans_sha256") != new["spans_sha256"]
    changes = sorted(set(changes), key=lambda change: (change.venue, change.symbol, change.timeframe))
    revisions = build_empty_frame(REVISION)
    if read_revisions is not None:
        revisions = _select_revisions([read for read, _ in entries], changes, read_revisions)
    differences = _compare_numbers(manifest, questions, reader) if rows is None else rows.compare()
    return Proof(manifest, tuple(changes), spans_changed, revisions, tuple(differences))


def _check_inputs(questions: Sequence[Question], reads: Sequence[InputRead]) -> None:
    """Raises ManifestDamaged where a question's window is in no read: its rows would go unchecked."""
    for question in questions:
        if not any(
            question.asset in read.assets
            and read.start <= question.start
            and question.end <= read.end
            and (read.origin, read.timeframe) == (question.origin, question.timeframe)
            for read in reads
        ):
            message = f"the manifest does not describe the rows of {quote_input(question.asset)}"
            raise ManifestDamaged(message)


def _compare_markets(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[MarketChange]:
    try:
        old_markets = {tuple(str(market[name]) for name in MARKET_KEY): market for market in old["markets"]}
        old_values = {key: (int(market["rows"]), str(market["sha256"])) for key, market in old_markets.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise describe_damage(error) from error
    new_values = {
        tuple(market[name] for name in MARKET_KEY): (market["rows"], market["sha256"]) for market in new["markets"]
    }
    return [
        _describe_change(key, old_values.get(key), new_values.get(key))
        for key in old_values | new_values
        if old_values.get(key) != new_values.get(key)
    ]


def _describe_change(key: tuple[str, ...], old: tuple[int, str] | None, new: tuple[int, str] | None) -> MarketChange:
    (venue, symbol, _, timeframe), old_rows, new_rows = key, old[0] if old else 0, new[0] if new else 0
    if old is None:
        change = Change.ADDED
    elif new is None:
        change = Change.MISSING
    elif old_rows == new_rows:
        change = Change.DIFFERENT
    else:
        change = Change.MORE_ROWS if new_rows > old_rows else Change.FEWER_ROWS
    return MarketChange(venue, symbol, timeframe, change, old_rows, new_rows)


def _select_revisions(
    reads: Sequence[InputRead], changes: Sequence[MarketChange], read_revisions: RevisionReader
) -> pl.DataFrame:
    """The revisions of the changed markets in the spans of the reads."""
    markets = {(change.venue, change.symbol, change.timeframe) for change in changes}
    frames = [read_revisions(read.start, read.end, read.assets) for read in reads] if markets else []
    rows = pl.concat([build_empty_frame(REVISION), *frames]).unique(maintain_order=True)
    is_changed = [
        (venue, symbol, timeframe) in markets
        for venue, symbol, timeframe in rows.select("venue", "symbol", "timeframe").iter_rows()
    ]
    return rows.filter(pl.Series(is_changed, dtype=pl.Boolean))


def _compare_numbers(
    manifest: Mapping[str, Any], questions: Sequence[Question], reader: CandleReader
) -> list[Difference]:
    """The differing numbers; none where the file has its numbers in rows."""
    old_numbers = [measured.get("numbers") for measured in manifest["measured"]]
    if not any(old_numbers):
        return []
    measurements = []
    for question in questions:
        try:
            measurements.append(measure_question(reader, question))
        except NoUsableCandles:
            return [Difference(f"{question.asset} {question.start:%Y-%m-%dT%H:%MZ}", "numbers", NO_PRICE)]
    new_numbers = build_numbers(measurements)
    return [
        difference
        for question, old, new in zip(questions, old_numbers, new_numbers, strict=True)
        for difference in list_differences(question.asset, old, new)
    ]
