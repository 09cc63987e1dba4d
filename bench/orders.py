"""Benchmark of an order log of 100,000 lines: read, counted and drawn as a figure, against a bare read by polars.

``python -m bench.orders`` prints, for three forms of the same log, the time from the file to the figure as it is sent
to the browser, and its ratio to `polars.read_csv` of the CSV: each the best of paired runs. The measurement of the
view, which `bench.measure` times, is made once before.
"""

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import polars as pl

from analysis.questions import build_question, measure_question
from dashboard.charts.orders.figure import build_orders_figure
from dashboard.charts.orders.lanes import build_lanes
from dashboard.components.static_html import serialize
from dashboard.draw.scene import Scene
from data.catalogue import load_catalogue
from data.reconstruction.sample import ensure_sample
from data.schema import Evidence
from data.store import CandleStore
from evidence.orders.read_log import LogOptions, read_order_log
from evidence.orders.report import summarize_events
from evidence.orders.select import select_events

LINES = 100_000

START, END = datetime(2025, 10, 10, 20, 45, tzinfo=UTC), datetime(2025, 10, 10, 23, 15, tzinfo=UTC)

ANSWERS = (
    (200, "", ""),
    (400, "-2022", "ReduceOnly Order is rejected."),
    (503, "", "Unknown error, please check your request or try again later."),
    (429, "-1003", "Too many requests"),
    (400, "-2010", "Account has insufficient balance"),
)

COLUMNS = ("time", "exchange", "symbol", "side", "quantity", "reduceOnly", "http_status", "code", "message")

RUNS = 5


def write_logs(folder: Path) -> tuple[Path, Path, Path]:
    """Write the same events as CSV, as JSON lines and as plain lines."""
    step = (END - START) / LINES
    rows = []
    for number in range(LINES):
        time = (START + number * step).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        symbol, side = ("ATOMUSDT", "DOGEUSDT")[number % 2], ("BUY", "SELL")[number % 3 % 2]
        rows.append((time, "binance", symbol, side, number % 100 + 1, number % 4 == 0, *ANSWERS[number % len(ANSWERS)]))
    table, lines, plain = (folder / name for name in ("log.csv", "log.jsonl", "bot.log"))
    pl.DataFrame(rows, schema=list(COLUMNS), orient="row").write_csv(table)
    records = (json.dumps(dict(zip(COLUMNS, row, strict=True))) for row in rows)
    lines.write_text("\n".join(records), encoding="utf-8")
    plain.write_text("\n".join(format_plain_line(*row) for row in rows), encoding="utf-8")
    return table, lines, plain


def format_plain_line(*values: object) -> str:
    """A line as a program of one's own may log it."""
    time, exchange, symbol, side, quantity, reducing, status, code, message = values
    code_text = f"code={code} " if code else ""
    return f"{time} {exchange} {symbol} {side} qty={quantity} reduceOnly={reducing} HTTP {status} {code_text}{message}"


def draw_log(path: Path, scene: Scene) -> int:
    """The figure of a log as it is sent to the browser; returns the number of its events."""
    log = read_order_log(path, LogOptions())
    question = scene.measurement.question
    selection = select_events(
        log.events, scene.catalogue, asset=question.asset, venue="binance", start=question.start, end=question.end
    )
    summary = summarize_events(selection.events)
    json.dumps(serialize(build_orders_figure(scene, build_lanes(summary.minutes, question.start, question.end))))
    return len(log.events)


def main() -> None:
    """Write the logs, and time each of them beside a bare read."""
    catalogue = load_catalogue()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = CandleStore(str(folder / "lake"))
        ensure_sample(store, END)
        question = build_question(
            catalogue, "ATOM", START, END, event="2025-10-10", focus="binance", origin=Evidence.RECONSTRUCTION
        )
        scene = Scene(measure_question(store, question), catalogue)
        logs = write_logs(folder)
        for path in logs:
            own_s, bare_s = [], []
            for _ in range(RUNS):
                start_s = perf_counter()
                pl.read_csv(logs[0])
                middle_s = perf_counter()
                count = draw_log(path, scene)
                bare_s.append(middle_s - start_s)
                own_s.append(perf_counter() - middle_s)
            own, bare = min(own_s), min(bare_s)
            ratio = f"{own / bare:.0f} x a bare read of the CSV"
            print(f"{path.name}: {count:,} events read and drawn in {own:.2f} s, {ratio}")


if __name__ == "__main__":
    main()
