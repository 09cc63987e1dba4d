"""The tables of the data page as files: rows, file names and links."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from analysis.candle_audit import DIFFERENCE_SCHEMA
from dashboard.exports.routes import build_export_routes
from dashboard.exports.store import COVERAGE_FIELD_SCHEMA, INCIDENT_SCHEMA, build_incident_rows
from dashboard.pages.data import page as data
from dashboard.service.measurements import Measurements
from dashboard.sheet.renderer import Renderer
from data.catalogue import load_catalogue
from data.schema import CANDLE, COVERAGE, HOLDING, REJECTED_PAGE, REVISION, RUN, Origin, build_empty_frame
from data.store import CandleStore
from tests.dashboard.component_data import to_plain_data
from tests.dashboard.memory_store import START, MemoryStore, build_market_candles
from tests.dashboard.pages.test_data import VIEW, build_context, build_failed_row

CATALOGUE = load_catalogue()
NOW = datetime(2025, 12, 1, 12, tzinfo=UTC)


def build_client(store: MemoryStore) -> FlaskClient:
    """A client of a server with the routes of exports only."""
    server = Flask(__name__)
    server.register_blueprint(build_export_routes(Measurements(store, CATALOGUE), Renderer()))
    return server.test_client()


def read_rows(store: MemoryStore, kind: str) -> pl.DataFrame:
    """The rows of an export over the window ``crash``."""
    return pl.read_parquet(BytesIO(build_client(store).get(f"/export/{kind}.parquet?window=crash").data))


def test_coverage_rows() -> None:
    """A row per market and hour: OKX has 30 minutes of the last hour, and no request for the other 30."""
    rows = read_rows(MemoryStore(), "coverage")
    assert rows.schema == pl.Schema(COVERAGE_FIELD_SCHEMA)
    assert rows.height == 11 * 25, "markets of ATOM, hours from 9 Oct 21:00 to 10 Oct 22:00"
    last_row = rows.filter(venue="okx").row(-1)
    hour = START.replace(minute=0)
    assert last_row == (
        *("ATOM", "okx", "ATOM/USDT", "1m", "real", hour, hour + timedelta(hours=1)),
        *(30, 0, 30, "not requested", ""),
    )
    disposition = build_client(MemoryStore()).get("/export/coverage.csv?window=crash").headers["Content-Disposition"]
    assert disposition.endswith("plumbline_ATOM_2025-10-09T2100Z-2025-10-10T2200Z_1m_coverage.csv")


def test_coverage_of_the_reconstruction() -> None:
    """On the reconstruction the file name says illustration, and every row says reconstruction."""
    store = MemoryStore(MemoryStore().frame.with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value)))
    assert read_rows(store, "coverage")["evidence"].unique().to_list() == ["reconstruction"]
    disposition = build_client(store).get("/export/coverage.parquet?window=crash").headers["Content-Disposition"]
    assert disposition.endswith("_1m_coverage_illustration.parquet")


def test_incident_rows() -> None:
    """Outstanding requests, rejected pages and failed runs are one table, newest first."""
    missing = pl.DataFrame([build_failed_row("htx", "ATOM/USDT", "refused", "HTTP 403")], schema=COVERAGE)
    rejected_page = {
        "venue": "okx",
        "symbol": "ATOM/USDT",
        "price": "trade",
        "start": START,
        "end": START,
        "source": "okx.com",
    }
    rejected_page |= {"asked_at": NOW + timedelta(hours=1), "message": "no page of candles", "body": "<html>"}
    run = {"kind": "follow", "began_at": NOW, "ended_at": NOW + timedelta(hours=3), "outcome": "failed", "new": 0}
    run |= {"candles": 0, "revised": 0, "message": "the store is busy", "holder": "box"}
    runs = pl.DataFrame([run, {**run, "outcome": "done"}], schema=RUN)
    rows = build_incident_rows(missing, pl.DataFrame([rejected_page], schema=REJECTED_PAGE), runs)
    assert rows.schema == pl.Schema(INCIDENT_SCHEMA)
    assert rows.select("kind", "venue", "outcome", "message", "holder").rows() == [
        ("run", None, "failed", "the store is busy", "box"),
        ("rejected answer", "okx", None, "no page of candles", None),
        ("missing data", "htx", "refused", "HTTP 403", None),
    ]
    assert rows["at"].to_list() == [NOW + timedelta(hours=3), NOW + timedelta(hours=1), NOW]


def test_rows_of_holdings_and_revisions() -> None:
    """Holdings and revisions are the store's frames, whatever the view."""
    assert read_rows(MemoryStore(), "held").equals(MemoryStore().candles.read_holdings())
    row = {"venue": "okx", "symbol": "ATOM/USDT", "price": "trade", "timeframe": "1m", "open_time": START}
    row |= {"field": "low", "first_seen": 3.9, "first_seen_at": NOW, "now": 1.2, "now_at": NOW, "changes": 1}
    revisions = pl.DataFrame([row | {"origin": "ohlcv", "source": "www.okx.com"}], schema=REVISION)
    assert read_rows(MemoryStore(revision_rows=revisions), "revisions").equals(revisions)


def test_rows_of_differences(tmp_path: Path) -> None:
    """Two files disagree on a low: one row, and a file named after the asset, the window and the 24 hours before."""
    store = CandleStore(str(tmp_path / "lake"))
    frame = build_market_candles("okx", "ATOM/USDT", 4.0)
    store.write_candles(frame, source="a.csv", fetched_at=NOW)
    other = frame.with_columns(low=pl.when(pl.col("open_time") == START).then(3.0).otherwise("low"))
    store.write_candles(other, source="b.csv", fetched_at=NOW)
    server = Flask(__name__)
    server.register_blueprint(build_export_routes(Measurements(store, CATALOGUE), Renderer()))
    response = server.test_client().get("/export/audit.parquet?window=crash")
    rows = pl.read_parquet(BytesIO(response.data))
    assert rows.schema == pl.Schema(DIFFERENCE_SCHEMA)
    columns = ("venue", "open_time", "kind", "field", "value_a", "value_b", "relative_difference", "source_b")
    assert rows.select(columns).rows() == [("okx", START, "sources", "low", 4.0, 3.0, -0.25, "b.csv")]
    name = "plumbline_ATOM_2025-10-09T2110Z-2025-10-10T2140Z_1m_audit.parquet"
    assert response.headers["Content-Disposition"].endswith(name)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("coverage", COVERAGE_FIELD_SCHEMA),
        ("incidents", INCIDENT_SCHEMA),
        ("revisions", REVISION),
        ("audit", DIFFERENCE_SCHEMA),
        ("held", HOLDING),
    ],
)
def test_an_empty_store_gives_files_without_rows(kind: str, schema: dict[str, pl.DataType]) -> None:
    """Each file of an empty store has the columns and no row."""
    store = MemoryStore(build_empty_frame(CANDLE))
    assert read_rows(store, kind).is_empty()
    text = build_client(store).get(f"/export/{kind}.csv?window=crash").data.decode()
    assert text.strip().split(",") == list(schema)


def test_invalid_links_are_refused() -> None:
    """An unknown format is refused with the list of exports, an unknown key of the query is refused."""
    response = build_client(MemoryStore()).get("/export/held.png")
    assert response.status_code == 400
    assert "held.csv|parquet" in response.text
    assert build_client(MemoryStore()).get("/export/held.csv?nonsense=1").status_code == 400


def test_links_of_the_data_page() -> None:
    """The page's menu has the files of its tables; those of the coverage map have the query of the view."""
    values = data.build_updates(build_context(MemoryStore()), VIEW)
    menu = str(to_plain_data(values["data-files", "children"]))
    assert "/export/coverage.csv?window=crash" in menu
    for kind in ("coverage", "incidents", "revisions", "audit", "held"):
        assert f"/export/{kind}.parquet" in menu
        assert f"/export/{kind}.csv-metadata.json" in menu
