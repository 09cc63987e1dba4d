"""The matrix of exchanges and assets as files: rows and printed boards."""

import json
import re
from datetime import timedelta
from io import BytesIO

import polars as pl
import pytest

from dashboard.export_matrix import matrix_picture
from dashboard.matrix_cells import FULL
from dashboard.matrix_rows import MATRIX
from dashboard.picture_frame import WATERMARK
from dashboard.picture_sizes import Size
from dashboard.style import READABLE, Theme, contrast, palette
from data.reconstruction import reconstruct
from deviation.headline import ILLUSTRATION

from .boxes import collisions, faults, text_boxes, words
from .measured import CATALOGUE, EVERY, made
from .shelf import FALL, START, USD_VENUES, USDT_VENUES, Shelf, market
from .test_depth_export import event
from .test_exports import AT, CRASH, browser, illustrated, name_of
from .test_overview import seen


def rows(shelf: Shelf | None = None) -> pl.DataFrame:
    """The rows of the crash."""
    return pl.read_parquet(BytesIO(browser(shelf).get(f"/export/matrix.parquet?{CRASH}").data))


def full() -> Shelf:
    """Every venue of the catalogue in both groups on all assets of the event."""
    level = {"ATOM": 4.0, "WBETH": 4_200.0, "BNSOL": 200.0, "DOGE": 0.2, "XRP": 2.4}
    return Shelf(
        pl.concat(
            market(venue, f"{asset}/{quote}", price, fallen=0.4 + 0.02 * place)
            for asset, price in level.items()
            for quote in ("USDT", "USD")
            for place, venue in enumerate(CATALOGUE.venues)
        )
    )


def test_a_row_for_each_cell() -> None:
    """Five USDT venues and four USD venues and Gemini on three assets, the focus first; what has no candle says so."""
    found = rows()
    assert found.schema == pl.Schema(MATRIX)
    assert found["asset"].to_list() == (len(USDT_VENUES) + len(USD_VENUES)) * ["ATOM", "WBETH", "DOGE"]
    assert found["venue"].to_list()[::3] == [*USDT_VENUES, *USD_VENUES]
    assert found["group"].to_list() == 15 * ["usdt"] + 12 * ["usd"]
    atom = found.row(0, named=True)
    assert atom == {
        "group": "usdt",
        "venue": "binance",
        "asset": "ATOM",
        "symbol": "ATOM/USDT",
        "fair_value": False,
        "focus": True,
        "depth": 4 * 0.6 / (4 * 0.9) - 1,
        "depth_at": START + timedelta(minutes=FALL),
        "below_min": 5.0,
        "firm_min": 30.0,
        "thin_depth": None,
        "thin_below_min": 0.0,
        "thin_min": 0.0,
        "enter": 0.02,
        "deepest": "deepest",
        "longest": "longest",
        "not_ranked_why": None,
        "assumed": False,
        "origin": "real",
    }
    wbeth = found.row(1, named=True)
    assert (wbeth["fair_value"], wbeth["deepest"]) == (True, "not ranked")
    assert wbeth["not_ranked_why"] == "measured against fair value"
    empty = found.filter(venue="okx", asset="DOGE").row(0, named=True)
    assert (empty["symbol"], empty["depth"], empty["firm_min"]) == (None, None, None)
    assert (empty["deepest"], empty["not_ranked_why"]) == ("no data", "no candle")
    # Gemini alone against Coinbase: one vote, so that no minute is firm.
    thin = found.filter(venue="gemini", asset="DOGE").row(0, named=True)
    assert (thin["depth"], thin["firm_min"]) == (None, 0)
    assert (thin["thin_depth"], thin["thin_below_min"], thin["thin_min"]) == (pytest.approx(-0.1), 5, 30)


def test_rows_of_an_illustration_have_no_rank() -> None:
    """On the reconstruction ranks and their reasons are empty, and markets without a published figure say so."""
    found = rows(Shelf(reconstruct()))
    assert found.select("deepest", "longest", "not_ranked_why").null_count().row(0) == (found.height,) * 3
    assumed = {(row["asset"], row["venue"]): row["assumed"] for row in found.iter_rows(named=True)}
    assert (assumed["ATOM", "okx"], assumed["ATOM", "binance"]) == (True, False)


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("size", Size)
def test_no_text_collides_or_leaves_the_sheet(name: str, size: Size) -> None:
    """Whatever was measured, in each shape every text has a place of its own within the sheet."""
    figure = matrix_picture(seen(made(name)), size)
    assert faults(figure, size) == []


@pytest.mark.parametrize("size", Size)
def test_every_venue_on_every_asset(size: Size) -> None:
    """As many cells as there can be all keep their depth, and no text touches another."""
    figure = matrix_picture(event(full()), size)
    assert faults(figure, size) == []
    said = [note.text for note in figure.layout.annotations]
    cells = 2 * 5 * len(CATALOGUE.venues)
    assert sum(bool(re.fullmatch(r"<b>(.*%|–)</b>", text)) for text in said) == cells
    assert all(note.font.size >= 10 for note in figure.layout.annotations)


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("theme", Theme)
def test_the_printed_boards(size: Size, theme: Theme) -> None:
    """Headline, both groups, the focus venue's name in bold, numbers and words of its cells, and a key."""
    figure = matrix_picture(event(Shelf(), theme), size)
    assert collisions(figure) == []
    assert figure.layout.template.layout.paper_bgcolor == palette(theme).paper
    said = " ".join(words(figure).split())
    assert said.startswith("Binance was deepest on 1 of 1 ranked asset among USDT exchanges")
    texts = {text for text, _ in text_boxes(figure)}
    assert {"<b>USDT exchanges</b>", "<b>USD exchanges</b>", "<b>Binance</b>", "OKX"} <= texts
    assert {"5 of 30 min", "deepest, longest", "5 of 30 thin min", "no data", "not ranked"} <= texts
    assert "<b>\u221233\u00a0%</b>" in texts
    assert "Not ranked: measured against fair value (WBETH)" in said
    assert "from 50 %" in said


@pytest.mark.parametrize("theme", Theme)
def test_text_can_be_read_on_its_cell(theme: Theme) -> None:
    """The number on a tinted cell has the contrast of small print, and the deepest cell has an edge of ink."""
    figure = matrix_picture(event(Shelf(), theme), Size.WIDE)
    (number,) = [note for note in figure.layout.annotations if note.text == "<b>\u221233\u00a0%</b>"]
    edged = [one for one in figure.layout.shapes if one.line.color == palette(theme).ink and one.type == "path"]
    _sample_in_the_key, cell = edged
    assert contrast(number.font.color, cell.fillcolor) >= READABLE
    assert cell.fillcolor not in {palette(theme).paper, FULL[theme]}


def test_no_spot_market() -> None:
    """Where there is no cell, a sentence says so."""
    only = Shelf(market("binanceusdm", "DOGE/USDT:USDT", 0.2, fallen=0.5))
    assert "No spot market here." in words(matrix_picture(event(only), Size.TALL))


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction the headline says what it is, a stamp lies across, and cells say what is assumed."""
    said = words(matrix_picture(event(Shelf(reconstruct())), Size.SQUARE))
    assert said.startswith(ILLUSTRATION)
    assert WATERMARK in said
    assert {"partly published", "assumed"} <= set(said.splitlines())
    assert "deepest on" not in said
    assert "rank" not in said


def test_the_manifest_names_all_assets() -> None:
    """The picture says which assets it shows; its name says size, paper and that it is an illustration."""
    response = browser(illustrated()).get(f"/export/matrix.png?{CRASH}&size=tall&theme=dark")
    drawn = json.loads(response.data)
    assert drawn["shape"] == ["png", 1080, 1350, "#15181c"]
    assert (drawn["manifest"]["asset"], drawn["manifest"]["assets"]) == (None, ["ATOM", "WBETH", "DOGE"])
    assert name_of(response) == f"plumbline_all_binance_{AT}_matrix_tall_dark_illustration.png"
