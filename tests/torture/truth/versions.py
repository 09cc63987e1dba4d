"""Long form: the same stores give the same bytes, whatever the machine and its versions of numpy and polars.

    python -m tests.torture.truth.versions --evenings 4 > here.txt
    diff here.txt there.txt

Prints a line "name digest" for each output of the sample and of some random evenings: JSON, CSV with its description,
the answers that the browser draws pages from, and with `--pictures` SVG and PNG. The digest is SHA-256. Two machines
agree where the lines are the same; on one machine, NPY_DISABLE_CPU_FEATURES stands for an older processor. Prices,
times of fetching and the day of pictures are those of the script, so the clock has no part in it. An evening takes five
seconds of a processor, its pictures twenty.

A Parquet is not compared: its bytes are those of the writer in polars, which may pack equal rows otherwise in another
version. Its rows are those of the CSV, whose digest is in its metadata. Pictures are drawn by Chromium, which sets and
packs them: those of two versions of Chromium differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from math import isnan
from pathlib import Path
from typing import Any

import click
import polars as pl

from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.tabular import METADATA_FORMAT
from dashboard.exports.registry import EXPORTS
from dashboard.exports.routes import build_export
from dashboard.service.measurements import Measurements
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from data.errors import NoUsableCandles
from data.files.import_many import build_complete_coverage
from data.reconstruction.sample import ensure_sample
from data.schema import CANDLE, CANDLE_DEFAULTS, Origin, Timeframe
from data.store import CandleStore
from tests.dashboard.memory_store import RecordedActions
from tests.torture.truth.collection import to_time
from tests.torture.truth.markets import TrueEvening, draw_evening
from tests.torture.truth.page import read_array
from tests.torture.truth.program import ask_page, build_query

FETCHED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""The clock of the script."""

SAVED_KINDS = frozenset({ExportKind.MARKET, ExportKind.HISTORY, ExportKind.CASE})
"""Exports of saved scans, which no store here has, and the case file, which holds pictures."""

PAGES = ("/", "/explorer", "/lows", "/compare", "/sequence", "/index-rules")


def write_evening(store: CandleStore, evening: TrueEvening) -> None:
    """Write what a collection of an evening must store."""
    rows = [
        {**vars(candle), **CANDLE_DEFAULTS, "open_time": to_time(candle.time), "timeframe": Timeframe.M1.value}
        for candle in sorted(evening.list_candles(), key=lambda candle: (candle.venue, candle.symbol, candle.time))
    ]
    spans = [
        {"venue": venue, "symbol": symbol, "timeframe": "1m", "start": to_time(start), "end": to_time(end)}
        for venue, symbol, start, end in evening.list_covered()
    ]
    coverage = pl.DataFrame(spans).with_columns(pl.col("start", "end").cast(pl.Datetime("ms", "UTC")))
    store.coverage.write(
        build_complete_coverage(coverage, origin=Origin.IMPORTED, source="an evening", asked_at=FETCHED_AT)
    )
    frame = pl.DataFrame(rows, schema_overrides=CANDLE).select(list(CANDLE))
    store.write_candles(frame, source="an evening", fetched_at=FETCHED_AT)


def list_outputs(store: CandleStore, query: dict[str, str], *, pictures: bool) -> Iterator[tuple[str, bytes]]:
    """Name and content of every output of a store for the query of a page's link.

    Pages as `normalize_page` has them.
    """
    catalogue = load_catalogue()
    formats = {"csv", "json", METADATA_FORMAT} | (set(FileFormat) if pictures else set())
    measurements = Measurements(store, catalogue)
    with Renderer() as renderer:
        for kind, export in EXPORTS.items():
            offered = (*export.formats, METADATA_FORMAT) if "csv" in export.formats else export.formats
            for file_format in offered if kind not in SAVED_KINDS else ():
                if file_format not in formats:
                    continue
                try:
                    file = build_export(measurements, renderer, kind, file_format, query, drawn_on=FETCHED_AT.date())
                except NoUsableCandles:
                    continue
                yield f"{kind}.{file_format}", file.content
    client = create_app(store, catalogue, RecordedActions()).server.test_client()
    for path in PAGES:
        yield path, json.dumps(normalize_page(ask_page(client, path, query)), sort_keys=True).encode()


def normalize_page(content: Any) -> Any:  # noqa: ANN401 - any JSON
    """An answer with the numbers of its arrays, None where there is none: NaN has many patterns of bits.

    Names have to be sorted, too: dash writes the properties of a component in the order of a set.
    """
    if isinstance(content, dict):
        if content.keys() == {"dtype", "bdata"}:
            return [None if isnan(value) else value for value in read_array(content)]
        return {name: normalize_page(value) for name, value in content.items()}
    return [normalize_page(value) for value in content] if isinstance(content, list) else content


def list_digests(evenings: int, *, with_sample: bool = True, pictures: bool = False) -> Iterator[tuple[str, str]]:
    """Name and digest of every output of the sample and of so many evenings."""
    with tempfile.TemporaryDirectory() as folder:
        if with_sample:
            store = CandleStore(str(Path(folder) / "sample"))
            ensure_sample(store, FETCHED_AT)
            for name, content in list_outputs(store, {"asset": "ATOM", "window": "crash"}, pictures=pictures):
                yield f"sample/{name}", sha256(content).hexdigest()
        for seed in range(1, evenings + 1):
            store, evening = CandleStore(str(Path(folder) / str(seed))), draw_evening(seed)
            write_evening(store, evening)
            for name, content in list_outputs(store, build_query(evening), pictures=pictures):
                yield f"{seed}/{name}", sha256(content).hexdigest()


def main() -> int:
    """Print the digests."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evenings", type=int, default=4)
    parser.add_argument("--without-sample", action="store_true")
    parser.add_argument("--pictures", action="store_true", help="SVG and PNG too, which need Chromium")
    arguments = parser.parse_args()
    digests = list_digests(arguments.evenings, with_sample=not arguments.without_sample, pictures=arguments.pictures)
    for name, digest in digests:
        click.echo(f"{name} {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
