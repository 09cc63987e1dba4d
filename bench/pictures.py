"""Makes the pictures of README and docs: ``python -m bench.pictures``.

Serves a temporary store with the reconstruction, takes screenshots of the pages and writes them to ``docs/*.png``,
reduced to a palette. Needs the packages of the tests.
``--only overview,lows`` makes some of them; ``--list`` names them all.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
OUTPUT_FOLDER = ROOT / "docs"
CHROMIUM = "/usr/bin/chromium"
PALETTE_COLOURS = 128
"""Colours of the palette; pages have few, plus the shades of antialiased letters."""

VIEWPORT = ViewportSize(width=1440, height=900)
TIMEOUT_MS = 60_000

PICTURE_NAME = "picture"
"""The comparison picture, which is downloaded as a file."""

PAGES = {
    "overview": "/",
    "explorer": "/explorer?window=crash",
    "lows": "/lows",
    "sequence": "/sequence",
    "index-rules": "/index-rules",
    "compare": "/compare",
    "market": "/market?window=report-day",
    "history": "/history",
    "claims": "/claims",
    "orders": "/orders",
    "events": "/events",
    "data": "/data",
    "method": "/method",
}
"""The pages by the name of their picture, each with the address that it shows."""


@contextmanager
def serve_program(store: str) -> Iterator[str]:
    """The program with its page open over a store, and its address."""
    command = [sys.executable, str(ROOT / "app.py"), "--store", store, "serve", "--port", "8960"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this very program
        try:
            first_line = process.stdout.readline() if process.stdout is not None else ""
            yield first_line.split(" at ")[1].split()[0]
        finally:
            process.terminate()


def take_screenshot(browser: Browser, address: str) -> bytes:
    """A screenshot of a page at the size of a laptop, once the network is idle and charts are drawn."""
    # The page's policy forbids the text that wait_for_function evaluates.
    tab = browser.new_page(viewport=VIEWPORT, bypass_csp=True)
    tab.set_default_timeout(TIMEOUT_MS)
    tab.goto(address)
    tab.locator("h1").first.wait_for()
    tab.wait_for_load_state("networkidle")
    tab.wait_for_function("[...document.querySelectorAll('.dash-graph')].every(one => one.querySelector('.main-svg'))")
    screenshot: bytes = tab.screenshot()
    tab.close()
    return screenshot


def download_comparison(browser: Browser, address: str) -> bytes:
    """The comparison picture of the program, as the link gives it."""
    response = browser.new_context().request.get(
        f"{address}/export/comparison.png?asset=ATOM&origin=reconstruction", timeout=TIMEOUT_MS
    )
    return response.body()


def compress_png(content: bytes, width: int) -> bytes:
    """A PNG of that width with a palette."""
    with Image.open(BytesIO(content)) as picture:
        height = round(picture.height * width / picture.width)
        resized = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    file = BytesIO()
    resized.quantize(PALETTE_COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def write_pictures(names: list[str], folder: Path) -> None:
    """Write the pictures of these names."""
    with tempfile.TemporaryDirectory() as store, serve_program(store) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name in names:
            image = (
                download_comparison(browser, address)
                if name == PICTURE_NAME
                else take_screenshot(browser, address + PAGES[name])
            )
            content = compress_png(image, 1600 if name == PICTURE_NAME else VIEWPORT["width"])
            (folder / f"{name}.png").write_bytes(content)
            print(f"{name}.png: {len(content) // 1000} kB")
        browser.close()


def main() -> None:
    """Read the command line and make pictures."""
    all_names = [PICTURE_NAME, *PAGES]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(all_names), help="names, with commas")
    parser.add_argument("--list", action="store_true", help="name the pictures and make none")
    parser.add_argument("--folder", type=Path, default=OUTPUT_FOLDER, help="where they go")
    arguments = parser.parse_args()
    names = arguments.only.split(",")
    if unknown := [name for name in names if name not in all_names]:
        parser.error(f"no picture {unknown[0]!r}: there are {', '.join(all_names)}")
    if arguments.list:
        print("\n".join(names))
    else:
        write_pictures(names, arguments.folder)


if __name__ == "__main__":
    main()
