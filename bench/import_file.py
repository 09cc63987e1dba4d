"""Benchmark of an import on the data page: time, frame gaps of the browser, memory of the server."""

import subprocess
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Browser, expect

from bench.candles import ASSETS
from bench.import_large import write_candle_csv
from dashboard.pages.data.upload import MAX_REQUEST_BYTES

SAMPLE_ROW = "venue1,ATOM/USDT,2025-10-01T00:00:00Z,4.0002,4.0102,3.9902,4.0002,4936.648\n"
"""A row of the usual length, as `write_large_csv` writes it."""

VENUES = 8
LIMIT_SHARE = 0.95

FRAME_GAP_SCRIPT = """() => {
  window.longest = 0;
  let last = performance.now();
  const look = (now) => {
    window.longest = Math.max(window.longest, now - last);
    last = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Records the longest time between two frames, in which the page does not react."""


def write_large_csv(path: Path) -> int:
    """Write a CSV of generated candles a little below the limit; returns its number of rows."""
    markets = [(f"venue{number}", f"{asset}/USDT") for number in range(VENUES) for asset in ASSETS]
    minutes = int(LIMIT_SHARE * MAX_REQUEST_BYTES / len(SAMPLE_ROW) / len(markets))
    write_candle_csv(path, markets, minutes)
    return minutes * len(markets)


def read_memory_mb(pid: int, field: str) -> float:
    """The memory of a process in megabytes: ``VmRSS`` now, ``VmHWM`` at its peak (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1000


def measure_import(browser: Browser, address: str, server: "subprocess.Popen[str]", folder: Path) -> None:
    """Drop one file near the limit on the data page, and print what it took."""
    path = folder / "near-the-limit.csv"
    rows = write_large_csv(path)
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto(f"{address}/data?window=crash")
    tab.wait_for_load_state("networkidle")
    memory_before_mb = read_memory_mb(server.pid, "VmRSS")
    tab.evaluate(FRAME_GAP_SCRIPT)
    start_s = perf_counter()
    tab.set_input_files("#data-upload input[type=file]", path)
    tab.get_by_role("button", name="Import", exact=True).click(timeout=300_000)
    expect(tab.locator("#data-imported")).to_contain_text("rows imported", timeout=300_000)
    elapsed_s, longest_gap_ms = perf_counter() - start_s, tab.evaluate("window.longest")
    tab.wait_for_load_state("networkidle")
    peak_mb, memory_after_mb = (read_memory_mb(server.pid, which) for which in ("VmHWM", "VmRSS"))
    print(f"a CSV of {path.stat().st_size / 1e6:.1f} MB, {rows:,} rows, dropped on the page")
    print(f"  until told: {elapsed_s:.1f} s, in which the page stood still for at most {longest_gap_ms:.0f} ms")
    print(
        f"  the server's memory: {memory_before_mb:.0f} MB before, {peak_mb:.0f} MB at its peak, "
        f"{memory_after_mb:.0f} MB after"
    )
    tab.close()
