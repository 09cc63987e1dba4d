"""Long form: random markets from the replay to every number that is shown, beside an independent calculation.

    python -m tests.torture.truth.evenings --evenings 40 --seed 1 [--pictures 3]

Each evening is drawn from its number: an asset on four to thirteen exchanges with different wire formats, in dollars,
stablecoins, euros and won, with gaps, halts, spikes, minutes of little volume, and outages; in half of the evenings the
question has choices made by hand. The real clients collect it from the replay in several rounds, in which some
exchanges do not answer, and some of that once more. Then the program measures, and these are compared with what
`tests.oracle` makes of the drawn markets, without the store or any line of the program: all stored candles and quiet
spans, `measure --json`, `lows --json`, every measured CSV, the data of the charts of the page, and the comparison
picture, both the numbers that it carries and those that it shows in words. Of some evenings the picture is drawn by
Chromium, too, and read back.

An evening takes ten to fifteen seconds of a processor. Prints evenings and failures, and by output how many values were
equal to the last bit, and how many differ by rounding; the exit code is 1 if a value differs.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import stamina

from collectors import store_writer
from data.catalogue import Catalogue, load_catalogue
from data.store import CandleStore
from evidence.proof.read_file import read_picture_manifest
from tests.oracle.question import MINUTE
from tests.torture.truth.collection import build_answer, build_question, collect_evening, to_time
from tests.torture.truth.comparison import Comparison
from tests.torture.truth.markets import TrueEvening, draw_evening
from tests.torture.truth.page import compare_page
from tests.torture.truth.picture import compare_picture
from tests.torture.truth.program import AskedProgram, ask_program
from tests.torture.truth.side import TrueAnswer
from tests.torture.truth.tables import compare_tables

SHOWN_FAULTS = 12
"""Faults of an evening that are printed."""


def compare_evening(seed: int, folder: Path, *, draws_picture: bool = False) -> Comparison:
    """Collect an evening into a new store in the folder, and compare all that is made of it."""
    evening, comparison = draw_evening(seed), Comparison()
    run = collect_evening(evening, folder, seed)
    answer, program = build_answer(evening), ask_program(run.store, folder, evening)
    compare_store(comparison, run.store, evening, answer)
    manifest = compare_outputs(comparison, program, evening, answer, load_catalogue())
    if draws_picture:
        compare_drawn(comparison, program, manifest)
    return comparison


def compare_outputs(
    comparison: Comparison, program: AskedProgram, evening: TrueEvening, answer: TrueAnswer, catalogue: Catalogue
) -> dict[str, Any]:
    """Compare JSON, tables, page and picture with the answer; gives the manifest of the picture."""

    def name_of(venue: str) -> str:
        return catalogue.get_venue(venue).name

    answer.compare_json(comparison, "measure --json", program.read_json("measure"), answer.json, name_of)
    comparison.compare("lows --json", "", program.read_json("lows"), answer.lows)
    # A page is always about an event: its calm span is the baseline, whatever the window.
    of_page = replace(answer, question=build_question(replace(evening, is_event=True), named=evening.is_event))
    compare_tables(comparison, of_page, program.read_csv)
    compare_page(comparison, of_page, program.read_page())
    figure, manifest = program.read_picture()
    compare_picture(comparison, of_page, figure, manifest, name_of)
    return manifest


def compare_store(comparison: Comparison, store: CandleStore, evening: TrueEvening, answer: TrueAnswer) -> None:
    """Compare every stored candle exactly, and which minutes without one are quiet."""
    first, last = min(turn.start for turn in evening.rounds), max(turn.end for turn in evening.rounds)
    span = to_time(first - MINUTE), to_time(last + MINUTE)
    bases = sorted({market.symbol.split("/")[0] for market in evening.markets})
    columns = ("venue", "symbol", "open_time", "open", "high", "low", "close", "volume")
    stored = {
        (venue, symbol, int(at.timestamp())): values
        for venue, symbol, at, *values in store.read_candles(bases, *span).select(columns).iter_rows()
    }
    expected = {(c.venue, c.symbol, c.time): [c.open, c.high, c.low, c.close, c.volume] for c in answer.candles}
    for key in stored.keys() | expected.keys():
        comparison.require(
            "store",
            f"{key} is {stored.get(key)}, in truth {expected.get(key)}",
            holds=stored.get(key) == expected.get(key),
        )
    quiet = {
        (venue, symbol, minute)
        for venue, symbol, start, end in store.read_covered_spans(bases, *span).iter_rows()
        for minute in range(int(start.timestamp()), int(end.timestamp()), MINUTE)
    }
    truly_quiet = {
        (venue, symbol, minute) for venue, symbol, start, end in answer.covered for minute in range(start, end, MINUTE)
    }
    for key in (quiet | truly_quiet) - expected.keys():
        comparison.require("coverage", f"{key} is quiet: {key in quiet}", holds=(key in quiet) == (key in truly_quiet))


def compare_drawn(comparison: Comparison, program: AskedProgram, manifest: dict[str, Any]) -> None:
    """Compare what a picture carries after Chromium has drawn it: the same manifest."""
    for file_format in ("png", "svg"):
        drawn = read_picture_manifest(program.draw_picture(file_format))
        comparison.require("picture", f"the manifest of the {file_format} differs", holds=drawn == manifest)


def main() -> int:
    """Run the long form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evenings", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1, help="the number of the first evening")
    parser.add_argument("--pictures", type=int, default=3, help="of how many evenings Chromium draws the picture")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    stamina.set_testing(True, attempts=2, cap=True)
    store_writer.MAX_WAIT_S = 0.0
    total, failures, start = Comparison(), 0, time.process_time()
    for number, seed in enumerate(range(arguments.seed, arguments.seed + arguments.evenings)):
        with tempfile.TemporaryDirectory() as folder:
            comparison = compare_evening(seed, Path(folder), draws_picture=number < arguments.pictures)
        failures += bool(comparison.faults)
        total.equal += comparison.equal
        total.close += comparison.close
        for fault in comparison.faults[:SHOWN_FAULTS]:
            click.echo(f"evening {seed}: {fault}")
    click.echo(
        json.dumps(
            {
                "tries": arguments.evenings,
                "failures": failures,
                "equal": total.equal,
                "close": total.close,
                "cpu_s": round(time.process_time() - start),
            }
        )
    )
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
