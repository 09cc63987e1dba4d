"""The files of pages, and the bundle of plotly.js that is among them."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import plotly.graph_objects as go
import pytest
from plotly.basedatatypes import BaseTraceType
from plotly.offline import get_plotlyjs_version

from dashboard.web.app import create_app
from dashboard.web.files.page_files import bundle_scripts, read_plotly
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CLIENT = create_app(MemoryStore(), load_catalogue(), RecordedActions()).server.test_client()
DASHBOARD = Path(str(files("dashboard")))

TRACE_CLASSES = {
    name
    for name in dir(go)
    if isinstance(trace_class := getattr(go, name), type)
    and issubclass(trace_class, BaseTraceType)
    and trace_class is not BaseTraceType
}
"""The names of plotly's classes of traces."""

BUNDLED_CLASSES = {"Scatter", "Bar", "Pie"}
"""Those that the basic bundle draws."""


def list_drawn_traces() -> Iterator[str]:
    """The classes of all traces that the dashboard's modules name, as ``go.Bar`` or as ``{"type": "bar"}``."""
    classes_by_type = {name.lower(): name for name in TRACE_CLASSES}
    for path in DASHBOARD.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "go" and node.attr in TRACE_CLASSES:
                yield node.attr
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == "type" and isinstance(value, ast.Constant):
                        yield from [classes_by_type[value.value]] if value.value in classes_by_type else []


def test_pages_and_pictures_are_drawn_by_one_version_of_plotly() -> None:
    """The bundle for the browser is of the version that plotly.py contains, which draws the pictures."""
    first_lines = read_plotly().content[:200].decode()
    assert re.findall(r"plotly\.js \((.+) - minified\) v([\d.]+)", first_lines) == [("basic", get_plotlyjs_version())]


def test_the_bundle_draws_every_trace_of_the_dashboard() -> None:
    """Modules of the dashboard name scatter and bar traces, and none that the basic bundle lacks."""
    assert set(list_drawn_traces()) == {"Scatter", "Bar"}
    assert {"Heatmap", "Box", "Histogram"} <= TRACE_CLASSES - BUNDLED_CLASSES


@pytest.mark.parametrize(
    ("name", "owner"),
    [("plotly-basic", "2016-2024 Plotly Technologies Inc."), ("regenerator-runtime", "2014-present, Facebook, Inc.")],
)
def test_licences_are_beside_the_scripts_of_others(name: str, owner: str) -> None:
    """The licence of each goes with it."""
    text = (DASHBOARD / "vendor" / f"{name}.LICENSE").read_text(encoding="utf-8")
    assert text.startswith(f"MIT License\n\nCopyright (c) {owner}\n")


def test_no_page_has_the_polyfill() -> None:
    """Dash's scripts find what they need of it in our script, which comes before them."""
    page = CLIENT.get("/explorer").text
    assert "polyfill" not in page
    assert page.index('<script src="/file/pages.') < page.index("/dash_mantine_components.v")
    assert b"globalThis.regeneratorRuntime = runtime" in bundle_scripts().content


def test_a_page_file_is_kept_for_a_year() -> None:
    """Its address has a hash of its content, and nothing is there under another hash."""
    address = read_plotly().address
    response = CLIENT.get(address)
    assert response.data == read_plotly().content
    assert response.headers["Cache-Control"] == "max-age=31536000, immutable"
    assert response.mimetype == "text/javascript"
    hash_text = address.split(".")[-2]
    assert CLIENT.get(address.replace(hash_text, "0" * 16)).status_code == 404


@pytest.mark.parametrize(("coding", "most_bytes"), [("br", 370_000), ("gzip", 410_000)])
def test_the_bundle_is_sent_compressed(coding: str, most_bytes: int) -> None:
    """A third of its 1.2 MB is sent, at once and with its length."""
    for _ in range(2):
        response = CLIENT.get(read_plotly().address, headers={"Accept-Encoding": coding})
        assert response.headers["Content-Encoding"] == coding
        assert int(response.headers["Content-Length"]) == len(response.data) < most_bytes


def test_scripts_and_styles_are_one_file_each() -> None:
    """A page loads one script and one style sheet of ours, which have everything of the assets in them."""
    page = CLIENT.get("/explorer").text
    for pattern, ending in (
        (r'<script src="(/file/pages[^"]+)"', "js"),
        (r'<link rel="stylesheet" href="([^"]+)"', "css"),
    ):
        (address,) = re.findall(pattern, page)
        text = CLIENT.get(address).text
        parts = [path.read_text(encoding="utf-8") for path in (DASHBOARD / "assets").glob(f"*.{ending}")]
        assert len(parts) >= 5
        assert all(part in text for part in parts)


@pytest.mark.parametrize(("address", "has_grid"), [("/explorer", False), ("/lows", True), ("/method", False)])
def test_only_a_page_with_a_grid_has_its_script(address: str, *, has_grid: bool) -> None:
    """Other pages know where the script is; no page has that of dash's table."""
    page = CLIENT.get(address).text
    (grid_address,) = re.findall(r'<html [^>]*data-grid="([^"]+)"', page)
    assert "/dash_ag_grid/" in grid_address
    assert (f'<script src="{grid_address}">' in page) == has_grid
    assert "/dash_table/" not in page
    assert b"ag-grid" in CLIENT.get(grid_address).data
