"""The renderer: one browser for all threads, its failures and restarts, and files written whole."""

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, ClassVar, Self
from xml.etree import ElementTree as ET

import choreographer.errors
import kaleido
import plotly.graph_objects as go
import pytest
from PIL import Image

from dashboard.charts.comparison.sheet import build_comparison_sheet
from dashboard.sheet.renderer import FileFormat, Renderer, write_atomically
from data.errors import BrowserBusy, BrowserFailed, BrowserMissing, UsageError
from evidence.proof.inputs import InputRecord
from evidence.proof.manifest import build_manifest
from evidence.proof.read_file import read_picture_manifest
from tests.dashboard.scenarios import CATALOGUE, measure_crash

SMALL_FIGURE = go.Figure(layout={"width": 20, "height": 10})


class FakeBrowser:
    """A substitute for kaleido that draws nothing, counts starts and ends, and raises ``failures`` from the end."""

    start_count = 0
    end_count = 0
    failures: ClassVar[list[BaseException]] = []
    drawing: Event
    may_draw: Event

    def __init__(self, **_options: Any) -> None:  # noqa: ANN401 - kaleido's own options
        type(self).start_count += 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        type(self).end_count += 1

    async def calc_fig(self, figure: dict[str, Any], opts: dict[str, Any]) -> bytes:
        """The arguments, as bytes."""
        self.drawing.set()
        assert self.may_draw.wait(timeout=30)
        if self.failures:
            raise self.failures.pop()
        return f"{opts['format']} {opts['width']}x{opts['height']} at {opts['scale']}: {len(figure)}".encode()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> type[FakeBrowser]:
    """`FakeBrowser` in place of kaleido, with all counts at 0."""
    monkeypatch.setattr(kaleido, "Kaleido", FakeBrowser)
    FakeBrowser.start_count = FakeBrowser.end_count = 0
    FakeBrowser.failures.clear()
    FakeBrowser.drawing, FakeBrowser.may_draw = Event(), Event()
    FakeBrowser.may_draw.set()
    return FakeBrowser


@pytest.fixture
def renderer() -> Iterator[Renderer]:
    """A renderer for two pending pictures, closed after the test."""
    with Renderer(max_pending=2) as instance:
        yield instance


def test_one_browser_draws_all(browser: type[FakeBrowser], renderer: Renderer) -> None:
    """Threads share one browser, started at the first picture and after `close`; PNGs have twice the pixels."""
    assert browser.start_count == 0
    assert renderer.draw(SMALL_FIGURE, FileFormat.PNG).startswith(b"png 20x10 at 2")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(renderer.draw, SMALL_FIGURE, FileFormat.SVG).result().startswith(b"svg 20x10 at 1")
    assert (browser.start_count, browser.end_count) == (1, 0)
    renderer.close()
    renderer.close()
    assert (browser.start_count, browser.end_count) == (1, 1)
    renderer.draw(SMALL_FIGURE, FileFormat.PNG)
    assert browser.start_count == 2


def test_more_pictures_than_may_wait_are_refused(browser: type[FakeBrowser], renderer: Renderer) -> None:
    """A renderer with its maximum of pending pictures raises at once, and completes the pending ones."""
    browser.may_draw.clear()
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(renderer.draw, SMALL_FIGURE, FileFormat.PNG) for _ in range(2)]
        assert browser.drawing.wait(timeout=30)
        is_busy = 0
        while not is_busy:  # the second may still be on its way in
            is_acquired = renderer._slots.acquire(blocking=False)  # noqa: SLF001 - no other way to see that both are in
            is_busy = not is_acquired
            if is_acquired:
                renderer._slots.release()  # noqa: SLF001 - as above
        with pytest.raises(BrowserBusy, match="2 pictures are being drawn already; try again"):
            renderer.draw(SMALL_FIGURE, FileFormat.PNG)
        browser.may_draw.set()
        assert all(future.result(timeout=30).startswith(b"png") for future in futures)
    assert renderer.draw(SMALL_FIGURE, FileFormat.PNG).startswith(b"png")


@pytest.mark.parametrize("failure", [OSError("channel closed"), choreographer.errors.BrowserClosedError()])
def test_a_dead_browser_is_replaced_once(
    browser: type[FakeBrowser], renderer: Renderer, failure: BaseException
) -> None:
    """A picture is drawn by a new browser if the first one died; an error is raised if both did."""
    browser.failures[:] = [failure]
    assert renderer.draw(SMALL_FIGURE, FileFormat.PNG).startswith(b"png")
    assert (browser.start_count, browser.end_count) == (2, 1)
    browser.failures[:] = [failure, failure]
    with pytest.raises(BrowserFailed, match="ended or hung, twice; try again"):
        renderer.draw(SMALL_FIGURE, FileFormat.PNG)
    assert renderer.draw(SMALL_FIGURE, FileFormat.PNG).startswith(b"png")


def test_no_browser_raises(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a browser every call raises an error that names the packages to install."""

    def raise_not_found(**_options: object) -> None:
        raise choreographer.errors.ChromeNotFoundError

    monkeypatch.setattr(kaleido, "Kaleido", raise_not_found)
    for _ in range(2):
        with pytest.raises(BrowserMissing, match="apt-get install chromium fonts-dejavu-core"):
            renderer.draw(SMALL_FIGURE, FileFormat.PNG)


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    """If renaming fails, neither a part of the file nor the temporary file remains."""
    (tmp_path / "one.png").mkdir()
    with pytest.raises(UsageError, match=r"one\.png cannot be written: "):
        write_atomically(tmp_path / "one.png", b"picture")
    assert [path.name for path in tmp_path.iterdir()] == ["one.png"]
    write_atomically(tmp_path / "new" / "two.png", b"first")
    write_atomically(tmp_path / "new" / "two.png", b"second")
    assert (tmp_path / "new" / "two.png").read_bytes() == b"second"
    assert (tmp_path / "new" / "two.png").stat().st_mode & 0o044


@pytest.mark.browser
def test_the_picture_is_drawn(tmp_path: Path, renderer: Renderer) -> None:
    """Chromium draws a PNG of 3200x1800 pixels with a manifest, the same bytes each time, and an SVG with text."""
    measurement = measure_crash()
    figure = build_comparison_sheet(measurement, CATALOGUE)
    manifest = build_manifest("comparison", [measurement], InputRecord([], []))
    content = renderer.draw(figure, FileFormat.PNG, manifest)
    path = tmp_path / "crash.png"
    write_atomically(path, content)
    with Image.open(path) as image:
        assert image.size == (3200, 1800)
        assert set(image.info) >= {"Plumbline"}
        colours = image.convert("RGB").getcolors(maxcolors=1_000_000)
    assert colours is not None
    assert len(colours) > 100
    assert read_picture_manifest(content) == manifest
    # A browser started after the first one died draws the same.
    renderer._ensure_thread()._browser.subprocess.kill()  # noqa: SLF001 - nobody else has the process
    assert renderer.draw(figure, FileFormat.PNG, manifest) == content
    svg = renderer.draw(figure, FileFormat.SVG, manifest)
    assert renderer.draw(figure, FileFormat.SVG, manifest) == svg
    assert re.search(r"<text[^>]*>(<tspan[^>]*>)?ATOM/USDT on Binance", svg.decode())
    assert b"<image" not in svg


UNCLOSED_PROGRAM = """
import plotly.graph_objects as go
from dashboard.sheet.renderer import FileFormat, Renderer
renderer = Renderer()
renderer.draw(go.Figure(layout={"width": 20, "height": 10}), FileFormat.PNG)
print(renderer._ensure_thread()._browser.subprocess.pid)
"""


@pytest.mark.browser
def test_no_browser_is_left_behind() -> None:
    """A program that does not close its renderer ends, and so does its browser."""
    process = subprocess.run(  # noqa: S603
        [sys.executable, "-c", UNCLOSED_PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    assert not Path(f"/proc/{int(process.stdout)}").exists()


def test_a_text_of_others_is_no_markup() -> None:
    """Scripts, handlers, pictures and addresses that run are letters of a text, or left out, in what Chromium draws."""
    texts = (
        "<script>document.title = 1</script>",
        "<img src='file:///etc/hostname' onerror='document.title = 1'>",
        "<a href='javascript:document.title = 1'>link</a>",
        "<a href='file:///etc/hostname'>file</a>",
        "<a href='https://plumbline.example/'>link</a>",
        "<b onclick='document.title = 1'>bold</b>",
        "</text><image href='file:///etc/hostname'/><foreignObject/>",
    )
    annotations = [{"text": text, "x": 0, "y": row, "showarrow": False} for row, text in enumerate(texts)]
    figure = go.Figure(layout={"width": 600, "height": 300, "annotations": annotations, "title": {"text": texts[0]}})
    with Renderer() as renderer:
        svg = renderer.draw(figure, FileFormat.SVG).decode()
    elements = list(ET.fromstring(svg).iter())  # noqa: S314 - drawn here
    tags = {element.tag.partition("}")[2].lower() for element in elements}
    attributes = [(name.rpartition("}")[2], value) for element in elements for name, value in element.attrib.items()]
    assert "text" in tags
    assert not {"script", "img", "image", "foreignobject", "iframe"} & tags
    assert [name for name, _ in attributes if name.lower().startswith("on")] == []
    assert {value for name, value in attributes if name == "href"} == {"https://plumbline.example/"}
