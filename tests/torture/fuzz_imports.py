"""Reads thousands of bad files as an upload, and counts those that end in anything but a value or a refusal.

``python -m tests.torture.fuzz_imports [CASES] [SEED]`` makes that many cases (10,000 if left out; some 15 minutes) of
candles, trades, order logs, executions and settings: good files of every layout with bytes flipped, cut and repeated,
and values replaced by hostile ones. It prints how many were read and how many refused, and each failure with its case:
an exception that is none of the program's own, a message that hides or repeats too much, a value beyond its bounds, or
more than 5 seconds of the processor.
"""

import io
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Sequence
from contextlib import chdir
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from dashboard.jobs.pending_uploads import PendingUpload
from data.errors import PlumblineError
from data.files.formats.limits import UPLOAD_LIMITS
from data.files.formats.unpack import Content
from data.files.import_file import read_candle_file
from data.files.layouts.options import OptionNeed, ReadOptions
from data.files.preview import preview_file
from data.settings import load_settings
from data.text.quoting import has_hidden_signs
from evidence.losses.read_executions import read_executions
from evidence.orders.read_log import LogOptions, read_order_log
from tests.torture.import_seeds import Seed, build_seeds
from tests.torture.mutations import MUTATIONS, Mutation

NOW = datetime(2025, 10, 20, 12, tzinfo=UTC)
LAST = datetime(2025, 10, 21, 23, 59, 59, tzinfo=UTC)

MAX_SECONDS = 5.0
MAX_MESSAGE_CHARS = 3_000
"""Five rows of a message with 200 characters of input each, some several times, and what is said of them."""

DEFAULT_CASES = 10_000


@dataclass(slots=True)
class FuzzReport:
    """How many cases there were of each result, the slowest one, and what failed."""

    results: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many cases there were."""
        return self.results.total()


def fuzz_imports(cases: int, number: int, folder: Path) -> FuzzReport:
    """Read bad files.

    Args:
        cases: how many.
        number: the seed of chance: one number, one list of cases.
        folder: an empty folder to write them to.
    """
    report = FuzzReport()

    @seed(number)
    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        good=st.sampled_from(build_seeds()),
        mutations=MUTATIONS,
        zone=st.sampled_from([None, "UTC", "Europe/Berlin"]),
        is_named=st.sampled_from([True, True, True, False]),
    )
    def read_case(good: Seed, mutations: Sequence[Mutation], zone: str | None, *, is_named: bool) -> None:
        data = good.data
        for mutation in mutations:
            data = mutation.apply(data)
        started = time.process_time()
        result, fault = _read(good, data, folder, zone, is_named=is_named)
        took_s = time.process_time() - started
        report.results[f"{good.reader} {result}"] += 1
        report.slowest_s = max(report.slowest_s, took_s)
        if took_s > MAX_SECONDS:
            fault = fault or f"took {took_s:.1f} s of the processor"
        if fault:
            report.failures.append(f"{good.name}: {fault}\n    {data[:2000]!r}, zone {zone}, {is_named}")

    read_case()
    return report


def _read(good: Seed, data: bytes, folder: Path, zone: str | None, *, is_named: bool) -> tuple[str, str]:
    """What became of a case (read or refused), and what is wrong with that; empty if nothing is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return "read", _read_as(good, data, folder, zone, is_named=is_named)
    except PlumblineError as error:
        return "refused", _check_message(str(error))
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001 - that is what is looked for
        place = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in place if "site-packages" not in frame.filename][-1]
        return "crashed", f"{type(error).__name__}: {str(error)[:200]} ({Path(own.filename).name}:{own.lineno})"


def _read_as(good: Seed, data: bytes, folder: Path, zone: str | None, *, is_named: bool) -> str:
    """Read a case as the kind of file that it was; returns what is wrong with what was read."""
    if good.reader == "settings":
        (folder / good.name).write_bytes(data)
        with chdir(folder):
            load_settings()
        return ""
    if good.reader == "fills":
        executions = read_executions(
            good.name, content=Content(good.name, data), zone=zone, limits=UPLOAD_LIMITS, now=NOW
        )
        return next(filter(None, (_check_message(bad.reason) for bad in executions.bad_lines)), "")
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


def _check_message(message: str) -> str:
    """What is wrong with a refusal."""
    if len(message) > MAX_MESSAGE_CHARS:
        return f"a message of {len(message):,} characters: {message[:300]}"
    if has_hidden_signs(message.replace("\n", "")):
        return f"a message with hidden signs: {message!r}"
    return "" if message else "a message without a word"


def _check_candles(candles: pl.DataFrame) -> str:
    """What is wrong with candles that were taken."""
    prices = pl.concat([candles[name] for name in ("open", "high", "low", "close")]).drop_nans()
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
    for failure in report.failures:
        sys.stdout.write(f"{failure}\n")
    for result, count in sorted(report.results.items()):
        sys.stdout.write(f"{result}: {count:,}\n")
    sys.stdout.write(
        f"{report.cases:,} cases, {len(report.failures):,} failures; at most {report.slowest_s:.1f} s of the processor "
        f"each, {time.perf_counter() - started:.0f} s\n"
    )


if __name__ == "__main__":
    main()
