"""Reads thousands of bad files as an upload, and counts those that end in anything but a value or a refusal.

``python -m tests.torture.files.fuzz_imports [CASES] [SEED]`` makes that many cases (10,000 if left out; some 15
minutes) of candles, trades, order logs, executions and settings: good files of every layout with bytes flipped, cut
and repeated, and values replaced by hostile ones. It prints how many were read and how many refused, and each failure
with its case: an exception that is none of the program's own, a message that hides or repeats too much, a value beyond
its bounds, or more than 5 seconds of the processor.
"""

import io
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

from dashboard.jobs.pending_uploads import PendingUpload
from data.files.formats.limits import UPLOAD_LIMITS
from data.files.formats.unpack import Content
from data.files.import_file import read_candle_file
from data.files.layouts.options import OptionNeed, ReadOptions
from data.files.preview import preview_file
from data.settings import load_settings
from data.text.quoting import has_hidden_signs
from evidence.losses.read_executions import read_executions
from evidence.orders.read_log import LogOptions, read_order_log
from tests.torture.files.drawn_cases import draw_cases
from tests.torture.files.fuzz_runner import FuzzReport, check_message, run_case
from tests.torture.files.import_seeds import Seed, build_seeds
from tests.torture.files.mutations import MUTATIONS, Mutation, apply_mutations

NOW = datetime(2025, 10, 20, 12, tzinfo=UTC)
LAST = datetime(2025, 10, 21, 23, 59, 59, tzinfo=UTC)

DEFAULT_CASES = 10_000


@dataclass(frozen=True, slots=True)
class ImportCase:
    """A good file and what is done to it, the zone of its times, and whether exchange and market are given."""

    good: Seed
    mutations: Sequence[Mutation]
    zone: str | None
    is_named: bool

    @property
    def data(self) -> bytes:
        """The bytes of the bad file."""
        return apply_mutations(self.mutations, self.good.data)


def fuzz_imports(cases: int, number: int, folder: Path) -> FuzzReport:
    """Read bad files.

    Args:
        cases: how many.
        number: the seed of chance: one number, one list of cases.
        folder: an empty folder to write them to.
    """
    report = FuzzReport()
    for case in draw_import_cases(cases, number):
        data = case.data
        verdict = run_case(partial(read_file, case.good, data, folder, case.zone, is_named=case.is_named), data)
        report.add(case.good.reader, verdict, f"{case.good.name}, zone {case.zone}, {case.is_named}: {data!r}")
    return report


def draw_import_cases(count: int, number: int) -> list[ImportCase]:
    """So many bad files; ``number`` is the seed of chance."""
    strategy = st.builds(
        ImportCase,
        good=st.sampled_from(build_seeds()),
        mutations=MUTATIONS,
        zone=st.sampled_from([None, "UTC", "Europe/Berlin"]),
        is_named=st.sampled_from([True, True, True, False]),
    )
    return draw_cases(strategy, count, number)


def read_file(good: Seed, data: bytes, folder: Path, zone: str | None = None, *, is_named: bool = True) -> str:
    """Read a bad file as the kind of file that it was made of; returns what is wrong with what was read.

    Args:
        good: the file that it was made of.
        data: its bytes.
        folder: where it is written, if it has to be.
        zone: that of times without one.
        is_named: whether exchange and market of candles are given.

    Raises:
        PlumblineError: it is refused.
    """
    if good.reader == "settings":
        (folder / good.name).write_bytes(data)
        with chdir(folder):
            load_settings()
        return ""
    if good.reader == "fills":
        executions = read_executions(
            good.name, content=Content(good.name, data), zone=zone, limits=UPLOAD_LIMITS, now=NOW
        )
        return next(filter(None, (check_message(bad.reason) for bad in executions.bad_lines)), "")
    upload = PendingUpload(good.name, io.BytesIO(data))
    if good.reader == "log":
        log = read_order_log(upload.path, LogOptions(venue="binance", times=zone, limits=UPLOAD_LIMITS, now=NOW))
        texts = log.events.select(pl.col(pl.String)).unpivot()["value"].drop_nulls().to_list()
        texts += log.bad_lines["text"].drop_nulls().to_list() + log.bad_lines["reason"].to_list()
        return next((f"shows {text!r}" for text in texts if has_hidden_signs(text)), "")
    options = ReadOptions(times=zone, limits=UPLOAD_LIMITS, now=NOW)
    market = {"venue": "kraken", "symbol": "ATOM/USD"} if is_named else {}
    preview = preview_file(upload.path, **market, options=options)  # type: ignore[arg-type]
    _format_needs(preview.needs)
    preview.format_lines()
    imported = read_candle_file(upload.path, **market, options=options)  # type: ignore[arg-type]
    text = "".join(imported.report.format_lines())
    return _check_candles(imported.candles) or ("shows hidden signs" if has_hidden_signs(text) else "")


def _format_needs(needs: Sequence[OptionNeed]) -> None:
    for need in needs:
        need.format_line()


def _check_candles(candles: pl.DataFrame) -> str:
    """What is wrong with candles that were taken."""
    # A bar without a trade is quiet whatever its prices.
    traded = candles.filter(pl.col("volume") != 0)
    prices = pl.concat([traded[name] for name in ("open", "high", "low", "close")]).drop_nans()
    if not prices.is_between(1e-18, 1e12).all():
        return f"took the price {prices.filter(~prices.is_between(1e-18, 1e12))[0]}"
    times = candles["open_time"]
    if not times.is_between(datetime(2009, 1, 1, tzinfo=UTC), LAST).all():
        return f"took times outside of 2009 to tomorrow: {times.sort().to_list()[:3]}"
    names = [*candles["venue"].unique(), *candles["symbol"].unique()]
    return next((f"took the name {name!r}" for name in names if has_hidden_signs(name) or len(name) > 100), "")


def main() -> None:
    """Run as many cases as the command line says, and print what came out."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_CASES
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        report = fuzz_imports(cases, number, Path(folder))
    sys.stdout.writelines(f"{line}\n" for line in report.format_lines())
    sys.stdout.write(f"{time.perf_counter() - started:.0f} s\n")


if __name__ == "__main__":
    main()
