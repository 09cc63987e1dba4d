"""`chart` writes one picture or a folder of them, and names the assets that it could not draw."""

import json
from collections.abc import Mapping
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from rich.console import Console

from cli.main import main
from cli.picture_set import show_progress
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.state.view import Theme
from data.errors import BrowserFailed
from tests.cli.program import RunCommand, write_csv

WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:22Z")
NAME = "plumbline_{}_binance_2025-10-10T2120Z-2122Z_comparison{}"


@pytest.fixture
def opened_renderers(monkeypatch: pytest.MonkeyPatch) -> list[Renderer]:
    """The renderers that were opened; they write format, size, paper colour and manifest as JSON, and fail for XRP."""
    renderers = []

    def open_renderer(self: Renderer) -> Renderer:
        renderers.append(self)
        return self

    def draw_as_json(_: Renderer, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any]) -> bytes:
        if manifest["asset"] == "XRP":
            message = "the browser ended"
            raise BrowserFailed(message)
        paper = figure.layout.template.layout.paper_bgcolor
        return json.dumps([file_format.value, figure.layout.width, figure.layout.height, paper, manifest]).encode()

    monkeypatch.setattr(Renderer, "__enter__", open_renderer)
    monkeypatch.setattr(Renderer, "draw", draw_as_json)
    return renderers


@pytest.fixture
def draw(run: RunCommand, tmp_path: Path, opened_renderers: list[Renderer]) -> RunCommand:
    """Runs `chart` over two minutes of three assets on four venues."""
    del opened_renderers
    rows = [
        f"{venue},{asset}/USDT,2025-10-10T21:2{i}:00Z,100,101,98,99,50"
        for asset in ("ATOM", "DOGE", "XRP")
        for venue in ("binance", "bitget", "bybit", "gate")
        for i in range(2)
    ]
    assert run("import", write_csv(tmp_path / "candles.csv", rows)).exit_code == 0
    return partial(run, "chart", *WINDOW)


def test_a_window_that_cannot_be_verified_is_not_drawn(draw: RunCommand, tmp_path: Path) -> None:
    """Nobody may be handed a picture whose numbers `verify` refuses to measure again."""
    out = tmp_path / "long.png"
    window = (
        "--from",
        "2025-10-01T00:00Z",
        "--to",
        "2026-01-13T04:01Z",
    )  # 150,001 minutes
    result = draw("--asset", "ATOM", "--out", str(out), *window)
    assert result.exit_code == 2
    assert "more than 150,000 bars of a minute" in result.stderr
    assert "choose a shorter one" in result.stderr
    assert not out.exists()


def read_drawing(path: Path) -> list[Any]:
    """The content of a picture that `opened_renderers` drew."""
    drawing: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    return drawing


def test_one_picture(draw: RunCommand, tmp_path: Path) -> None:
    """The format follows the file name's extension; into a folder the picture goes under a name of its own."""
    result = draw("--asset", "ATOM", "--out", tmp_path / "new" / "atom.svg", "--size", "square", "--theme", "dark")
    assert result.output == f"{tmp_path / 'new' / 'atom.svg'}\n"
    kind, width, height, paper, manifest = read_drawing(tmp_path / "new" / "atom.svg")
    assert (kind, width, height, paper) == ("svg", 1200, 1200, "#15181c")
    assert (manifest["kind"], manifest["size"], manifest["theme"]) == ("comparison", "square", "dark")
    assert manifest["sources"][0]["source"] == "candles.csv"
    assert draw("--asset", "ATOM", "--out", tmp_path).exit_code == 0
    assert read_drawing(tmp_path / NAME.format("ATOM", ".png"))[:3] == ["png", 1600, 900]
    files = ("--input", tmp_path / "candles.csv")
    assert draw("--asset", "ATOM", "--out", tmp_path / "file.png", *files).exit_code == 0
    assert read_drawing(tmp_path / "file.png")[4]["sources"][0]["first_fetched"] is None


def test_folder_of_pictures(draw: RunCommand, opened_renderers: list[Renderer], tmp_path: Path) -> None:
    """All pictures share a browser; an asset without candles is named and makes the exit code 1."""
    folder = tmp_path / "set"
    result = draw("--assets", "ATOM,BTC,DOGE", "--out", folder, "--format", "svg", "--size", "tall")
    assert result.exit_code == 1
    assert sorted(path.name for path in folder.iterdir()) == [
        NAME.format("ATOM", "_tall.svg"),
        NAME.format("DOGE", "_tall.svg"),
    ]
    assert "no real candle of BTC from 2025-10-10T21:20Z to 2025-10-10T21:22Z\n" in result.output
    assert len(opened_renderers) == 1
    assert draw("--assets", "ATOM,DOGE", "--out", folder).exit_code == 0
    assert draw("--assets", "BTC", "--out", folder).exit_code == 3


def test_all_assets(draw: RunCommand, tmp_path: Path) -> None:
    """`all` means the assets of the event, else of the catalogue; pictures before a failure stay."""
    folder = tmp_path / "all"
    result = draw("--assets", "all", "--out", folder)
    assert (result.exit_code, "Error: the browser ended" in result.output) == (1, True)
    assert sorted(path.name for path in folder.iterdir()) == [NAME.format(a, ".png") for a in ("ATOM", "DOGE")]
    only = draw("--assets", "all", "--event", "2023-03-10", "--out", folder)
    assert only.exit_code == 3
    assert "there is no real candle of any of BTC" in only.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--out", "a.png"), "say which: --asset for one picture"),
        (("--asset", "ATOM", "--assets", "DOGE", "--out", "a.png"), "say which: --asset for one picture"),
        (("--asset", "ATOM", "--out", "a.jpg"), "a.jpg: pictures are written as png or svg, not jpg"),
        (("--asset", "ATOM", "--out", "a"), "not without an ending"),
        (("--assets", "ATOM", "--out", "candles.csv"), "candles.csv cannot be a folder: File exists"),
        (("--asset", "ATOM", "--out", "candles.csv/a.png"), "a.png cannot be written: "),
    ],
)
def test_usage_errors(draw: RunCommand, arguments: tuple[str, ...], message: str) -> None:
    """Bad assets, formats and paths exit with 2 and a message."""
    result = draw(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_format_choices() -> None:
    """The formats, listed in the command to avoid importing plotly, are those of the renderer."""
    options = {option.name: getattr(option.type, "choices", None) for option in main.commands["chart"].params}
    assert list(options["theme"] or ()) == list(Theme)
    assert list(options["file_format"] or ()) == list(FileFormat)


def test_progress() -> None:
    """On a terminal there is a bar below the lines, elsewhere only a line per picture."""
    screen, lines = StringIO(), list[str]()
    with show_progress(Console(file=screen, force_terminal=True, width=60), 2, lines.append) as print_line:
        print_line("out/[one].png")
        print_line("no candle of BTC")
    assert "2/2" in screen.getvalue()
    assert "out/[one].png" in screen.getvalue()
    assert lines == []
    with show_progress(Console(file=screen, force_terminal=False), 2, lines.append) as print_line:
        print_line("out/one.png")
    assert lines == ["out/one.png"]
