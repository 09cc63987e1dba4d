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

from dashboard.answers import Answers
from dashboard.export_kinds import FORMATS, OF_THE_STORE, What
from dashboard.exports import export_routes
from dashboard.link import KEYS, from_query
from dashboard.manifest import from_png
from dashboard.render import FileFormat, Renderer
from data.catalogue import load_catalogue
from data.errors import BrowserBusy, BrowserFailed, BrowserMissing, PlumblineError
from data.importer import read_candles
from data.schema import Evidence, Origin
from deviation.answer import DEVIATION

from .shelf import FALL, MINUTES, START, Shelf, crash

CATALOGUE = load_catalogue()
CRASH = "window=crash"
AT = "2025-10-10T2110Z-2140Z"
"""The window ``crash`` in a file's name."""

ODD = st.sampled_from(
    (
        *("nan", "inf", "1e308", "-1", "0", "binance", "coinbaseexchange", "as-is", "weighted-median", "crash", "DOGE"),
        *("2009-01-03T00:00Z", "2009-01-04T00:00Z", "2099-12-31T23:59Z", "2100-01-01T00:00Z", "2025-10-10T21:10:30Z"),
    )
)
"""Values that make sense under some key, mostly at the edge of what does."""

EVERY = [
    f"{what}.{file_format}" for what, formats in FORMATS.items() for file_format in formats if what not in OF_THE_STORE
]
"""The exports of a measurement; what the store tells of itself is in test_data_files.py."""

OF_ONE_ASSET = ("comparison", "thresholds", "bounds", "candles", "deviation", "measurement")
"""The exports of the view's asset; all others are of every asset of the event."""


class Drawer(Renderer):
    """Draws nothing: the bytes say what was asked for. Raises what it is told to."""

    def __init__(self, error: PlumblineError | None = None) -> None:
        super().__init__()
        self.error = error

    def draw(self, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any] | None = None) -> bytes:
        """Shape, paper and manifest as JSON."""
        if self.error is not None:
            raise self.error
        layout = figure.layout
        shape = [file_format.value, layout.width, layout.height, layout.template.layout.paper_bgcolor]
        return json.dumps({"shape": shape, "manifest": manifest}).encode()


def browser(shelf: Shelf | None = None, renderer: Renderer | None = None) -> FlaskClient:
    """A client of a server that has the exports and nothing else."""
    server = Flask(__name__)
    answers = Answers(shelf or Shelf(), CATALOGUE)
    server.register_blueprint(export_routes(answers, renderer or Drawer()))
    return server.test_client()


def name_of(response: TestResponse) -> str:
    """The file's name."""
    kind, _, name = response.headers["Content-Disposition"].partition("; filename=")
    assert kind == "attachment"
    return name


def test_a_file_of_two_windows_names_both() -> None:
    """Only what shows both is named after both."""
    both = f"{CRASH}&against=2025-10-10:both-sides"
    second = "2025-10-10T2045Z-2315Z"
    assert (
        name_of(browser().get(f"/export/compare.csv?{both}")) == f"plumbline_all_binance_{AT}_vs_{second}_compare.csv"
    )
    assert name_of(browser().get(f"/export/lows.csv?{both}")) == f"plumbline_all_binance_{AT}_lows.csv"


def illustrated() -> Shelf:
    """The same candles, as a reconstruction."""
    return Shelf(crash().with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value)))


@pytest.mark.parametrize("name", EVERY)
def test_every_export_is_a_file(name: str) -> None:
    """Each export has a name that says asset, venue, window and content, and the type of its format."""
    response = browser().get(f"/export/{name}?{CRASH}")
    assert response.status_code == 200
    asset = "ATOM" if name.startswith(OF_ONE_ASSET) else "all"
    assert name_of(response) == f"plumbline_{asset}_binance_{AT}_{name}"
    types = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv", "json": "application/json"}
    assert response.mimetype == types.get(name.rpartition(".")[2], "application/vnd.apache.parquet")
    assert response.data


def test_a_picture_has_the_shape_and_paper_that_were_asked_for() -> None:
    """Size and theme are those of the link, and the manifest has the store's version and the page's own link."""
    client = browser()
    usual = json.loads(client.get(f"/export/comparison.png?{CRASH}").data)
    assert usual["shape"] == ["png", 1600, 900, "#ffffff"]
    response = client.get(f"/export/comparison.svg?{CRASH}&asset=DOGE&focus=coinbaseexchange&size=tall&theme=dark")
    drawn = json.loads(response.data)
    assert drawn["shape"] == ["svg", 1080, 1350, "#15181c"]
    assert name_of(response) == f"plumbline_DOGE_coinbaseexchange_{AT}_comparison_tall_dark.svg"
    said = drawn["manifest"]
    assert (said["asset"], said["focus"], said["window"], said["store"]) == ("DOGE", "coinbaseexchange", "crash", "0")
    link = dict(parse_qsl(said["link"]))
    assert link == {"asset": "DOGE", "focus": "coinbaseexchange", "window": "crash", "theme": "dark"}
    assert from_query(link, CATALOGUE)[1] == ()


@pytest.mark.parametrize("what", ["comparison", "deviation"])
def test_rows_are_those_behind_the_picture(what: str) -> None:
    """CSV and Parquet hold every minute of every market against both groups, at full precision, times in UTC."""
    client = browser()
    rows = pl.read_parquet(BytesIO(client.get(f"/export/{what}.parquet?{CRASH}").data))
    assert rows.schema == pl.Schema(DEVIATION)
    fallen = rows.filter(
        venue="binance", symbol="ATOM/USDT", group="usdt", open_time=START.replace(minute=START.minute + FALL)
    )
    # 4 x 0.6 against four venues at 4 x 0.9.
    assert fallen["d"].to_list() == [4 * 0.6 / (4 * 0.9) - 1]
    text = client.get(f"/export/{what}.csv?{CRASH}").text
    lines = text.splitlines()
    assert lines[0] == ",".join(DEVIATION)
    assert len(lines) == 1 + rows.height
    assert ",2025-10-10T21:10:00Z,voting," in lines[1]
    read = pl.read_csv(BytesIO(text.encode()), schema_overrides={"gap": pl.Float64}, infer_schema_length=None)
    assert read["d"].to_list() == rows["d"].to_list()


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_candles_can_be_imported_again(tmp_path: Any, file_format: str) -> None:  # noqa: ANN401 - pytest's path
    """The candles are those of the asset in the window, all markets and columns of them."""
    file = tmp_path / f"candles.{file_format}"
    file.write_bytes(browser().get(f"/export/candles.{file_format}?{CRASH}").data)
    candles = read_candles(file).candles
    assert candles["symbol"].str.split("/").list.first().unique().to_list() == ["ATOM"]
    assert candles.height == 11 * MINUTES
    assert candles["open_time"].min() == START


@pytest.mark.parametrize("name", [name for name in EVERY if not name.endswith(".svg")])
def test_an_illustration_stays_one(name: str) -> None:
    """A file made of the reconstruction says so in its name and in its content."""
    response = browser(illustrated()).get(f"/export/{name}?{CRASH}")
    assert "_illustration." in name_of(response)
    if name.endswith("parquet"):
        assert pl.read_parquet(BytesIO(response.data))["origin"].unique().to_list() == ["reconstruction"]
    else:
        assert "reconstruction" in response.text


def test_lows_stand_beside_the_aligned_numbers() -> None:
    """A row per asset and spot market, lowest first, with gap and bounds against both groups."""
    client = browser()
    lows = pl.read_parquet(BytesIO(client.get(f"/export/lows.parquet?{CRASH}").data))
    atom = lows.filter(asset="ATOM")
    assert atom["low"][0] == 0.001
    assert atom["low_at"][0] == datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
    assert (atom["venue"][0], atom["focus"][0]) == ("binance", True)
    # The peers' trades ranged from 3.6 to 4 in that minute: their last close before it still stood.
    assert atom["wick_shallow_usdt"][0] == 0.001 / 3.6 - 1
    assert atom["gap_depth_usdt"][0] == 4 * 0.6 / (4 * 0.9) - 1
    assert set(lows["asset"]) >= {"ATOM", "DOGE", "WBETH"}
    told = json.loads(client.get(f"/export/lows.json?{CRASH}").data)
    assert [line["asset"] for line in told["assets"]] == lows["asset"].unique(maintain_order=True).to_list()
    assert browser().get(f"/export/lows.csv?{CRASH}").text.startswith("asset,venue,symbol,group,focus,low,low_at,")


@pytest.mark.parametrize("file_format", ["csv", "parquet", "json"])
def test_lows_where_the_own_asset_has_none(file_format: str) -> None:
    """The lows of the event's other assets are a file, whatever asset the view is of."""
    shelf = Shelf(crash().filter(~pl.col("symbol").str.starts_with("ATOM/")))
    response = browser(shelf).get(f"/export/lows.{file_format}?{CRASH}")
    assert response.status_code == 200
    assert name_of(response) == f"plumbline_all_binance_{AT}_lows.{file_format}"
    if file_format == "parquet":
        # Gemini's fell to nine tenths of 0.2 dollars, Binance's only to half of 4200, with a trade at 430.65.
        lows = pl.read_parquet(BytesIO(response.data)).select("asset", "venue", "low")
        assert lows.rows() == [
            ("WBETH", "binance", 430.65),
            ("DOGE", "gemini", 0.2 * 0.9),
            ("DOGE", "coinbaseexchange", 0.2),
        ]


def test_the_whole_answer() -> None:
    """The measurement is the JSON of the command line, with the venue that the headline speaks of."""
    told = json.loads(browser().get(f"/export/measurement.json?{CRASH}&quote=as-is").data)
    assert (told["asset"], told["focus"], told["quote"], told["window"]) == ("ATOM", "binance", "as-is", "crash")
    assert told["headline"][0].startswith("ATOM on Binance: up to 33 % below other USDT exchanges")


@pytest.mark.parametrize(
    ("link", "said"),
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
def test_what_makes_no_sense_is_refused(link: str, said: str) -> None:
    """A link that cannot be followed to the letter is a bad request, with one plain sentence."""
    response = browser().get(f"/export/{link}")
    assert response.status_code == 400
    assert response.mimetype == "text/plain"
    assert said in response.text
    assert response.text.count("\n") == 1


def test_nothing_to_show_is_not_found() -> None:
    """Where there is no candle, the answer names asset and window and says what to do."""
    response = browser().get(f"/export/comparison.png?{CRASH}&asset=BTC")
    assert response.status_code == 404
    assert response.text == (
        "There is no candle of BTC from 2025-10-10T21:10Z to 2025-10-10T21:40Z; "
        "collect or import some, or choose another asset or window.\n"
    )
    real = browser(illustrated()).get(f"/export/lows.csv?{CRASH}&origin=real")
    assert real.status_code == 404
    assert "no real candle of any asset of 2025-10-10" in real.text


@pytest.mark.parametrize(
    ("error", "status", "retried"),
    [
        (BrowserMissing("no Chromium was found"), 501, False),
        (BrowserBusy("8 pictures are being drawn already"), 503, True),
        (BrowserFailed("the browser ended"), 503, True),
    ],
)
def test_a_picture_that_cannot_be_drawn(error: PlumblineError, status: int, *, retried: bool) -> None:
    """No browser, none free or none alive: each has its status, and says when to try again where that helps."""
    client = browser(renderer=Drawer(error))
    response = client.get(f"/export/comparison.svg?{CRASH}")
    assert response.status_code == status
    assert ("Retry-After" in response.headers) is retried
    assert str(error)[2:] in response.text
    assert client.get(f"/export/comparison.csv?{CRASH}").status_code == 200


def test_a_store_that_cannot_be_read() -> None:
    """Its own words, and no trace."""
    response = browser(Shelf(broken=True)).get(f"/export/candles.csv?{CRASH}")
    assert response.status_code == 503
    assert response.text == "The store at nowhere cannot be read.\n"


@settings(max_examples=60)
@given(query=st.dictionaries(st.sampled_from([*KEYS, "size", "other"]), ODD | st.text(max_size=12), max_size=4))
def test_no_link_is_a_failure(query: dict[str, str]) -> None:
    """Whatever a link says is answered or refused."""
    for name in ("comparison.csv", "measurement.json"):
        response = browser().get(f"/export/{name}", query_string=query)
        assert response.status_code in {200, 400, 404}


@pytest.mark.browser
def test_the_file_has_the_pixels_and_says_what_it_shows() -> None:
    """The square picture comes as 2400x2400 pixels, with its manifest."""
    with Renderer() as renderer:
        response = browser(illustrated(), renderer).get(f"/export/comparison.png?{CRASH}&size=square")
    with Image.open(BytesIO(response.data)) as image:
        assert image.size == (2400, 2400)
    said = from_png(response.data)
    assert said is not None
    assert said["origin"] == Evidence.RECONSTRUCTION
    assert What.COMPARISON in name_of(response)
