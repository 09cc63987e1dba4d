"""Reported volume against depth as files: rows and printed chart."""

import json
from datetime import timedelta
from functools import cache
from io import BytesIO

import polars as pl
import pytest

from dashboard.export_volume import UNSAID, volume_picture
from dashboard.overview_volume import ILLUSTRATED
from dashboard.picture_sizes import Size
from dashboard.style import Theme, palette
from dashboard.volume_rows import VOLUME
from data.reconstruction import reconstruct
from deviation.headline import ILLUSTRATION

from .boxes import collisions, faults, text_boxes, words
from .measured import EVERY, made
from .shelf import FALL, START, USDT_VENUES, Shelf, crash, market
from .test_depth_export import event, one
from .test_exports import AT, CRASH, browser, illustrated, name_of
from .test_overview import seen

BEFORE = {"okx": 3.0, "binance": 2.0, "bybit": 1.0, "bitget": 1.0}
"""What was traded of ATOM in each of thirty minutes an hour before, at 4 dollars; nothing on Gate."""


@cache
def busy() -> Shelf:
    """The crash, and ATOM's volume before it: most on OKX, less on Binance, which falls further."""
    earlier = START - timedelta(hours=1)
    ahead = [market(venue, "ATOM/USDT", 4, volume=units, start=earlier) for venue, units in BEFORE.items()]
    kraken = market("kraken", "ATOM/USD", 4, volume=50, start=earlier)
    return Shelf(pl.concat([crash(), kraken, *ahead]))


def rows(shelf: Shelf) -> pl.DataFrame:
    """The rows of the crash."""
    return pl.read_parquet(BytesIO(browser(shelf).get(f"/export/volume.parquet?{CRASH}").data))


def test_a_row_for_each_spot_market() -> None:
    """30 minutes of 3 units at 4 dollars make OKX the busiest; a perpetual has no row, a wrapped asset no rank."""
    found = rows(busy())
    assert found.schema == pl.Schema(VOLUME)
    assert found["asset"].to_list() == 9 * ["ATOM"] + ["WBETH"] + 2 * ["DOGE"]
    ranked = {venue: one(found, "ATOM", venue, "ATOM/USDT") for venue in USDT_VENUES}
    assert {venue: row["volume_usd_before"] for venue, row in ranked.items()} == {
        "binance": 240.0,
        "okx": 360.0,
        "bybit": 120.0,
        "bitget": 120.0,
        "gate": 0.0,
    }
    assert {venue: row["volume_rank"] for venue, row in ranked.items()} == {
        "okx": 1,
        "binance": 2,
        "bitget": 3,
        "bybit": 4,
        "gate": None,
    }
    assert ranked["binance"]["depth"] == 4 * 0.6 / (4 * 0.9) - 1
    assert ranked["binance"]["depth_at"] == START + timedelta(minutes=FALL)
    assert (ranked["binance"]["deepest"], ranked["okx"]["deepest"]) == ("deepest", "not deepest")
    wbeth = one(found, "WBETH", "binance", "WBETH/USDT")
    assert (wbeth["fair_value"], wbeth["volume_rank"]) == (True, None)


def test_rows_of_an_illustration_have_no_rank() -> None:
    """On the reconstruction there is neither a rank in volume nor one in depth."""
    found = rows(Shelf(reconstruct()))
    assert found.select("volume_rank", "deepest").null_count().row(0) == (found.height,) * 2
    assert found.filter(pl.col("volume_usd_before") > 0).height > 0


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("size", Size)
def test_no_text_collides_or_leaves_the_sheet(name: str, size: Size) -> None:
    """Whatever was measured, in each shape every text has a place of its own within the sheet."""
    figure = volume_picture(seen(made(name)), size)
    assert faults(figure, size) == []


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("theme", Theme)
def test_the_printed_chart(size: Size, theme: Theme) -> None:
    """The count as headline, its comparisons, Binance's dot by name, and by name what has none."""
    figure = volume_picture(event(busy(), theme), size)
    assert collisions(figure) == []
    assert figure.layout.template.layout.paper_bgcolor == palette(theme).paper
    said = " ".join(words(figure).split())
    # Of the USD venues Kraken alone reported any.
    assert said.startswith("The exchange with the most reported volume was the deepest in 0 of 2 comparisons")
    assert "Reported volume, not liquidity." in said
    assert "ATOM (USDT), OKX (Binance fell further)" in said
    assert "Too close to call: ATOM (USD), Kraken." in said
    assert "<b>Binance ATOM</b>" in {text for text, _ in text_boxes(figure)}
    assert "Less than 0.1 % below: ATOM" in said
    assert "No volume before the window: ATOM" in said
    assert "Measured against fair value, so no point: WBETH." in said
    assert "wrapped assets against fair value" not in said
    (dots,) = figure.data
    assert ([round(x) for x in dots.x], [round(y, 3) for y in dots.y]) == ([240], [0.333])


def test_nothing_to_compare() -> None:
    """Without ranked exchanges the headline says so, and a sentence stands where the chart would."""
    figure = volume_picture(seen(made("alone")), Size.WIDE)
    said = " ".join(words(figure).split())
    assert said.startswith(UNSAID)
    assert "Too few exchanges" in said
    assert figure.data == ()


def test_an_illustration_states_no_finding() -> None:
    """On the reconstruction nothing is counted or compared."""
    said = words(volume_picture(event(Shelf(reconstruct())), Size.TALL))
    assert said.startswith(ILLUSTRATION)
    assert ILLUSTRATED in said
    assert "comparisons" not in said
    assert "ranked" not in said


def test_the_manifest_names_all_assets() -> None:
    """The picture says which assets it shows; its name says size, paper and that it is an illustration."""
    response = browser(illustrated()).get(f"/export/volume.png?{CRASH}&size=tall&theme=dark")
    drawn = json.loads(response.data)
    assert drawn["shape"] == ["png", 1080, 1350, "#15181c"]
    assert (drawn["manifest"]["asset"], drawn["manifest"]["assets"]) == (None, ["ATOM", "WBETH", "DOGE"])
    assert name_of(response) == f"plumbline_all_binance_{AT}_volume_tall_dark_illustration.png"
