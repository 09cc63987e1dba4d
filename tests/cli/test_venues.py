"""Venues on the command line: any of their names is read as the id, and unknown ones are refused unless declared."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.options import AccessOptions
from data.settings import load_settings
from tests.cli.program import OKX_ONLY, ReplayedProgram, RunCommand, run_main, write_csv

WINDOW = ("--asset", "ATOM", "--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:21Z")
COLLECT_WINDOW = ("--assets", "atom", "--from", "2025-10-10T20:00Z", "--to", "2025-10-11T00:00Z")
UNKNOWN = "venue 'krakn' is unknown; the nearest known one is kraken"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """One minute of four exchanges under their ids, and one of an unknown venue."""
    venues = ("binance", "htx", "okx", "gate", "acme")
    return write_csv(tmp_path / "a.csv", [f"{venue},ATOM/USDT,2025-10-10T21:20Z,3,3,3,3,99" for venue in venues])


def read_measurement(run: RunCommand, *words: str) -> Any:  # noqa: ANN401 - JSON
    """The JSON of a measurement of the stored minute."""
    result = run("measure", *WINDOW, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def list_measured_venues(run: RunCommand, *words: str) -> list[str]:
    """The venues of a measurement of the stored minute."""
    return [row["venue"] for row in read_measurement(run, *words)["rows"]]


def test_import_refuses_an_unknown_venue_unless_it_is_declared(run: RunCommand, files: Path) -> None:
    """The refusal names line and option; with the option the file comes in, and once more without it."""
    refused = run("import", files)
    assert refused.exit_code == 3
    assert "line 6: venue 'acme' is unknown" in refused.output
    assert "--new-venue acme" in refused.output
    assert run("import", files, "--new-venue", "acme").exit_code == 0
    assert "5 already there" in run("import", files).output


def test_import_reads_names_in_any_spelling_and_says_so(run: RunCommand, tmp_path: Path) -> None:
    """Spellings of a venue and symbols in small letters are one market, and each is named in the report."""
    rows = [f"{venue},atom/usd,2025-10-10T21:20Z,3,3,3,3,99" for venue in ("kraken", "Kraken")]
    result = run("import", write_csv(tmp_path / "b.csv", rows))
    assert result.exit_code == 0
    assert "kraken ATOM/USD: 1 candle" in result.output
    assert "'Kraken' read as kraken in 1 row" in result.output
    assert "'atom/usd' read as ATOM/USD in 2 rows" in result.output


def test_import_takes_one_absent_column_from_its_option(run: RunCommand, tmp_path: Path) -> None:
    """`--venue` alone fills the column of a file that has symbols, by any name of the venue."""
    header = "symbol,time,open,high,low,close,volume"
    path = write_csv(tmp_path / "b.csv", ["ATOM/USDT,2025-10-10T21:20Z,3,3,3,3,9"], header=header)
    assert "htx ATOM/USDT: 1 candle" in run("import", path, "--venue", "Huobi Global").output
    result = run("import", path, "--venue", "krakn")
    assert result.exit_code == 2
    assert UNKNOWN in result.output


def test_chosen_venues_and_the_focus_may_have_any_name(run: RunCommand, files: Path) -> None:
    """`--venues` and `--focus` take former ids and display names, and markets in small letters."""
    run("import", files, "--new-venue", "acme")
    assert list_measured_venues(run, "--venues", "Huobi, OKEx,okx:atom/usdt,Gate.io:ATOM/USDT") == [
        "gate",
        "htx",
        "okx",
    ]
    assert read_measurement(run, "--focus", "Huobi")["focus"] == "htx"


def test_a_stored_venue_can_be_chosen_without_declaring_it_again(run: RunCommand, files: Path) -> None:
    """An id that only the store knows is read in any spelling; one that nothing knows is refused, in either option."""
    run("import", files, "--new-venue", "acme")
    assert list_measured_venues(run, "--venues", "ACME,okx") == ["acme", "okx"]
    for words in (("--venues", "okx,krakn"), ("--venues", "krakn:ATOM/USD"), ("--focus", "krakn")):
        result = run("measure", *WINDOW, *words)
        assert result.exit_code == 2
        assert UNKNOWN in result.output


def test_the_store_of_either_place_is_looked_up(tmp_path: Path, files: Path) -> None:
    """`--store` after the venues, or before the command, names the store whose venues are known."""
    store = ("--store", str(tmp_path / "other"))
    run_main(*store, "import", files, "--new-venue", "acme")
    after = run_main("measure", *WINDOW, "--venues", "acme", *store, "--json")
    before = run_main(*store, "measure", *WINDOW, "--venues", "acme", "--json")
    assert (after.exit_code, before.exit_code) == (0, 0)


def test_a_market_of_another_form_is_refused(run: RunCommand) -> None:
    """What follows the colon has to be a symbol."""
    result = run("measure", *WINDOW, "--venues", "okx:ATOMUSDT")
    assert result.exit_code == 2
    assert "'ATOMUSDT' names no market; write it like ATOM/USD" in result.output


@pytest.mark.parametrize("place", ["before", "after"])
def test_measured_files_need_new_venues_declared(run: RunCommand, files: Path, place: str) -> None:
    """With `--input` an unknown venue is refused unless `--new-venue` declares it, before or after other options."""
    assert "line 6: venue 'acme' is unknown" in run("measure", *WINDOW, "--input", files).output
    words = ("--venues", "Acme,okx", "--input", str(files))
    new_venue = ("--new-venue", "acme")
    arguments = (*new_venue, *words) if place == "before" else (*words, *new_venue)
    assert list_measured_venues(run, *arguments) == ["acme", "okx"]


def test_a_declared_id_is_checked(run: RunCommand, files: Path) -> None:
    """An id of other signs is a usage error, on import and on measuring."""
    for command in (("import", str(files)), ("measure", *WINDOW, "--input", str(files))):
        result = run(*command, "--new-venue", "My Exchange")
        assert result.exit_code == 2
        assert "'my exchange' is no id of a venue; write it like myexchange" in result.output


def test_collect_takes_any_name(program: ReplayedProgram) -> None:
    """`collect` reads names of venues and tickers like other commands; an unknown one is refused with the nearest."""
    spelled = program.run_with_replay("collect", *COLLECT_WINDOW, "--venues", "OKEx")
    assert "okx ATOM/USDT: 240 candles, complete" in spelled.output
    repeated = program.run_with_replay("collect", *COLLECT_WINDOW, *OKX_ONLY, "--json")
    assert json.loads(repeated.stdout.splitlines()[-1])["candles"] == 0
    unknown = program.run("collect", *COLLECT_WINDOW, "--venues", "krakn")
    assert unknown.exit_code == 2
    assert "; nearest to 'krakn' is kraken" in unknown.output


def test_another_host_is_given_by_any_name_of_its_venue(tmp_path: Path) -> None:
    """A host of a venue counts for its id, however the venue is written."""
    settings = load_settings(store=str(tmp_path))
    access = AccessOptions(hosts=(("Binance Spot", "data-api.binance.vision"),)).build_access(settings)
    assert dict(access.hosts) == {"binance": "data-api.binance.vision"}
