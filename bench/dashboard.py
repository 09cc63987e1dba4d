"""Benchmark of the page in Chromium: time until charts are drawn, and bytes over the wire.

``python -m bench.dashboard``: generated candles of five assets on twelve venues over 30 days, behind ``serve`` in a
process of its own. Prints medians with their goals, and ratios from one run:

- a cold load with an empty cache (`bench.page_load`): text, the first chart, and the chart of the running app;
- another asset over 24 hours: the server's time, and click until drawn;
- 30 days: request until drawn, and bytes over the wire;
- the figure as the program sends it, over one made of Python lists: bytes and time.

``--store FOLDER`` keeps the store between runs. ``--import`` measures only the import of a file near the size limit,
into an empty store.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import plotly.graph_objects as go
from playwright.sync_api import Browser, Page, Response, sync_playwright

from analysis.questions import measure_question
from bench.candles import ASSETS, MONTH_DAYS, START, fill_store
from bench.import_file import measure_import
from bench.measure import build_question_of, build_window, time_call
from bench.page_load import measure_loads
from dashboard.charts.timeline.figure import build_explorer_figure
from dashboard.components.static_html import serialize
from dashboard.draw.scene import Scene
from data.catalogue import load_catalogue
from data.store import CandleStore

CHROMIUM = "/usr/bin/chromium"
COLD_LOADS = 7
CHANGE_COUNT = 30
RATIO_RUNS = 5

CHANGE_DAYS = [START + timedelta(days=2 + day) for day in range(CHANGE_COUNT)]
"""A day for each change, so that no answer comes from a cache."""

GOALS_MS = {"cold": 1500.0, "server": 100.0, "click": 500.0, "month": 1000.0}
GOAL_MONTH_MB = 1.5

WATCH_SCRIPT = """
window.bench = {asked: 0, drawn: null, before: undefined};
window.benchAsk = () => {
  const line = document.querySelector("#graph path.js-line");
  window.bench = {asked: performance.now(), drawn: null, before: line && line.getAttribute("d")};
  window.benchLook();
};
window.benchLook = () => {
  const line = document.querySelector("#graph path.js-line");
  if (line && line.getAttribute("d") !== window.bench.before) {
    window.bench.drawn = performance.now() - window.bench.asked;
  } else {
    requestAnimationFrame(window.benchLook);
  }
};
window.benchLook();
"""
"""Looks at every frame whether the app has drawn a first line, and after ``benchAsk()`` whether it is another."""


@dataclass(frozen=True, slots=True)
class ChangeTiming:
    """One change: the server's time, from click to drawn, and the answer's size on the wire."""

    server_ms: float
    drawn_ms: float
    sent_bytes: int


@contextmanager
def serve_program(store: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The program with its page open: its address and its process."""
    command = [sys.executable, "app.py", "--store", store, "serve", "--port", "8950"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this very program
        try:
            first_line = process.stdout.readline() if process.stdout is not None else ""
            yield first_line.split(" at ")[1].split()[0], process
        finally:
            process.terminate()


def build_query(asset: str, start: datetime, end: datetime) -> str:
    """The address of a view of real candles."""
    span = {"from": f"{start:%Y-%m-%dT%H:%MZ}", "to": f"{end:%Y-%m-%dT%H:%MZ}"}
    return "/explorer?" + urlencode({"asset": asset, "origin": "real", **span})


def open_tab(browser: Browser, address: str) -> Page:
    """A tab in which the app has drawn its first chart."""
    # The page's policy forbids the text that wait_for_function evaluates.
    tab = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    tab.add_init_script(WATCH_SCRIPT)
    tab.goto(address)
    tab.wait_for_function("window.bench.drawn")
    return tab


def measure_change(tab: Page, script: str, value: Any) -> ChangeTiming:  # noqa: ANN401 - an argument of a script
    """Do something in the page by a script, and wait until the charts are drawn anew."""
    with tab.expect_response(lambda response: "view.data" in (response.request.post_data or "")) as response_info:
        tab.evaluate(f"value => {{ window.benchAsk(); ({script})(value); }}", value)
    drawn_ms = tab.wait_for_function("window.bench.drawn").json_value()
    return ChangeTiming(
        read_server_ms(response_info.value), float(drawn_ms), response_info.value.request.sizes()["responseBodySize"]
    )


def read_server_ms(response: Response) -> float:
    """From the request on its way to the first byte of the answer, as the browser sees it on its own machine."""
    response.finished()
    timing = response.request.timing
    return float(timing["responseStart"] - timing["requestStart"])


FOLLOW_SCRIPT = """address => {
  history.pushState(null, "", address);
  window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}"""
CHOOSE_SCRIPT = "asset => window.dash_clientside.set_props('asset', {value: asset})"


def print_timings(name: str, values: list[float], goal: float | None = None) -> None:
    """Print the median and the 95th percentile of values in milliseconds."""
    p95 = float(np.percentile(values, 95))
    goal_text = "" if goal is None else f"; goal {goal:.0f}"
    print(f"  {name}: median {statistics.median(values):.0f} ms, p95 {p95:.0f} ms of {len(values)}{goal_text}")


def measure_in_browser(address: str, *, quick: bool) -> None:
    """Everything that needs a browser; ``quick`` tries each a few times only."""
    selection = slice(2 if quick else None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        day_span = CHANGE_DAYS[0], CHANGE_DAYS[0] + timedelta(days=1)
        tab = open_tab(browser, address + build_query(ASSETS[0], *day_span))
        measure_changes(tab, CHANGE_DAYS[selection])
        measure_months(tab, ASSETS[selection])
        browser.close()


def measure_cold_load(address: str, *, quick: bool) -> None:
    """Opening the explorer over 24 hours with an empty cache."""
    address_of_day = address + build_query(ASSETS[0], CHANGE_DAYS[0], CHANGE_DAYS[0] + timedelta(days=1))
    # Without the server's first answer, which includes its warm-up.
    _, *page_loads = measure_loads(address_of_day, 3 if quick else COLD_LOADS + 1)
    print("a cold load, 12 venues x 24 h")
    print_timings("text", [load.text for load in page_loads])
    print_timings("first chart", [load.chart for load in page_loads], GOALS_MS["cold"])
    print_timings("chart of the running app", [load.live for load in page_loads])


def measure_changes(tab: Page, days: list[datetime]) -> None:
    """Another asset, each time over a day that was not measured yet."""
    timings = []
    for number, start in enumerate(days):
        span = start, start + timedelta(hours=24)
        if number:
            measure_change(tab, FOLLOW_SCRIPT, build_query(ASSETS[(number - 1) % len(ASSETS)], *span))
        timings.append(measure_change(tab, CHOOSE_SCRIPT, ASSETS[(number + 1) % len(ASSETS)]))
    print("another asset, 12 venues x 24 h, never measured before")
    print_timings("server", [timing.server_ms for timing in timings], GOALS_MS["server"])
    print_timings("click until drawn", [timing.drawn_ms for timing in timings], GOALS_MS["click"])
    print(f"  bytes over the wire: {statistics.median(timing.sent_bytes for timing in timings) / 1e3:.0f} kB")


def measure_months(tab: Page, assets: Sequence[str]) -> None:
    """An asset over 30 days, each for the first time."""
    span = build_window(MONTH_DAYS)
    timings = [measure_change(tab, FOLLOW_SCRIPT, build_query(asset, *span)) for asset in assets]
    print("30 days x 12 venues, never measured before")
    print_timings("server", [timing.server_ms for timing in timings])
    print_timings("request until drawn", [timing.drawn_ms for timing in timings], GOALS_MS["month"])
    print(f"  bytes over the wire: {max(timing.sent_bytes for timing in timings) / 1e6:.2f} MB; goal {GOAL_MONTH_MB}")


def compare_with_lists(store: str) -> None:
    """The explorer's figure over 30 days over the same lines made of Python lists: ratios of bytes and time."""
    catalogue = load_catalogue()
    measurement = measure_question(CandleStore(store), build_question_of(ASSETS[0], *build_window(MONTH_DAYS)))
    scene = Scene(measurement, catalogue)
    lines = [convert_to_lists(trace) for trace in build_explorer_figure(scene)["data"] if "y" in trace]
    list_figure = go.Figure([go.Scatter(x=x, y=y) for x, y in lines])
    sizes = len(encode_figure(scene)), len(list_figure.to_json())
    runs = [
        (
            time_call(lambda: encode_figure(scene)),
            time_call(lambda: go.Figure([go.Scatter(x=x, y=y) for x, y in lines]).to_json()),
        )
        for _ in range(RATIO_RUNS)
    ]
    ratio = statistics.median(list_s / own_s for own_s, list_s in runs)
    print(f"the figure of 30 days as JSON, {len(lines)} lines: lists over ours")
    print(f"  bytes {sizes[1] / sizes[0]:.1f} ({sizes[1] / 1e6:.1f} over {sizes[0] / 1e6:.1f} MB), time {ratio:.1f}")


def encode_figure(scene: Scene) -> str:
    """The explorer's figure as it goes to the browser."""
    return json.dumps(serialize(build_explorer_figure(scene)))


def convert_to_lists(trace: dict[str, Any]) -> tuple[list[datetime], list[float | None]]:
    """The points of a line as a list of times and a list of numbers."""
    start_and_count = build_window(MONTH_DAYS)[0], MONTH_DAYS * 24 * 60
    values = [float(value) if value is not None and np.isfinite(value) else None for value in trace["y"]]
    step_min = start_and_count[1] / max(len(values), 1)
    return [start_and_count[0] + timedelta(minutes=step_min * i) for i in range(len(values))], values


def measure_drop(folder: Path) -> None:
    """A file near the limit, over a store that holds the sample alone."""
    with serve_program(str(folder / "lake")) as (address, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        measure_import(browser, address, process, folder)
        browser.close()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="where the made-up candles lie, or go to where there are none")
    parser.add_argument("--quick", action="store_true", help="a few of each, to see that it runs")
    parser.add_argument("--import", dest="imports", action="store_true", help="drop a file near the limit on the page")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.imports:
            measure_drop(Path(folder))
            return
        store = arguments.store or folder
        if not (Path(store) / "candles").exists():
            rows = fill_store(CandleStore(store), ASSETS, MONTH_DAYS + 3)
            print(f"{len(ASSETS)} x 12 markets, {rows:,} rows")
        with serve_program(store) as (address, _):
            measure_cold_load(address, quick=arguments.quick)
            measure_in_browser(address, quick=arguments.quick)
        compare_with_lists(store)


if __name__ == "__main__":
    main()
