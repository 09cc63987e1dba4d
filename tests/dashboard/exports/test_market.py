"""A scan as files: its rows, its picture, their names, and what an exchange without a price gives."""

import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import polars as pl
import pytest

from dashboard.exports.market.sheet import build_market_sheet
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import GapKind, PeerChoice, Theme, ViewState
from data.tables.scans import SCAN_ROW, MarketScan
from deviation.side import Side
from tests.dashboard.exports.test_routes import (
    CRASH_QUERY,
    WINDOW_TEXT,
    SavingRenderer,
    build_client,
    build_crash_scan,
    read_file_name,
)
from tests.dashboard.memory_store import MemoryStore
from tests.dashboard.pages.test_market import CATALOGUE, VIEW, build_day_scan
from tests.dashboard.text_boxes import collect_annotation_text, find_faults
from tests.data.scan_frames import build_scan

STEM = f"plumbline_all_binance_{WINDOW_TEXT}_market"


LATER = replace(build_crash_scan().run, scan_id="scan-2", made_at=build_crash_scan().run.made_at + timedelta(hours=1))


def build_wide_scan() -> MarketScan:
    """A scan of 300 assets, on which Binance is 99% below the others down to 30% above them, in even steps."""
    return build_scan(
        {f"COIN{number}": {"binance": 0.01 + 1.3 * number / 300, "okx": 1.0, "gate": 1.1} for number in range(300)}
    )


def test_rows_are_those_of_every_exchange_in_the_window() -> None:
    """The days before are left out; file name and metadata name the window."""
    scan = build_crash_scan()
    earlier = scan.rows.with_columns(days_before=pl.lit(1, dtype=pl.Int64))
    store = MemoryStore(saved_scans=[replace(scan, rows=pl.concat([scan.rows, earlier]))])
    response = build_client(store).get(f"/export/market.parquet?{CRASH_QUERY}&focus=okx")
    assert read_file_name(response) == f"plumbline_all_okx_{WINDOW_TEXT}_market.parquet"
    rows = pl.read_parquet(BytesIO(response.data))
    assert rows.schema == pl.Schema(SCAN_ROW)
    assert rows.height == 2 * 5
    assert rows["days_before"].unique().to_list() == [0]
    assert rows.filter(asset="ATOM", venue="binance", side="below")["gap"].to_list() == [-0.5]


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_the_manifest_of_a_picture_has_its_rows_and_its_view(file_format: str) -> None:
    """The hash is that of the same rows as a table, so that anyone can see whether they are the same."""
    client = build_client()
    metadata = json.loads(client.get(f"/export/market.csv-metadata.json?{CRASH_QUERY}").data)
    response = client.get(f"/export/market.{file_format}?{CRASH_QUERY}&gap=aligned&size=square")
    assert read_file_name(response) == f"{STEM}_aligned_square.{file_format}"
    manifest = json.loads(response.data)["manifest"]
    assert manifest["rows_sha256"] == metadata["notes"][0]["rows_sha256"]
    assert (manifest["kind"], manifest["scan"], manifest["focus"]) == ("market", "scan-1", "binance")
    assert (manifest["link"], manifest["size"]) == ("window=crash&gap=aligned", "square")


def test_the_name_of_a_picture_has_what_differs_from_the_default() -> None:
    """Quote, side, peers, kind of gap, size and theme."""
    query = f"{CRASH_QUERY}&group=usd&side=above&peers=five&gap=aligned&size=tall&theme=dark"
    response = build_client().get(f"/export/market.png?{query}")
    assert read_file_name(response) == f"{STEM}_usd_above_five_aligned_tall_dark.png"


def test_a_window_without_a_scan_is_not_found() -> None:
    """The answer names the command."""
    response = build_client(MemoryStore()).get(f"/export/market.csv?{CRASH_QUERY}")
    assert response.status_code == 404
    assert response.text == (
        "There is no scan of the market from 2025-10-10T21:10Z to 2025-10-10T21:40Z; plumbline scan makes one.\n"
    )


def test_a_link_that_names_a_scan_gives_that_one_or_none() -> None:
    """Whatever was made later; its id is in the name, as two scans of a window are two files."""
    first, later = build_crash_scan(), build_scan({"XRP": {"binance": 1.0, "okx": 2.0}}, run=LATER)
    client = build_client(MemoryStore(saved_scans=[first, later]))

    def read_assets(link: str) -> list[str]:
        return pl.read_parquet(BytesIO(client.get(link).data))["asset"].unique().sort().to_list()

    link = f"/export/market.parquet?{CRASH_QUERY}"
    assert read_assets(link) == ["XRP"]
    assert read_assets(f"{link}&scan=scan-1") == sorted(first.rows["asset"].unique())
    assert read_file_name(client.get(f"{link}&scan=scan-1")) == f"{STEM}_scan-1.parquet"
    missing = client.get(f"{link}&scan=scan-9")
    assert missing.status_code == 404
    assert missing.text == (
        "There is no scan scan-9 of this window; without it the link gives the one that is shown first.\n"
    )


def test_a_scan_that_is_saved_while_a_picture_is_drawn_is_the_one_in_it() -> None:
    """All of the file is of the later one: it is made once more, and its hash is that of the later rows."""
    store = MemoryStore(saved_scans=[build_crash_scan()])
    later = build_scan({"XRP": {"binance": 1.0, "okx": 2.0}}, run=LATER)
    renderer = SavingRenderer(lambda: store.saved_scans.append(later))
    manifest = json.loads(build_client(store, renderer).get(f"/export/market.png?{CRASH_QUERY}").data)["manifest"]
    assert renderer.draw_count == 2
    metadata = json.loads(build_client(store).get(f"/export/market.csv-metadata.json?{CRASH_QUERY}").data)
    assert (manifest["scan"], manifest["rows"]) == ("scan-2", 4)
    assert manifest["rows_sha256"] == metadata["notes"][0]["rows_sha256"]


@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("gap", GapKind)
def test_no_text_of_a_sheet_covers_another(size: SheetSize, side: Side, gap: GapKind) -> None:
    """Of many assets and of few, on both sides and for both kinds of gaps."""
    for scan in (build_wide_scan(), build_day_scan()):
        view: ViewState = replace(VIEW, side=side, gap=gap)
        assert find_faults(build_market_sheet(scan, view, CATALOGUE, size), size) == []


def test_a_sheet_states_finding_scan_and_manifest() -> None:
    """The foot has the number of assets, when they were scanned, and the manifest's hash."""
    imprint = Imprint("plumb.example/market", None, "0123456789ab")
    view = replace(VIEW, peers=PeerChoice.FIVE, theme=Theme.DARK)
    sheet = build_market_sheet(build_day_scan(), view, CATALOGUE, SheetSize.WIDE, imprint)
    text = collect_annotation_text(sheet).replace("\n", " ")
    assert "below those of the report's five exchanges on 2 of 3 assets" in text
    assert "In the same minute, its close was at least 10% below all of their closes on 1 of 3." in text
    assert "IOTX 99%" in text
    assert "Scan of 4 assets, of those that the store held, made on 2025-12-01 08:00 UTC, USDT markets." in text
    assert "1-minute prices of 4 exchanges; analysis: Plumbline" in text
    assert "manifest 0123456789ab, plumb.example/market." in text
    assert find_faults(sheet, SheetSize.WIDE, Theme.DARK) == []


def test_a_sheet_without_a_gap_says_so() -> None:
    """Kraken is not in the scan."""
    sheet = build_market_sheet(build_day_scan(), replace(VIEW, focus="kraken"), CATALOGUE, SheetSize.WIDE)
    text = collect_annotation_text(sheet)
    assert "No low of Kraken can be compared in USDT" in text
    assert "Kraken has no price to compare." in text
