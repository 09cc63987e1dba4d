import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl
from zipfile import ZipFile

import plotly.graph_objects as go
import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from werkzeug.test import TestResponse

from dashboard.exports.kinds import ExportKind
from dashboard.exports.registry import EXPORTS
from dashboard.exports.routes import build_export_routes
from dashboard.service.measurements import Measurements
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.state.url import QUERY_KEYS, parse_query
from data.catalogue import load_catalogue
from data.errors import BrowserBusy, BrowserFailed, BrowserMissing, PlumblineError
from data.files.import_file import read_candle_file
from data.schema import Evidence, Origin
from data.tables.scans import MarketScan
from deviation.report.frame import DEVIATION_SCHEMA
from evidence.proof.read_file import read_picture_manifest
from tests.dashboard.memory_store import FALL_MINUTE, MINUTES, START, MemoryStore, build_crash_candles
from tests.dashboard.pages.test_history import build_history
from tests.data.scan_frames import build_run, build_scan

CATALOGUE = load_catalogue()
CRASH_QUERY = "window=crash"
WINDOW_TEXT = "2025-10-10T2110Z-2140Z"
"""The window ``crash`` in a file name."""

EDGE_VALUES = st.sampled_from(
    (
        *("nan", "inf", "1e308", "-1", "0", "binance", "coinbaseexchange", "as-is", "weighted-median", "crash", "DOGE"),
        *("2009-01-03T00:00Z", "2009-01-04T00:00Z", "2099-12-31T23:59Z", "2100-01-01T00:00Z", "2025-10-10T21:10:30Z"),
    )
)
"""Values that are valid for some key, mostly at the limits of valid ranges."""

STORE_KINDS = ("coverage", "incidents", "revisions", "audit", "held")
"""The exports of the data page's tables, which test_store.py tests."""

EXPORT_NAMES = [
    f"{kind}.{file_format}"
    for kind, export in EXPORTS.items()
    for file_format in export.formats
    if kind not in {*STORE_KINDS, ExportKind.CASE, ExportKind.MARKET, ExportKind.HISTORY}
]
"""The exports of measurements; a case file, a scan and a history have tests of their own, over other stores."""

CHOICES_QUERY = f"{CRASH_QUERY}&out=bybit,gate&enter=5&exit=0.5&quote=as-is&reference=weighted-median&min-vote=1000"
CHOICES_NAME = "excl-bybit-gate_weighted-median_quote-as-is_thr-5pct_exit-0.5pct_minvol-1000usd"
CHOICES_TEXT = (
    "Chosen by hand: Bybit and Gate excluded; volume-weighted median; stablecoins taken as $1; threshold 5%; ends when "
    "back within 0.5%; minimum volume $1000 a minute"
)

SINGLE_ASSET_KINDS = ("comparison", "thresholds", "bounds", "candles", "deviation", "measurement", "sequence", "case")
"""The exports of the view's asset; all others cover every asset of the event."""


class RecordingRenderer(Renderer):
    """Draws nothing: the bytes describe the request. Raises the given error, if any."""

    def __init__(self, error: PlumblineError | None = None) -> None:
        super().__init__()
        self.error = error

    def draw(self, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any] | None = None) -> bytes:
        """Format, size, background and manifest as JSON."""
        if self.error is not None:
            raise self.error
        layout = figure.layout
        shape = [file_format.value, layout.width, layout.height, layout.template.layout.paper_bgcolor]
        return json.dumps({"shape": shape, "manifest": manifest}).encode()


class SavingRenderer(RecordingRenderer):
    """While it draws the first picture, something is saved."""

    def __init__(self, save: Callable[[], None]) -> None:
        super().__init__()
        self._save = save
        self.draw_count = 0

    def draw(self, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any] | None = None) -> bytes:
        """As of `RecordingRenderer`."""
        self.draw_count += 1
        if self.draw_count == 1:
            self._save()
        return super().draw(figure, file_format, manifest)


def build_client(store: MemoryStore | None = None, renderer: Renderer | None = None) -> FlaskClient:
    """A client of a server with the routes of exports only."""
    server = Flask(__name__)
    store = store or MemoryStore(saved_scans=[build_crash_scan()], history_rows=build_history())
    measurements = Measurements(store, CATALOGUE)
    server.register_blueprint(build_export_routes(measurements, renderer or RecordingRenderer()))
    return server.test_client()


def build_crash_scan() -> MarketScan:
    """A scan of two assets in the window ``crash``."""
    run = build_run(start=START, end=START + timedelta(minutes=MINUTES), window="crash", asset_count=2)
    return build_scan(
        {"ATOM": {"binance": 0.5, "okx": 1.0, "gate": 1.2}, "DOGE": {"binance": 1.0, "okx": 0.8}}, run=run
    )


def read_file_name(response: TestResponse) -> str:
    """The file name of an attachment."""
    disposition, _, name = response.headers["Content-Disposition"].partition("; filename=")
    assert disposition == "attachment"
    return name


def test_a_file_of_two_windows_names_both() -> None:
    """Of two exports of a view with two windows, only that which shows both has both in its name."""
    query = f"{CRASH_QUERY}&against=2025-10-10:both-sides"
    second_window = "2025-10-10T2045Z-2315Z"
    assert (
        read_file_name(build_client().get(f"/export/compare.csv?{query}"))
        == f"plumbline_all_binance_{WINDOW_TEXT}_vs_{second_window}_compare.csv"
    )
    assert (
        read_file_name(build_client().get(f"/export/lows.csv?{query}"))
        == f"plumbline_all_binance_{WINDOW_TEXT}_lows.csv"
    )


def build_sample_store() -> MemoryStore:
    """The candles of the crash, as a reconstruction."""
    return MemoryStore(build_crash_candles().with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value)))


@pytest.mark.parametrize("name", EXPORT_NAMES)
def test_every_export_is_a_file(name: str) -> None:
    """The file name has asset, venue, window and kind, and the MIME type is that of the format."""
    response = build_client().get(f"/export/{name}?{CRASH_QUERY}")
    assert response.status_code == 200
    asset = "ATOM" if name.startswith(SINGLE_ASSET_KINDS) else "WBETH" if name.startswith("index") else "all"
    assert read_file_name(response) == f"plumbline_{asset}_binance_{WINDOW_TEXT}_{name}"
    types = {
        "png": "image/png",
        "svg": "image/svg+xml",
        "csv": "text/csv",
        "json": "application/json",
        "zip": "application/zip",
    }
    assert response.mimetype == types.get(name.rpartition(".")[2], "application/vnd.apache.parquet")
    assert response.data


def test_size_and_theme_of_a_picture() -> None:
    """Size and theme are those of the link, and the manifest has the link of the page and the hash of the rows."""
    client = build_client()
    default_content = json.loads(client.get(f"/export/comparison.png?{CRASH_QUERY}").data)
    assert default_content["shape"] == ["png", 1600, 900, "#ffffff"]
    response = client.get(
        f"/export/comparison.svg?{CRASH_QUERY}&asset=DOGE&focus=coinbaseexchange&size=tall&theme=dark"
    )
    content = json.loads(response.data)
    assert content["shape"] == ["svg", 1080, 1350, "#15181c"]
    assert read_file_name(response) == f"plumbline_DOGE_coinbaseexchange_{WINDOW_TEXT}_comparison_tall_dark.svg"
    manifest = content["manifest"]
    assert (manifest["asset"], manifest["focus"], manifest["window"]) == ("DOGE", "coinbaseexchange", "crash")
    assert len(manifest["inputs"][0]["sha256"]) == 64
    link = dict(parse_qsl(manifest["link"]))
    assert link == {"asset": "DOGE", "focus": "coinbaseexchange", "window": "crash", "theme": "dark"}
    assert parse_query(link, CATALOGUE)[1] == ()


@pytest.mark.parametrize("kind", ["comparison", "deviation"])
def test_rows_are_those_behind_the_picture(kind: str) -> None:
    """CSV and Parquet have every minute of every market against its groups, at full precision, times in UTC."""
    client = build_client()
    rows = pl.read_parquet(BytesIO(client.get(f"/export/{kind}.parquet?{CRASH_QUERY}").data))
    assert rows.schema == pl.Schema({**DEVIATION_SCHEMA, "choices": pl.String()})
    fall_rows = rows.filter(
        venue="binance", symbol="ATOM/USDT", against="usdt", open_time=START.replace(minute=START.minute + FALL_MINUTE)
    )
    # 4 x 0.6 against four venues at 4 x 0.9.
    assert fall_rows["d"].to_list() == [4 * 0.6 / (4 * 0.9) - 1]
    text = client.get(f"/export/{kind}.csv?{CRASH_QUERY}").text
    lines = text.splitlines()
    assert lines[0] == ",".join([*DEVIATION_SCHEMA, "choices"])
    assert len(lines) == 1 + rows.height
    assert ",2025-10-10T21:10:00Z,voting," in lines[1]
    csv_rows = pl.read_csv(BytesIO(text.encode()), schema_overrides={"d": pl.Float64}, infer_schema_length=None)
    assert csv_rows["d"].to_list() == rows["d"].to_list()


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_candles_can_be_imported_again(tmp_path: Any, file_format: str) -> None:  # noqa: ANN401 - pytest's path
    """The candles of all markets of the asset in the window can be read back."""
    file = tmp_path / f"candles.{file_format}"
    file.write_bytes(build_client().get(f"/export/candles.{file_format}?{CRASH_QUERY}").data)
    candles = read_candle_file(file).candles
    assert candles["symbol"].str.split("/").list.first().unique().to_list() == ["ATOM"]
    assert candles.height == 11 * MINUTES
    assert candles["open_time"].min() == START


@pytest.mark.parametrize("name", [name for name in EXPORT_NAMES if not name.endswith(".svg")])
def test_files_of_the_reconstruction_say_so(name: str) -> None:
    """File name and content say that the candles are the reconstruction."""
    response = build_client(build_sample_store()).get(f"/export/{name}?{CRASH_QUERY}")
    assert "_illustration." in read_file_name(response)
    if name.endswith("parquet"):
        assert pl.read_parquet(BytesIO(response.data))["origin"].unique().to_list() == ["reconstruction"]
    elif name.endswith("zip"):
        with ZipFile(BytesIO(response.data)) as case:
            origins = pl.read_parquet(BytesIO(case.read("input/candles.parquet")))["origin"]
        assert origins.unique().to_list() == ["reconstruction"]
    else:
        assert "reconstruction" in response.text


def test_lows_rows() -> None:
    """A row per asset and spot market, each quote's lowest first, with both sides and the same minute."""
    client = build_client()
    lows = pl.read_parquet(BytesIO(client.get(f"/export/lows.parquet?{CRASH_QUERY}").data))
    row = lows.filter(asset="ATOM").row(0, named=True)
    assert (row["venue"], row["group"], row["against"], row["focus"]) == ("binance", "usdt", "usdt", True)
    assert (row["low"], row["low_at"]) == (0.001, datetime(2025, 10, 10, 21, 20, tzinfo=UTC))
    # The peers' trades ranged from 3.6 to 4 in that minute: their last close before it still stood.
    assert row["low_least"] == 0.001 / 3.6 - 1
    assert row["low_next"] == 4 * 0.6 / (4 * 0.9) - 1
    assert (row["high"], row["low_volume"], row["firm_min"]) == (4, 1000 * 4 * 0.6, MINUTES)
    content = json.loads(client.get(f"/export/lows.json?{CRASH_QUERY}").data)
    assert list(content["assets"]) == lows["asset"].unique(maintain_order=True).to_list()
    assert content["assets"]["ATOM"]["groups"]["usdt"]["low"]["lowest"]["price"] == 0.001
    header = client.get(f"/export/lows.csv?{CRASH_QUERY}").text.splitlines()[0]
    assert header.startswith("asset,venue,symbol,group,against,focus,low,low_at,low_volume,low_round,")


def read_metadata(name: str, query: str = CRASH_QUERY) -> dict[str, Any]:
    """The metadata of a CSV, by its own link."""
    response = build_client().get(f"/export/{name}.csv-metadata.json?{query}")
    assert response.status_code == 200
    assert response.mimetype == "application/csvm+json"
    content: dict[str, Any] = json.loads(response.data)
    return content


CSV_KINDS = [kind for kind, export in EXPORTS.items() if "csv" in export.formats]


@pytest.mark.parametrize("kind", CSV_KINDS)
def test_every_csv_says_what_its_columns_mean(kind: ExportKind) -> None:
    """The metadata define each column of the CSV, in its order; their name is that of the CSV with an ending."""
    client = build_client()
    csv_response = client.get(f"/export/{kind}.csv?{CRASH_QUERY}")
    metadata_response = client.get(f"/export/{kind}.csv-metadata.json?{CRASH_QUERY}")
    metadata = json.loads(metadata_response.data)
    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"
    assert metadata["url"] == read_file_name(csv_response)
    assert read_file_name(metadata_response) == f"{metadata['url']}-metadata.json"
    columns = metadata["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == csv_response.text.splitlines()[0].split(",")
    assert [column["name"] for column in columns if not column.get("dc:description")] == []
    address, *parameters = csv_response.headers["Link"].split("; ")
    assert address == f"</export/{kind}.csv-metadata.json?{CRASH_QUERY}>"
    assert parameters == ['rel="describedby"', 'type="application/csvm+json"']


def test_the_metadata_of_a_csv() -> None:
    """They have datatypes, units and definitions of columns, where the prices are from, and the page with the same."""
    metadata = read_metadata("lows")
    columns = {column["name"]: column for column in metadata["tableSchema"]["columns"]}
    assert columns["low_next"] == {
        "name": "low_next",
        "titles": "low_next",
        "datatype": "double",
        "null": "",
        "dc:description": (
            "In the minute of the lowest trade: how far the close was below every other close with that quote; 0 if it "
            "was not."
        ),
        "schema:unitText": "fraction: 0.05 is 5%",
    }
    kinds = {"low_at": "dateTime", "low_round": "boolean", "venue": "string", "firm_min": "double"}
    assert {name: columns[name]["datatype"] for name in kinds} == kinds
    assert metadata["dc:description"] == (
        "In the CSV, a text that a spreadsheet would run as a formula has an apostrophe before it."
    )
    assert metadata["dc:source"] == ["imported"]
    assert metadata["dc:relation"] == "/lows?window=crash"
    note, manifest = metadata["notes"]
    assert (manifest["kind"], len(manifest["rows_sha256"])) == ("lows", 64)
    assert (note["choices"], note["focus"], note["assets"]) == ({}, "binance", ["ATOM", "WBETH", "DOGE"])


@pytest.mark.parametrize("kind", ["comparison", "lows", "measurement", "gaps"])
def test_choices_are_in_the_file_and_in_its_name(kind: str) -> None:
    """The name has each choice that differs from the defaults, and so have rows, metadata, manifest and JSON."""
    client, choices = build_client(), read_metadata("lows", CHOICES_QUERY)["notes"][0]["choices"]
    assert choices == {
        "excluded": ["bybit", "gate"],
        "reference": "weighted-median",
        "quote": "as-is",
        "enter": 0.05,
        "exit": 0.005,
        "min_vote": 1000.0,
    }
    asset = "ATOM" if kind in SINGLE_ASSET_KINDS else "all"
    stem = f"plumbline_{asset}_binance_{WINDOW_TEXT}_{kind}_{CHOICES_NAME}"
    formats = EXPORTS[ExportKind(kind)].formats
    for file_format in formats:
        response = client.get(f"/export/{kind}.{file_format}?{CHOICES_QUERY}")
        assert read_file_name(response) == f"{stem}.{file_format}"
        if file_format == "csv":
            rows = pl.read_csv(BytesIO(response.data), infer_schema_length=None)
            assert rows["choices"].unique().to_list() == [CHOICES_TEXT]
        elif file_format == "parquet":
            content = json.loads(pl.read_parquet_metadata(BytesIO(response.data))["plumbline"])
            assert content["url"] == f"{stem}.csv"
            assert content["notes"][0]["choices"] == choices
        elif file_format == "json":
            assert json.loads(response.data)["choices"] == choices
        else:
            assert json.loads(response.data)["manifest"]["choices"] == choices


def test_prices_as_stored_depend_on_no_choice() -> None:
    """The file of prices has those of excluded exchanges, too, so that its name and rows speak of none."""
    response = build_client().get(f"/export/candles.csv?{CHOICES_QUERY}")
    assert read_file_name(response) == f"plumbline_ATOM_binance_{WINDOW_TEXT}_candles.csv"
    rows = pl.read_csv(BytesIO(response.data), infer_schema_length=None)
    assert {"bybit", "gate"} <= set(rows["venue"])
    assert "choices" not in rows.columns


def test_many_excluded_exchanges_are_counted_in_the_name() -> None:
    """More than three exchanges would make a name too long."""
    query = f"{CRASH_QUERY}&out=bybit,gate,okx,kraken"
    name = read_file_name(build_client().get(f"/export/lows.csv?{query}"))
    assert name == f"plumbline_all_binance_{WINDOW_TEXT}_lows_excl-4-exchanges.csv"


def test_a_picture_of_the_other_side_is_named_after_it() -> None:
    """A chart of premiums has another name than that of discounts; rows have both sides."""
    query = f"{CRASH_QUERY}&side=above"
    client = build_client()
    assert read_file_name(client.get(f"/export/gaps.png?{query}")) == (
        f"plumbline_all_binance_{WINDOW_TEXT}_gaps_above.png"
    )
    assert read_file_name(client.get(f"/export/gaps.csv?{query}")) == f"plumbline_all_binance_{WINDOW_TEXT}_gaps.csv"


@pytest.mark.parametrize("file_format", ["csv", "parquet", "json"])
def test_lows_without_a_candle_of_the_asset(file_format: str) -> None:
    """Without a candle of the view's asset the file has the lows of the other assets."""
    store = MemoryStore(build_crash_candles().filter(~pl.col("symbol").str.starts_with("ATOM/")))
    response = build_client(store).get(f"/export/lows.{file_format}?{CRASH_QUERY}")
    assert response.status_code == 200
    assert read_file_name(response) == f"plumbline_all_binance_{WINDOW_TEXT}_lows.{file_format}"
    if file_format == "parquet":
        # Gemini's fell to nine tenths of 0.2 dollars, Binance's only to half of 4200, with a trade at 430.65.
        lows = pl.read_parquet(BytesIO(response.data)).select("asset", "venue", "low")
        assert lows.rows() == [
            ("WBETH", "binance", 430.65),
            ("DOGE", "gemini", 0.2 * 0.9),
            ("DOGE", "coinbaseexchange", 0.2),
        ]


def test_the_json_of_a_measurement() -> None:
    """The JSON is that of the command line, with the focus venue."""
    content = json.loads(build_client().get(f"/export/measurement.json?{CRASH_QUERY}&quote=as-is").data)
    assert (content["asset"], content["focus"], content["quote"], content["window"]) == (
        "ATOM",
        "binance",
        "as-is",
        "crash",
    )
    assert content["headline"][0].startswith("ATOM/USDT on Binance: up to 33% below other USDT exchanges")


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("comparison.png?asset=atom/x", "The link's asset 'atom/x' is not known"),
        ("compare.svg?scale=huge", "The link's scale 'huge' is not known; shared is shown"),
        ("compare.csv?against=never", "The link's against 'never' names no window of an event"),
        ("comparison.png?size=huge", "The size of this picture is wide, square, tall"),
        ("comparison.csv?from=2025-10-10T21:10Z&to=2025-10-10T21:00Z", "end does not lie after its start"),
        ("candles.csv?from=2025-10-10T21:10&to=2025-10-10T22:00Z", "The link's window cannot be shown"),
        ("lows.json?event=never", "The link's event 'never' is not known"),
        ("deviation.csv?colour=red", "The link's 'colour' is not known"),
        ("measurement.json?enter=nan", "The link's thresholds cannot be used"),
        (
            "candles.png",
            "There is no such export; there are comparison.png|svg|csv|parquet, compare.png|svg|csv|parquet",
        ),
        ("everything.csv", "There is no such export"),
        ("comparison", "There is no such export"),
    ],
)
def test_invalid_links_are_refused(link: str, sentence: str) -> None:
    """An invalid link is refused with status 400 and one sentence."""
    response = build_client().get(f"/export/{link}")
    assert response.status_code == 400
    assert response.mimetype == "text/plain"
    assert sentence in response.text
    assert response.text.count("\n") == 1


def test_missing_candles_are_not_found() -> None:
    """Without a candle the status is 404, and the text names asset and window and says what to do."""
    response = build_client().get(f"/export/comparison.png?{CRASH_QUERY}&asset=BTC")
    assert response.status_code == 404
    assert response.text == (
        "There is no candle of BTC from 2025-10-10T21:10Z to 2025-10-10T21:40Z; "
        "collect or import some, or choose another asset or window.\n"
    )
    real_response = build_client(build_sample_store()).get(f"/export/lows.csv?{CRASH_QUERY}&origin=real")
    assert real_response.status_code == 404
    assert "no real candle of any asset of 2025-10-10" in real_response.text


@pytest.mark.parametrize(
    ("error", "status", "retried"),
    [
        (BrowserMissing("no Chromium was found"), 501, False),
        (BrowserBusy("8 pictures are being drawn already"), 503, True),
        (BrowserFailed("the browser ended"), 503, True),
    ],
)
def test_errors_of_the_renderer(error: PlumblineError, status: int, *, retried: bool) -> None:
    """Each error of the renderer has its status, and a Retry-After header if a retry may succeed."""
    client = build_client(renderer=RecordingRenderer(error))
    response = client.get(f"/export/comparison.svg?{CRASH_QUERY}")
    assert response.status_code == status
    assert ("Retry-After" in response.headers) is retried
    assert str(error)[2:] in response.text
    assert client.get(f"/export/comparison.csv?{CRASH_QUERY}").status_code == 200


def test_an_unreadable_store() -> None:
    """A store that cannot be read is status 503 with the text of the error."""
    response = build_client(MemoryStore(is_broken=True)).get(f"/export/candles.csv?{CRASH_QUERY}")
    assert response.status_code == 503
    assert response.text == "The store at nowhere cannot be read.\n"


@settings(max_examples=60)
@given(
    query=st.dictionaries(
        st.sampled_from([*QUERY_KEYS, "size", "other"]), EDGE_VALUES | st.text(max_size=12), max_size=4
    )
)
def test_no_query_is_an_internal_error(query: dict[str, str]) -> None:
    """Any query is answered or refused, never an internal error."""
    for name in ("comparison.csv", "measurement.json"):
        response = build_client().get(f"/export/{name}", query_string=query)
        assert response.status_code in {200, 400, 404}


@pytest.mark.browser
def test_size_and_manifest_of_a_png() -> None:
    """A square PNG has 2400x2400 pixels and a manifest."""
    with Renderer() as renderer:
        response = build_client(build_sample_store(), renderer).get(f"/export/comparison.png?{CRASH_QUERY}&size=square")
    with Image.open(BytesIO(response.data)) as image:
        assert image.size == (2400, 2400)
    manifest = read_picture_manifest(response.data)
    assert manifest["origin"] == Evidence.RECONSTRUCTION
    assert ExportKind.COMPARISON in read_file_name(response)
