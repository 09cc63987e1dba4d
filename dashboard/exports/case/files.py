"""The files of a case: pictures, tables, input, method, and a page that opens without a network."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from dashboard.draw.scene import Scene
from dashboard.exports.case.claims import judge_case_claims
from dashboard.exports.case.page import CasePage, build_case_page
from dashboard.exports.case.views import CASE_VIEWS, CaseChart, CaseScene, CaseView
from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.tabular import add_choices, build_csv_metadata, build_rows_manifest, encode_metadata
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.sheet.sizes import SheetSize
from data.catalogue import Catalogue
from data.files.export import METADATA_SUFFIX, encode_rows
from data.reconstruction.candles import list_assumed_markets
from data.store import CandleStore
from data.version import VERSION
from deviation.measurement import Measurement
from deviation.report.json_output import build_measurement_json
from deviation.report.question_json import build_question_json
from deviation.side import Side
from evidence.case.bundle import pack_case
from evidence.case.inputs import CaseInput, read_case_input
from evidence.case.method import read_method
from evidence.case.restore import CANDLES_NAME, LOW_TRADES_NAME, SPANS_NAME
from evidence.proof.inputs import InputRecord, describe_reads, list_reads
from evidence.proof.manifest import build_manifest, shorten_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRequest:
    """What a case file is to hold.

    Attributes:
        measurement: of the asset, from ``store``.
        store: what was measured.
        catalogue: names of venues.
        renderer: draws the pictures.
        views: the views, some of `CASE_VIEWS`.
        side: the side that views of one side show; None for that of the larger deviation.
        imprint: link and day at the foot of pictures.
        query: the query of the page that shows the same; None if there is none.
        attachments: further files by name, such as the results of an order log.
    """

    measurement: Measurement
    store: CandleStore
    catalogue: Catalogue
    renderer: Renderer
    views: Sequence[ExportKind] = tuple(CASE_VIEWS)
    side: Side | None = None
    imprint: Imprint = NO_IMPRINT
    query: str | None = None
    attachments: Mapping[str, bytes] = field(default_factory=dict)


def build_case(request: CaseRequest) -> bytes:
    """The case file.

    Raises:
        StoreUnusable: the store cannot be read.
        BrowserMissing, BrowserBusy, BrowserFailed: the pictures cannot be drawn (now).
    """
    measurement = request.measurement
    question = measurement.question
    (read,) = list_reads([question])
    record = describe_reads(request.store, [read])
    case_input = read_case_input(request.store, read)
    trades = request.store.read_low_trades([question.asset], question.start, question.end, timeframe=question.timeframe)
    scene = Scene(measurement, request.catalogue, assumed_markets=list_assumed_markets(question.origin))
    case = CaseScene(scene, trades, request.side)
    files: dict[str, bytes] = {}
    charts: list[CaseChart] = []
    for kind in request.views:
        view = CASE_VIEWS[kind]
        files |= _build_pictures(request, view, case, record) | _build_tables(request, view, scene, record)
        charts += view.build_charts(case)
    method = read_method()
    claims = judge_case_claims(request.store, request.catalogue, question)
    if claims is not None:
        files["claims.json"] = json.dumps(claims.content, indent=2).encode()
    files |= _build_input_files(case_input)
    files["measurement.json"] = json.dumps(
        {**build_measurement_json(measurement), "focus": measurement.focus}, indent=2
    ).encode()
    files |= {f"attachments/{name}": content for name, content in request.attachments.items()}
    if method is not None:
        files["method.md"] = method.encode()
    results = () if claims is None else claims.results
    page = CasePage(scene, charts, record, tuple(sorted(files)), method, results)
    files["index.html"] = build_case_page(page).encode()
    about = {
        "program": f"Plumbline {VERSION}",
        **build_question_json(question),
        "focus": measurement.focus,
        "venues": list(question.venues),
        "as_first_seen": request.store.first_seen,
        "inputs": record.inputs,
        "sources": record.sources,
    }
    return pack_case(files, about)


def _build_pictures(request: CaseRequest, view: CaseView, case: CaseScene, record: InputRecord) -> dict[str, bytes]:
    """The view as PNG and SVG."""
    extra: dict[str, Any] = {"size": SheetSize.WIDE.value, "theme": case.scene.theme.value}
    extra |= {} if request.query is None else {"link": request.query}
    manifest = build_manifest(
        view.kind.value, [request.measurement], record, first_seen=request.store.first_seen, extra=extra
    )
    imprint = replace(request.imprint, manifest_hash=shorten_hash(manifest))
    figure = view.build_sheet(case, imprint)
    return {
        f"pictures/{view.kind}.{file_format}": request.renderer.draw(figure, file_format, manifest)
        for file_format in FileFormat
    }


def _build_tables(request: CaseRequest, view: CaseView, scene: Scene, record: InputRecord) -> dict[str, bytes]:
    """The rows of the view as CSV, with its metadata, and as Parquet."""
    rows = add_choices(view.build_rows(scene), request.measurement)
    manifest = build_rows_manifest(
        view.kind,
        rows,
        [request.measurement],
        record,
        first_seen=request.store.first_seen,
        link=request.query,
    )
    name = f"{view.kind}.csv"
    metadata = encode_metadata(
        build_csv_metadata(view.kind, rows, name, measurements=[request.measurement], manifest=manifest)
    )
    return {
        f"tables/{name}": encode_rows(rows, "csv"),
        f"tables/{name}{METADATA_SUFFIX}": metadata.encode(),
        f"tables/{view.kind}.parquet": encode_rows(rows, "parquet", metadata),
    }


def _build_input_files(case_input: CaseInput) -> dict[str, bytes]:
    frames: dict[str, pl.DataFrame] = {
        CANDLES_NAME: case_input.candles,
        SPANS_NAME: case_input.spans,
        LOW_TRADES_NAME: case_input.low_trades,
        "input/coverage.parquet": case_input.coverage,
        "input/revisions.parquet": case_input.revisions,
    }
    return {name: encode_rows(frame, "parquet") for name, frame in frames.items()}
