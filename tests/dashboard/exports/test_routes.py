import json
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

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
from dashboard.sheet.manifest import read_png_manifest
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.state.url import QUERY_KEYS, parse_query
from data.catalogue import load_catalogue
from data.errors import BrowserBusy, BrowserFailed, BrowserMissing, PlumblineError
from data.files.import_file import read_candle_file
from data.schema import Evidence, Origin
from deviation.report.json_output import DEVIATION_SCHEMA
from tests.dashboard.memory_store import FALL_MINUTE, MINUTES, START, MemoryStore, build_crash_candles

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

STORE_KINDS = ("coverage", "incidents", "revisions", "held")
"""The exports of the data page's tables, which test_store.py tests."""

EXPORT_NAMES = [
    f"{kind}.{file_format}"
    for kind, export in EXPORTS.items()
    for file_format in export.formats
    if kind not in STORE_KINDS
]
"""The exports of measurements."""

SINGLE_ASSET_KINDS = ("comparison", "thresholds", "bounds", "candles", "deviation", "measurement")
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


def build_client(store: MemoryStore | None = None, renderer: Renderer | None = None) -> FlaskClient:
    """A client of a server with the routes of exports only."""
    server = Flask(__name__)
    measurements = Measurements(store or MemoryStore(), CATALOGUE)
    server.register_blueprint(build_export_routes(measurements, renderer or RecordingRenderer()))
    return server.test_client()


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
    asset = "ATOM" if name.startswith(SINGLE_ASSET_KINDS) else "all"
    assert read_file_name(response) == f"plumbline_{asset}_binance_{WINDOW_TEXT}_{name}"
    types = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv", "json": "application/json"}
    assert response.mimetype == types.get(name.rpartition(".")[2], "application/vnd.apache.parquet")
    assert response.data


def test_size_and_theme_of_a_picture() -> None:
    """Size and theme are those of the link, and the manifest has the store's version and the link of the page."""
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
    assert (manifest["asset"], manifest["focus"], manifest["window"], manifest["store"]) == (
        "DOGE",
        "coinbaseexchange",
        "crash",
        "0",
    )
    link = dict(parse_qsl(manifest["link"]))
    assert link == {"asset": "DOGE", "focus": "coinbaseexchange", "window": "crash", "theme": "dark"}
    assert parse_query(link, CATALOGUE)[1] == ()


@pytest.mark.parametrize("kind", ["comparison", "deviation"])
def test_rows_are_those_behind_the_picture(kind: str) -> None:
    """CSV and Parquet have every minute of every market against both groups, at full precision, times in UTC."""
    client = build_client()
    rows = pl.read_parquet(BytesIO(client.get(f"/export/{kind}.parquet?{CRASH_QUERY}").data))
    assert rows.schema == pl.Schema(DEVIATION_SCHEMA)
    fall_rows = rows.filter(
        venue="binance", symbol="ATOM/USDT", group="usdt", open_time=START.replace(minute=START.minute + FALL_MINUTE)
    )
    # 4 x 0.6 against four venues at 4 x 0.9.
    assert fall_rows["d"].to_list() == [4 * 0.6 / (4 * 0.9) - 1]
    text = client.get(f"/export/{kind}.csv?{CRASH_QUERY}").text
    lines = text.splitlines()
    assert lines[0] == ",".join(DEVIATION_SCHEMA)
    assert len(lines) == 1 + rows.height
    assert ",2025-10-10T21:10:00Z,voting," in lines[1]
    csv_rows = pl.read_csv(BytesIO(text.encode()), schema_overrides={"gap": pl.Float64}, infer_schema_length=None)
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
    else:
        assert "reconstruction" in response.text


def test_lows_rows() -> None:
    """A row per asset and spot market, lowest first, with gap and bounds against both groups."""
    client = build_client()
    lows = pl.read_parquet(BytesIO(client.get(f"/export/lows.parquet?{CRASH_QUERY}").data))
    atom = lows.filter(asset="ATOM")
    assert atom["low"][0] == 0.001
    assert atom["low_at"][0] == datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
    assert (atom["venue"][0], atom["focus"][0]) == ("binance", True)
    # The peers' trades ranged from 3.6 to 4 in that minute: their last close before it still stood.
    assert atom["wick_shallow_usdt"][0] == 0.001 / 3.6 - 1
    assert atom["gap_depth_usdt"][0] == 4 * 0.6 / (4 * 0.9) - 1
    assert set(lows["asset"]) >= {"ATOM", "DOGE", "WBETH"}
    content = json.loads(client.get(f"/export/lows.json?{CRASH_QUERY}").data)
    assert [line["asset"] for line in content["assets"]] == lows["asset"].unique(maintain_order=True).to_list()
    assert (
        build_client()
        .get(f"/export/lows.csv?{CRASH_QUERY}")
        .text.startswith("asset,venue,symbol,group,focus,low,low_at,")
    )


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
    assert content["headline"][0].startswith("ATOM on Binance: up to 33 % below other USDT exchanges")


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ("comparison.png?asset=atom/x", "The link's asset 'atom/x' is not known"),
        ("compare.svg?scale=huge", "The link's scale 'huge' is not known; shared is shown"),
        ("compare.csv?against=never", "The link's against 'never' names no window of an event"),
        ("comparison.png?size=huge", "The size of a picture is wide, square, tall"),
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
    manifest = read_png_manifest(response.data)
    assert manifest is not None
    assert manifest["origin"] == Evidence.RECONSTRUCTION
    assert ExportKind.COMPARISON in read_file_name(response)
