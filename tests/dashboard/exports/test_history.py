"""A history as files: its rows, its picture, their names, and what an exchange without a price gives."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import polars as pl
import pytest

from dashboard.exports.history.rows import HISTORY_FILE_ROW, build_history_rows
from dashboard.exports.history.sheet import build_history_sheet
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.sizes import FULL_SIZES, SheetSize
from dashboard.state.view import Theme, ViewState
from deviation.side import Side
from tests.dashboard.exports.test_routes import SavingRenderer, build_client, read_file_name
from tests.dashboard.memory_store import MemoryStore
from tests.dashboard.pages.test_history import CATALOGUE, VIEW, build_history
from tests.dashboard.text_boxes import collect_annotation_text, find_faults

STEM = "plumbline_all_binance_2025-10-09-to-2025-10-11_history"
CLIENT = build_client(MemoryStore(history_rows=build_history()))


def build_years(first: date, days: int) -> pl.DataFrame:
    """A history of so many days on which Binance's gaps grow from nothing to 99%, and the others' are small."""
    sizes = {
        first + timedelta(days=number): {
            "binance": (number % 90, -number / days / 2, -0.99 * number / days),
            "okx": (number % 7, -0.01, -0.02),
            "gate": (number % 30, 0.0, 0.0),
        }
        for number in range(days)
    }
    return build_history(sizes)


def read_rows(query: str) -> pl.DataFrame:
    """The rows of a Parquet by link."""
    return pl.read_parquet(BytesIO(CLIENT.get(f"/export/history.parquet?{query}").data))


def pick(rows: pl.DataFrame, day: int, side: str = "below") -> Mapping[str, object]:
    """The row of a day of October 2025."""
    return rows.row(by_predicate=(pl.col("day") == date(2025, 10, day)) & (pl.col("side") == side), named=True)


def test_rows_are_all_of_the_exchange_with_the_range_of_the_others() -> None:
    """Both sides of three days; the least and the most of the others are by size, and signs stay."""
    rows = read_rows("")
    assert rows.schema == pl.Schema(HISTORY_FILE_ROW)
    assert rows.select("day", "venue", "side").rows() == [
        (date(2025, 10, day), "binance", side) for day in (9, 10, 11) for side in ("above", "below")
    ]
    second = pick(rows, 10)
    assert (second["first"], second["gap_99"], second["gap_most"], second["gap_most_asset"]) == (
        60,
        -0.3,
        -0.99,
        "IOTX",
    )
    assert (second["others"], second["others_share_least"], second["others_share_most"]) == (2, 0.01, 0.02)
    assert (second["others_gap_99_least"], second["others_gap_99_most"]) == (-0.01, -0.04)
    assert (second["others_aligned_99_least"], second["others_aligned_99_most"]) == (-0.001, -0.004)
    assert pick(rows, 11)["others"] == 1
    assert pick(rows, 10, "above")["others_gap_99_most"] == 0


def test_another_exchange_has_its_own_rows() -> None:
    """Gate has two days; Binance is one of its others."""
    rows = read_rows("focus=gate")
    assert rows["day"].unique().sort().to_list() == [date(2025, 10, 9), date(2025, 10, 10)]
    assert pick(rows, 10)["others_gap_99_most"] == -0.3


def test_without_any_other_exchange_the_range_is_null() -> None:
    """None is counted, and no number is made up."""
    alone = build_history().filter(pl.col("venue") == "binance")
    rows = build_history_rows(alone, "binance")
    assert rows["others"].to_list() == [0] * 6
    assert rows["others_share_most"].null_count() == 6


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_the_manifest_of_a_picture_has_its_rows_and_its_view(file_format: str) -> None:
    """The hash is that of the same rows as a table, so that anyone can see whether they are the same."""
    metadata = json.loads(CLIENT.get("/export/history.csv-metadata.json").data)
    response = CLIENT.get(f"/export/history.{file_format}?gap=aligned&size=square")
    assert read_file_name(response) == f"{STEM}_aligned_square.{file_format}"
    manifest = json.loads(response.data)["manifest"]
    assert manifest["rows_sha256"] == metadata["notes"][0]["rows_sha256"]
    assert (manifest["kind"], manifest["focus"], manifest["rows"]) == ("history", "binance", 6)
    assert (manifest["first_day"], manifest["last_day"]) == ("2025-10-09", "2025-10-11")
    assert (manifest["link"], manifest["size"]) == ("gap=aligned", "square")


def test_every_column_is_explained() -> None:
    """The metadata beside the CSV define each of its columns."""
    metadata = json.loads(CLIENT.get("/export/history.csv-metadata.json").data)
    columns = metadata["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == list(HISTORY_FILE_ROW)
    assert [column["name"] for column in columns if not column.get("dc:description")] == []
    assert columns[0]["datatype"] == "date"


def test_the_name_of_a_picture_has_what_differs_from_the_default() -> None:
    """Side, kind of gap, size and theme; a table has all of it, and only the exchange in its name."""
    response = CLIENT.get("/export/history.png?side=above&gap=aligned&size=tall&theme=dark")
    assert read_file_name(response) == f"{STEM}_above_aligned_tall_dark.png"
    assert read_file_name(CLIENT.get("/export/history.csv?side=above&gap=aligned")) == f"{STEM}.csv"


def test_an_exchange_without_a_history_is_not_found() -> None:
    """The answer names the command."""
    response = CLIENT.get("/export/history.csv?focus=kraken")
    assert response.status_code == 404
    assert response.text == "There is no history with Kraken; plumbline scan --days makes one.\n"
    assert build_client(MemoryStore()).get("/export/history.png").status_code == 404


def test_days_that_are_saved_while_a_picture_is_drawn_are_in_it() -> None:
    """The name, the numbers and the hash are those of all days."""
    days = build_history()
    store = MemoryStore(history_rows=days.filter(pl.col("day") < date(2025, 10, 11)))

    def save() -> None:
        store.history_rows = days

    renderer = SavingRenderer(save)
    response = build_client(store, renderer).get("/export/history.png")
    assert renderer.draw_count == 2
    assert read_file_name(response) == f"{STEM}.png"
    metadata = json.loads(CLIENT.get("/export/history.csv-metadata.json").data)
    assert json.loads(response.data)["manifest"]["rows_sha256"] == metadata["notes"][0]["rows_sha256"]


@pytest.mark.parametrize("size", FULL_SIZES)
@pytest.mark.parametrize("side", Side)
def test_no_text_of_a_sheet_covers_another(size: SheetSize, side: Side) -> None:
    """Of three days, of a year and of eight with all events, on both sides."""
    histories = (build_history(), build_years(date(2025, 1, 1), 365), build_years(date(2019, 1, 1), 2700))
    for rows in histories:
        view: ViewState = replace(VIEW, side=side)
        assert find_faults(build_history_sheet(rows, view, CATALOGUE, size), size) == []


def test_a_sheet_states_finding_days_events_and_manifest() -> None:
    """The foot has the days, how many assets were scanned and when, and the manifest's hash."""
    imprint = Imprint("plumb.example/history", None, "0123456789ab")
    sheet = build_history_sheet(build_history(), replace(VIEW, theme=Theme.DARK), CATALOGUE, SheetSize.WIDE, imprint)
    text = collect_annotation_text(sheet).replace("\n", " ")
    assert "On 2 of 3 days, 99% of Binance's lows were at most 5% below all others" in text
    assert "Furthest on 10 Oct 2025: IOTX, 99% below all others." in text
    assert "By UTC day. Binance in its colour; grey: the range of all other exchanges." in text
    assert "Events, dotted: 1: 10-11 October 2025." in text
    assert (
        "Scans of 3 days by UTC from 9 Oct 2025 to 11 Oct 2025, of 100 assets a day, as the exchanges list them, "
        in text
    )
    assert "on 2025-12-01 00:00 UTC, USDT markets." in text
    assert "1-minute prices of 3 exchanges; analysis: Plumbline" in text
    assert "manifest 0123456789ab, plumb.example/history." in text
    assert find_faults(sheet, SheetSize.WIDE, Theme.DARK) == []


def test_a_sheet_without_a_day_says_so() -> None:
    """Nothing of the history is in USD."""
    sheet = build_history_sheet(build_history(), replace(VIEW, group="usd"), CATALOGUE, SheetSize.WIDE)
    text = collect_annotation_text(sheet)
    assert "No USD price of Binance can be compared on the stored days" in text
    assert "Binance has no price to compare." in text
