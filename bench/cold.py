"""Pages opened by a browser that keeps nothing, and that nobody looks into while they load.

A driver such as Playwright has the browser report what its scripts do (the domain ``Runtime`` of its protocol). For
what plotly.js does as it starts, the browser then notes the calls that led there, and compiles all of plotly.js a
second time to know their lines: half a second that no reader waits. So nothing is observed here; the page is asked for
its times when it is done.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from choreographer import Browser

SCREEN = {"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": False}

LOOK_S = 0.5
"""How often a page is asked whether it is done."""

WATCH = """
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
class Load:
    """Milliseconds from the start of the navigation until each could be seen."""

    text: float
    chart: float
    live: float


def loads(address: str, count: int) -> list[Load]:
    """Open an address so many times, each with an empty cache."""
    return asyncio.run(_loads(address, count))


async def _loads(address: str, count: int) -> list[Load]:
    async with Browser(headless=True, enable_sandbox=False) as browser:
        return [await _load(browser, address) for _ in range(count)]


async def _load(browser: Browser, address: str) -> Load:
    tab = await browser.create_tab("about:blank")
    await tab.send_command("Network.clearBrowserCache")
    await tab.send_command("Emulation.setDeviceMetricsOverride", params=SCREEN)
    await tab.send_command("Page.enable")
    await tab.send_command("Page.addScriptToEvaluateOnNewDocument", params={"source": WATCH})
    await tab.send_command("Page.navigate", params={"url": address})
    seen: dict[str, float] = {}
    while "live" not in seen:
        await asyncio.sleep(LOOK_S)
        asked = {"expression": "JSON.stringify(window.benchSeen || {})", "returnByValue": True}
        answer: Any = await tab.send_command("Runtime.evaluate", params=asked)
        seen = json.loads(answer["result"]["result"]["value"])
    await browser.close_tab(tab.target_id)
    return Load(**seen)
