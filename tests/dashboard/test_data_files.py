"""The data page's tables as files: their rows by hand, their names, and that each can be had by its link."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.answers import Answers
from dashboard.data_files import COVERED, INCIDENT, incident_rows
from dashboard.exports import export_routes
from dashboard.pages import data
from dashboard.render import Renderer
from data.catalogue import load_catalogue
from data.schema import BAD_PAGE, CANDLE, COVERAGE, HOLDING, REVISION, RUN, Origin, empty
from tests.dashboard.sent import plain
from tests.dashboard.shelf import START, Shelf
from tests.dashboard.test_data_page import VIEW, failed_row, over

CATALOGUE = load_catalogue()
NOW = datetime(2025, 12, 1, 12, tzinfo=UTC)


def client(shelf: Shelf) -> FlaskClient:
    """A client of a server that has the exports and nothing else."""
    server = Flask(__name__)
    server.register_blueprint(export_routes(Answers(shelf, CATALOGUE), Renderer()))
    return server.test_client()


def rows(shelf: Shelf, what: str) -> pl.DataFrame:
    """The rows of a file, by its link over the crash."""
    return pl.read_parquet(BytesIO(client(shelf).get(f"/export/{what}.parquet?window=crash").data))


def test_what_was_had_as_a_file() -> None:
    """A row for each market and hour: OKX has the crash's 30 minutes, and was never asked for the other 30."""
    found = rows(Shelf(), "coverage")
    assert found.schema == pl.Schema(COVERED)
    assert found.height == 11 * 25, "markets of ATOM, hours from 9 Oct 21:00 to 10 Oct 22:00"
    last = found.filter(venue="okx").row(-1)
    hour = START.replace(minute=0)
    assert last == (
        *("ATOM", "okx", "ATOM/USDT", "1m", "real", hour, hour + timedelta(hours=1)),
        *(30, 0, 30, "never asked", ""),
    )
    named = client(Shelf()).get("/export/coverage.csv?window=crash").headers["Content-Disposition"]
    assert named.endswith("plumbline_ATOM_2025-10-09T2100Z-2025-10-10T2200Z_1m_coverage.csv")


def test_the_map_of_the_reconstruction_says_so() -> None:
    """A file that is no evidence has that in its name and in each row."""
    made = Shelf(Shelf().frame.with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value)))
    assert rows(made, "coverage")["evidence"].unique().to_list() == ["reconstruction"]
    named = client(made).get("/export/coverage.parquet?window=crash").headers["Content-Disposition"]
    assert named.endswith("_1m_coverage_illustration.parquet")


def test_incidents_as_rows() -> None:
    """What was not had, answers kept aside and runs that failed stand in one table, newest first."""
    wanting = pl.DataFrame([failed_row("htx", "ATOM/USDT", "refused", "HTTP 403")], schema=COVERAGE)
    page = {"venue": "okx", "symbol": "ATOM/USDT", "price": "trade", "start": START, "end": START, "source": "okx.com"}
    page |= {"asked_at": NOW + timedelta(hours=1), "message": "no page of candles", "body": "<html>"}
    run = {"kind": "follow", "began_at": NOW, "ended_at": NOW + timedelta(hours=3), "outcome": "failed", "new": 0}
    run |= {"candles": 0, "revised": 0, "message": "the store is busy", "holder": "box"}
    ran = pl.DataFrame([run, {**run, "outcome": "done"}], schema=RUN)
    found = incident_rows(wanting, pl.DataFrame([page], schema=BAD_PAGE), ran)
    assert found.schema == pl.Schema(INCIDENT)
    assert found.select("kind", "venue", "outcome", "message", "holder").rows() == [
        ("run", None, "failed", "the store is busy", "box"),
        ("set aside", "okx", None, "no page of candles", None),
        ("not had", "htx", "refused", "HTTP 403", None),
    ]
    assert found["at"].to_list() == [NOW + timedelta(hours=3), NOW + timedelta(hours=1), NOW]


def test_what_is_held_and_changed_as_files() -> None:
    """Both are the store's own frames, whatever the view."""
    assert rows(Shelf(), "held").equals(Shelf().holdings())
    row = {"venue": "okx", "symbol": "ATOM/USDT", "price": "trade", "timeframe": "1m", "open_time": START}
    row |= {"field": "low", "first_seen": 3.9, "first_seen_at": NOW, "now": 1.2, "now_at": NOW, "changes": 1}
    changed = pl.DataFrame([row | {"origin": "ohlcv", "source": "www.okx.com"}], schema=REVISION)
    assert rows(Shelf(changed=changed), "revisions").equals(changed)


@pytest.mark.parametrize(
    ("what", "schema"),
    [("coverage", COVERED), ("incidents", INCIDENT), ("revisions", REVISION), ("held", HOLDING)],
)
def test_an_empty_store_gives_files_without_rows(what: str, schema: dict[str, pl.DataType]) -> None:
    """The columns are there, as CSV too; there is just nothing to tell."""
    shelf = Shelf(empty(CANDLE))
    assert rows(shelf, what).is_empty()
    text = client(shelf).get(f"/export/{what}.csv?window=crash").data.decode()
    assert text.strip().split(",") == list(schema)


def test_what_cannot_be_followed_is_refused() -> None:
    """Another format or an unknown key is refused in a sentence that names what there is."""
    refused = client(Shelf()).get("/export/held.png")
    assert refused.status_code == 400
    assert "held.csv|parquet" in refused.text
    assert client(Shelf()).get("/export/held.csv?nonsense=1").status_code == 400


def test_the_page_links_to_its_files() -> None:
    """Each table that has rows is followed by its files; the map's carry the view along."""
    shown = data.values(over(Shelf()), VIEW)
    assert "/export/coverage.csv?window=crash" in str(plain(shown["data-map-files", "children"]))
    assert "/export/held.parquet'" in str(plain(shown["data-held", "children"]))
    assert "/export/incidents" not in str(plain(shown["data-incidents", "children"]))
    failed = Shelf(asked=pl.DataFrame([failed_row("htx", "ATOM/USDT", "refused", "HTTP 403")], schema=COVERAGE))
    assert "/export/incidents.csv" in str(plain(data.values(over(failed), VIEW)["data-incidents", "children"]))
