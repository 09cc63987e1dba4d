"""How long a person waits for charts, in a real browser, and what goes over the wire.

``python -m bench.dashboard``: five assets on twelve venues over 30 days, made up, behind the server of `serve` in a
process of its own; Chromium asks. Prints medians beside what they should not exceed, and ratios from one run:

- a cold load, with nothing kept by the browser (`bench.cold`): text, the first chart, and the chart of the running app;
- another asset over 24 hours: the server's time, and click until drawn;
- 30 days: request until drawn, and bytes over the wire;
- the figure as the program sends it, over one made of Python lists: bytes and time.

``--store FOLDER`` keeps the store between runs. ``--import`` measures one thing alone, over an empty store: a file near
the limit that is dropped on the data page.
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

from bench.cold import loads
from bench.importing import imports
from bench.made import ASSETS, MONTH, START, fill
from bench.measure import asked_of, seconds, window
from dashboard.ask import answer
from dashboard.explorer import explorer_figure
from dashboard.scene import Scene
from dashboard.written import outgoing
from data.catalogue import load_catalogue
from data.store import CandleStore

CHROMIUM = "/usr/bin/chromium"
COLD_LOADS = 7
CHANGES = 30
PEERS = 5

DAYS = [START + timedelta(days=2 + day) for day in range(CHANGES)]
"""A day for each change, so that none is answered with what was kept of another."""

GOALS_MS = {"cold": 1500.0, "server": 100.0, "click": 500.0, "month": 1000.0}
GOAL_MONTH_MB = 1.5

WATCH = """
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
class Change:
    """One change: the server's time, from click to drawn, and the answer's size on the wire."""

    server_ms: float
    drawn_ms: float
    sent: int


@contextmanager
def serving(store: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """The program with its page open: its address and its process."""
    words = [sys.executable, "app.py", "--store", store, "serve", "--port", "8950"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this very program
        try:
            said = process.stdout.readline() if process.stdout is not None else ""
            yield said.split(" at ")[1].split()[0], process
        finally:
            process.terminate()


def query(asset: str, start: datetime, end: datetime) -> str:
    """The address of a view of real candles."""
    span = {"from": f"{start:%Y-%m-%dT%H:%MZ}", "to": f"{end:%Y-%m-%dT%H:%MZ}"}
    return "/explorer?" + urlencode({"asset": asset, "origin": "real", **span})


def opened(browser: Browser, address: str) -> Page:
    """A tab in which the app has drawn its first chart."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.add_init_script(WATCH)
    tab.goto(address)
    tab.wait_for_function("window.bench.drawn")
    return tab


def changed(tab: Page, act: str, value: Any) -> Change:  # noqa: ANN401 - an argument of a script
    """Do something in the page by a script, and wait until the charts are drawn anew."""
    with tab.expect_response(lambda answer: "view.data" in (answer.request.post_data or "")) as caught:
        tab.evaluate(f"value => {{ window.benchAsk(); ({act})(value); }}", value)
    took = tab.wait_for_function("window.bench.drawn").json_value()
    return Change(served_ms(caught.value), float(took), caught.value.request.sizes()["responseBodySize"])


def served_ms(response: Response) -> float:
    """From the request on its way to the first byte of the answer, as the browser sees it on its own machine."""
    response.finished()
    timing = response.request.timing
    return float(timing["responseStart"] - timing["requestStart"])


FOLLOW = """address => {
  history.pushState(null, "", address);
  window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}"""
CHOOSE = "asset => window.dash_clientside.set_props('asset', {value: asset})"


def told(name: str, values: list[float], goal: float | None = None) -> None:
    """Print the median and the 95th percentile of values in milliseconds."""
    p95 = float(np.percentile(values, 95))
    aim = "" if goal is None else f"; goal {goal:.0f}"
    print(f"  {name}: median {statistics.median(values):.0f} ms, p95 {p95:.0f} ms of {len(values)}{aim}")


def in_browser(address: str, *, quick: bool) -> None:
    """Everything that needs a browser; ``quick`` tries each a few times only."""
    few = slice(2 if quick else None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        day = DAYS[0], DAYS[0] + timedelta(days=1)
        tab = opened(browser, address + query(ASSETS[0], *day))
        changes(tab, DAYS[few])
        months(tab, ASSETS[few])
        browser.close()


def cold(address: str, *, quick: bool) -> None:
    """Opening the explorer over 24 hours with nothing kept."""
    first = address + query(ASSETS[0], DAYS[0], DAYS[0] + timedelta(days=1))
    # The server's first answer of all is another matter.
    _, *found = loads(first, 3 if quick else COLD_LOADS + 1)
    print("a cold load, 12 venues x 24 h")
    told("text", [load.text for load in found])
    told("first chart", [load.chart for load in found], GOALS_MS["cold"])
    told("chart of the running app", [load.live for load in found])


def changes(tab: Page, days: list[datetime]) -> None:
    """Another asset, each time over a day that was not measured yet."""
    found = []
    for number, start in enumerate(days):
        span = start, start + timedelta(hours=24)
        if number:
            changed(tab, FOLLOW, query(ASSETS[(number - 1) % len(ASSETS)], *span))
        found.append(changed(tab, CHOOSE, ASSETS[(number + 1) % len(ASSETS)]))
    print("another asset, 12 venues x 24 h, never measured before")
    told("server", [one.server_ms for one in found], GOALS_MS["server"])
    told("click until drawn", [one.drawn_ms for one in found], GOALS_MS["click"])
    print(f"  bytes over the wire: {statistics.median(one.sent for one in found) / 1e3:.0f} kB")


def months(tab: Page, assets: Sequence[str]) -> None:
    """An asset over 30 days, each for the first time."""
    span = window(MONTH)
    found = [changed(tab, FOLLOW, query(asset, *span)) for asset in assets]
    print("30 days x 12 venues, never measured before")
    told("server", [one.server_ms for one in found])
    told("request until drawn", [one.drawn_ms for one in found], GOALS_MS["month"])
    print(f"  bytes over the wire: {max(one.sent for one in found) / 1e6:.2f} MB; goal {GOAL_MONTH_MB}")


def against_lists(store: str) -> None:
    """The explorer's figure over 30 days over the same lines made of Python lists: ratios of bytes and time."""
    catalogue = load_catalogue()
    measurement = answer(CandleStore(store), asked_of(ASSETS[0], *window(MONTH)))
    scene = Scene(measurement, catalogue)
    lines = [as_lists(trace) for trace in explorer_figure(scene)["data"] if "y" in trace]
    listed = go.Figure([go.Scatter(x=x, y=y) for x, y in lines])
    sizes = len(as_json(scene)), len(listed.to_json())
    runs = [
        (
            seconds(lambda: as_json(scene)),
            seconds(lambda: go.Figure([go.Scatter(x=x, y=y) for x, y in lines]).to_json()),
        )
        for _ in range(PEERS)
    ]
    ratio = statistics.median(lists / ours for ours, lists in runs)
    print(f"the figure of 30 days as JSON, {len(lines)} lines: lists over ours")
    print(f"  bytes {sizes[1] / sizes[0]:.1f} ({sizes[1] / 1e6:.1f} over {sizes[0] / 1e6:.1f} MB), time {ratio:.1f}")


def as_json(scene: Scene) -> str:
    """The explorer's figure as it goes to the browser."""
    return json.dumps(outgoing(explorer_figure(scene)))


def as_lists(trace: dict[str, Any]) -> tuple[list[datetime], list[float | None]]:
    """The points of a line as a beginner would give them: a list of times and a list of numbers."""
    minutes = window(MONTH)[0], MONTH * 24 * 60
    values = [float(value) if value is not None and np.isfinite(value) else None for value in trace["y"]]
    every = minutes[1] / max(len(values), 1)
    return [minutes[0] + timedelta(minutes=every * i) for i in range(len(values))], values


def dropping(folder: Path) -> None:
    """A file near the limit, over a store that holds the sample alone."""
    with serving(str(folder / "lake")) as (address, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        imports(browser, address, process, folder)
        browser.close()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", help="where the made-up candles lie, or go to where there are none")
    parser.add_argument("--quick", action="store_true", help="a few of each, to see that it runs")
    parser.add_argument("--import", dest="imports", action="store_true", help="drop a file near the limit on the page")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.imports:
            dropping(Path(folder))
            return
        store = asked.store or folder
        if not (Path(store) / "candles").exists():
            rows = fill(CandleStore(store), ASSETS, MONTH + 3)
            print(f"{len(ASSETS)} x 12 markets, {rows:,} rows")
        with serving(store) as (address, _):
            cold(address, quick=asked.quick)
            in_browser(address, quick=asked.quick)
        against_lists(store)


if __name__ == "__main__":
    main()
