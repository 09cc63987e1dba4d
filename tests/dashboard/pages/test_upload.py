"""Files that are sent to the data page: previews, what the form asks for, imports, and what is left on the disk."""

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.jobs.import_choice import parse_choice
from dashboard.jobs.pending_uploads import MAX_UPLOADS, PendingUpload, PendingUploads
from dashboard.pages.data.preview_table import build_preview_table
from dashboard.pages.data.upload import CONTENT_TYPE, MAX_REQUEST_BYTES, build_import_routes
from data.errors import UsageError
from data.store import CandleStore
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.memory_store import RecordedActions

CSV_HEADER = "venue,symbol,open_time,open,high,low,close,volume\n"
GOOD_CSV = CSV_HEADER + "okx,ATOM/USDT,2025-10-10T21:00:00Z,4,4,3,3.5,10\n"
BAD_CSV = GOOD_CSV + "okx,ATOM/USDT,2025-10-10T21:01:00Z,4,3,5,3.5,10\n"
BARE_CSV = "open_time,open,high,low,close,volume\n2025-10-10T21:00:00Z,4,4,3,3.5,10\n"


@pytest.fixture(autouse=True)
def upload_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that files are written to while they wait."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """An empty store."""
    return CandleStore(str(tmp_path / "lake"))


@pytest.fixture
def client(store: CandleStore) -> FlaskClient:
    """A client of a server with the import routes alone."""
    server = Flask(__name__)
    server.register_blueprint(build_import_routes(RecordedActions(store=store)))
    return server.test_client()


def send_file(client: FlaskClient, text: str, name: str = "mine.csv") -> dict[str, Any]:
    """The answer to a file."""
    return read_answer(client.post("/import", query_string={"name": name}, data=text, content_type=CONTENT_TYPE))


def take_step(client: FlaskClient, token: str, step: str, **texts: str) -> dict[str, Any]:
    """The answer to a button of the form of a file."""
    return read_answer(client.post(f"/import/{token}/{step}", query_string=texts))


def read_answer(response: Any) -> dict[str, Any]:  # noqa: ANN401 - Werkzeug's class of test responses has no types
    """An answer with its components as text."""
    assert response.status_code == 200, response.text
    return {**response.json, "text": collect_text(response.json["children"]), "raw": response.text}


def list_files(folder: Path) -> list[str]:
    """The names of all files below a folder."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_is_shown_before_it_is_stored(client: FlaskClient, store: CandleStore, upload_folder: Path) -> None:
    """The preview names what was recognised; only the import stores, with the lines of the command line."""
    preview = send_file(client, GOOD_CSV)
    for part in ("candles (CSV)", "okx", "ATOM/USDT", "a minute", "2025-10-10 21:00", "Import", "Cancel"):
        assert part in preview["text"]
    assert (preview["summary"], preview["stored"]) == ("mine.csv can be imported.", False)
    assert store.candles.read_holdings().is_empty()
    assert list_files(upload_folder) == ["mine.csv"]
    report = take_step(client, preview["token"], "store")
    assert "mine.csv: 1 row imported; minutes without a candle are missing" in report["text"]
    assert "stored: 1 new, 0 already there, 0 revised" in report["text"]
    assert (report["stored"], report["token"]) == (True, "")
    assert store.candles.read_holdings()["source"].to_list() == ["mine.csv"]
    assert list(upload_folder.iterdir()) == []


def test_the_form_asks_for_what_is_missing(client: FlaskClient, store: CandleStore) -> None:
    """Exchange and market are asked for; half an answer asks for the rest, and stores nothing."""
    preview = send_file(client, BARE_CSV)
    assert "It does not name its exchange." in preview["raw"]
    assert "It does not name its market." in preview["raw"]
    assert "Update preview" in preview["text"]
    assert '"data-step": "store"' not in preview["raw"]
    half = take_step(client, preview["token"], "store", venue="kraken", symbol=" ")
    assert (half["stored"], half["summary"]) == (False, "mine.csv needs an answer before it can be imported.")
    assert "It does not name its market." in half["raw"]
    assert '"value": "kraken"' in half["raw"], "the answer stays in its field"
    unknown = take_step(client, preview["token"], "preview", venue="krakn", symbol="ATOM/USD")
    assert "venue 'krakn' is unknown; the nearest known one is kraken." in unknown["text"]
    assert take_step(client, preview["token"], "preview", venue="Kraken", symbol="ATOM/USD")["token"]
    assert store.candles.read_holdings().is_empty()
    report = take_step(client, preview["token"], "store", venue="Kraken", symbol="ATOM/USD", complete="true")
    assert "minutes without a candle are quiet" in report["text"]
    assert store.candles.read_holdings().select("venue", "symbol").row(0) == ("kraken", "ATOM/USD")


@pytest.mark.parametrize(
    ("text", "option", "answer", "expected"),
    [
        (GOOD_CSV.replace("T21:00:00Z", " 21:00:00"), "times", "Asia/Tokyo", "2025-10-10 12:00"),
        (
            GOOD_CSV.replace(",10\n", ",0\n") + "okx,ATOM/USDT,2025-10-10T21:01:00Z,5,5,5,5,0\n",
            "price",
            "mark",
            "(mark)",
        ),
        (
            CSV_HEADER + "".join(f"okx,ATOM/USDT,2025-10-10T21:{m:02}:00Z,4,4,3,3.5,10\n" for m in (0, 5, 10, 15)),
            "timeframe",
            "5m",
            "(5m)",
        ),
    ],
)
def test_each_answer_settles_its_question(
    client: FlaskClient, text: str, option: str, answer: str, expected: str
) -> None:
    """A file without zone, volume or with longer bars has the field for it, and comes in with its answer."""
    preview = send_file(client, text)
    assert f'"data-option": "{option}"' in preview["raw"]
    assert "needs an answer" in preview["summary"]
    report = take_step(client, preview["token"], "store", **{option: answer})
    assert report["stored"], report["text"]
    assert expected in report["text"]


def test_a_contradiction_is_shown_and_can_replace(client: FlaskClient, store: CandleStore) -> None:
    """The minutes with other values are named, and the form offers to replace them; without it nothing changes."""
    take_step(client, send_file(client, GOOD_CSV, "first.csv")["token"], "store")
    version = store.read_version()
    second = send_file(client, GOOD_CSV.replace("3.5,10", "3.5,20"), "second.csv")
    assert '"data-option": "replace"' not in second["raw"]
    refused = take_step(client, second["token"], "store")
    assert "okx ATOM/USDT 2025-10-10 21:00 UTC: volume 20.0, in first.csv 10.0" in refused["text"]
    assert "--replace" not in refused["text"]
    assert '"data-option": "replace"' in refused["raw"]
    assert (refused["stored"], store.read_version()) == (False, version)
    assert take_step(client, second["token"], "store", replace="true")["stored"]


def test_a_bad_row_is_named_at_once(client: FlaskClient, store: CandleStore, upload_folder: Path) -> None:
    """A file that no option can save is refused by file, line and reason, and is not held."""
    answer = send_file(client, BAD_CSV, "bad.csv")
    assert "bad.csv: nothing of it was taken" in answer["text"]
    assert "line 3: " in answer["text"]
    assert (answer["token"], answer["stored"]) == ("", False)
    assert store.candles.read_holdings().is_empty()
    assert list(upload_folder.iterdir()) == []


def test_a_cancelled_file_is_gone(client: FlaskClient, store: CandleStore, upload_folder: Path) -> None:
    """Nothing is stored, nothing stays on the disk, and its token leads nowhere."""
    token = send_file(client, GOOD_CSV)["token"]
    assert client.post(f"/import/{token}/cancel").status_code == 204
    assert list(upload_folder.iterdir()) == []
    for step in ("preview", "store"):
        response = client.post(f"/import/{token}/{step}")
        assert (response.status_code, response.mimetype) == (410, "text/plain")
        assert "drop it again" in response.text
    assert store.candles.read_holdings().is_empty()


def test_files_end_with_their_server(upload_folder: Path) -> None:
    """Files that wait are removed with what holds them."""
    uploads = PendingUploads()
    uploads.add(PendingUpload("a.csv", BytesIO(b"1")))
    assert list_files(upload_folder) == ["a.csv"]
    del uploads
    assert list(upload_folder.iterdir()) == []


def test_the_oldest_of_too_many_files_is_dropped(upload_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their number is bounded, and so are their bytes."""
    uploads = PendingUploads()
    tokens = [uploads.add(PendingUpload(f"{number:02}.csv", BytesIO(b"12"))) for number in range(MAX_UPLOADS + 1)]
    assert uploads.find(tokens[0]) is None
    assert len(list_files(upload_folder)) == MAX_UPLOADS
    monkeypatch.setattr("dashboard.jobs.pending_uploads.MAX_TOTAL_BYTES", 5)
    last = uploads.add(PendingUpload("last.csv", BytesIO(b"12")))
    assert uploads.find(last) is not None
    assert list_files(upload_folder) == [f"{MAX_UPLOADS:02}.csv", "last.csv"]


@pytest.mark.parametrize("name", ["../../etc/evil.csv", r"C:\temp\evil.csv", "evil.csv"])
def test_a_name_leads_nowhere(client: FlaskClient, store: CandleStore, upload_folder: Path, name: str) -> None:
    """Only the last part of a path is the name of the file, and its source."""
    token = send_file(client, GOOD_CSV, name)["token"]
    assert [path.relative_to(upload_folder).parts[1:] for path in upload_folder.rglob("*.csv")] == [("evil.csv",)]
    take_step(client, token, "store")
    assert store.candles.read_holdings()["source"].to_list() == ["evil.csv"]


@pytest.mark.parametrize("name", ["..", "", "\0.csv", "a" * 300 + ".csv"])
def test_what_is_no_name(client: FlaskClient, upload_folder: Path, name: str) -> None:
    """A name that is none of a file is refused, and nothing is held."""
    answer = send_file(client, GOOD_CSV, name)
    assert "Not imported" in answer["text"]
    assert answer["token"] == ""
    assert list(upload_folder.iterdir()) == []


def test_another_site_cannot_send_files(client: FlaskClient, upload_folder: Path) -> None:
    """A body of a type that other sites can send without a preflight is refused, and so is GET."""
    for kind in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded", None):
        assert client.post("/import?name=a.csv", data=GOOD_CSV, content_type=kind).status_code == 415
    for path in ("/import?name=a.csv", "/import/abc/store", "/import/abc/cancel"):
        assert client.get(path).status_code == 405
    assert list(upload_folder.iterdir()) == []


def test_files_that_are_too_large(client: FlaskClient, upload_folder: Path) -> None:
    """Above the limit nothing is read, and the message names the command line."""
    headers = {"CONTENT_LENGTH": str(MAX_REQUEST_BYTES + 1)}
    response = client.post("/import?name=large.csv", content_type=CONTENT_TYPE, environ_overrides=headers)
    assert (response.status_code, response.mimetype) == (413, "text/plain")
    assert "large.csv has 64.0 MB" in response.text
    assert "plumbline import FILE" in response.text
    assert list(upload_folder.iterdir()) == []


def test_a_small_file_of_many_rows_is_refused_by_its_metadata(client: FlaskClient, tmp_path: Path) -> None:
    """A Parquet file of few bytes with more than two million rows is not unpacked, and the next file comes in."""
    path = tmp_path / "many.parquet"
    rows = pl.select(pl.repeat(1, 2_000_001, dtype=pl.Int64).alias("open_time"))
    rows.with_columns(*(pl.lit(1.0).alias(name) for name in ("open", "high", "low", "close", "volume"))).write_parquet(
        path
    )
    assert path.stat().st_size < 100_000
    response = client.post("/import?name=many.parquet", data=path.read_bytes(), content_type=CONTENT_TYPE)
    assert "has 2,000,001 rows of 6 columns" in read_answer(response)["text"]
    assert send_file(client, GOOD_CSV)["token"]


def test_cells_and_columns_of_a_preview_are_bounded() -> None:
    """Long cells are cut, further columns counted, and small prices written without an exponent."""
    rows = pl.DataFrame(
        {"text": ["x" * 1000], "price": [1.2e-05], **{f"column_{number}": ["1"] for number in range(12)}}
    )
    text = collect_text(to_plain_data(build_preview_table(rows, 7)))
    assert "First 1 of 7 rows; 2 more columns are not shown" in text
    assert "x" * 31 + "\N{HORIZONTAL ELLIPSIS}" in text
    assert "x" * 32 not in text
    assert "0.000012" in text


def test_what_no_field_has_is_refused() -> None:
    """A value that the form does not offer is an error that names those it does."""
    with pytest.raises(UsageError, match="timeframe is one of 1s, 1m, 5m, not '1h'"):
        parse_choice({"timeframe": "1h"})
