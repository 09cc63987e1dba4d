"""Timing of page loads with an empty cache and without observing the page while it loads.

A driver such as Playwright has the browser report what its scripts do (the domain ``Runtime`` of its protocol). For
what plotly.js does as it starts, the browser then records stack traces, and compiles all of plotly.js a second time to
know their lines: half a second that a reader does not wait. So nothing is observed here; the page records its own
times, which are read when it is done.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from choreographer import Browser

SCREEN_METRICS = {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}

POLL_S = 0.5
"""How often a page is asked whether it is done."""

WATCH_SCRIPT = """
window.benchSeen = {};
(() => {
  const seen = window.benchSeen;
  const mark = (name, selector) => {
    if (!(name in seen) && document.querySelector(selector)) {
      seen[name] = performance.now();
    }
  };
  const look = () => {
    mark("text", "h1:not(:empty)");
    mark("chart", "path.js-line");
    mark("live", "#graph path.js-line");
    if (!("live" in seen)) {
      requestAnimationFrame(look);
    }
  };
  look();
})();
"""
"""Looks at every frame for the first headline, the first line of a chart, and that of the chart of the running app."""


@dataclass(frozen=True, slots=True)
class PageLoad:
    """Milliseconds from the start of the navigation until each was visible."""

    text: float
    chart: float
    live: float


def measure_loads(address: str, count: int) -> list[PageLoad]:
    """Open an address so many times, each with an empty cache."""
    return asyncio.run(_measure_loads(address, count))


async def _measure_loads(address: str, count: int) -> list[PageLoad]:
    async with Browser(headless=True, enable_sandbox=False) as browser:
        return [await _measure_load(browser, address) for _ in range(count)]


async def _measure_load(browser: Browser, address: str) -> PageLoad:
    tab = await browser.create_tab("about:blank")
    await tab.send_command("Network.clearBrowserCache")
    await tab.send_command("Emulation.setDeviceMetricsOverride", params=SCREEN_METRICS)
    await tab.send_command("Page.enable")
    await tab.send_command("Page.addScriptToEvaluateOnNewDocument", params={"source": WATCH_SCRIPT})
    await tab.send_command("Page.navigate", params={"url": address})
    times: dict[str, float] = {}
    while "live" not in times:
        await asyncio.sleep(POLL_S)
        parameters = {"expression": "JSON.stringify(window.benchSeen || {})", "returnByValue": True}
        response: Any = await tab.send_command("Runtime.evaluate", params=parameters)
        times = json.loads(response["result"]["result"]["value"])
    await browser.close_tab(tab.target_id)
    return PageLoad(**times)
