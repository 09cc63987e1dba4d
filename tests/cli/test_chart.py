"""`chart` draws one picture or a set of them, whole or not at all, and says what it could not draw."""

import json
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from cli.main import main
from cli.picture_set import show_progress
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.state.view import Theme
from data.errors import BrowserFailed

HEADER = "venue,symbol,open_time,open,high,low,close,volume"
WINDOW = ("--from", "2025-10-10T21:20Z", "--to", "2025-10-10T21:22Z")
NAME = "plumbline_{}_binance_2025-10-10T2120Z-2122Z_comparison{}"

RunCommand = Callable[..., Result]


@pytest.fixture
def opened_renderers(monkeypatch: pytest.MonkeyPatch) -> list[Renderer]:
    """The renderers that were opened; they draw the manifest, shape and paper as JSON, and nothing for XRP."""
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
def run(tmp_path: Path, opened_renderers: list[Renderer]) -> RunCommand:
    """Runs `chart` over two minutes of three assets on four venues."""
    del opened_renderers
    venues = ("binance", "bitget", "bybit", "gate")
    rows = [
        f"{venue},{asset}/USDT,2025-10-10T21:2{i}:00Z,100,101,98,99,50"
        for asset in ("ATOM", "DOGE", "XRP")
        for venue in venues
        for i in range(2)
    ]
    (tmp_path / "candles.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    store = ("--store", str(tmp_path / "lake"))
    assert CliRunner().invoke(main, [*store, "import", str(tmp_path / "candles.csv")]).exit_code == 0

    def run_command(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [*store, "chart", *WINDOW, *map(str, arguments)], catch_exceptions=False)

    return run_command


def read_drawing(path: Path) -> list[Any]:
    """What the stand-in drew."""
    drawing: list[Any] = json.loads(path.read_text(encoding="utf-8"))
    return drawing


def test_one_picture(run: RunCommand, tmp_path: Path) -> None:
    """One asset goes into the file that is named, in the format of its ending, or into a folder under its own name."""
    result = run("--asset", "ATOM", "--out", tmp_path / "new" / "atom.svg", "--size", "square", "--theme", "dark")
    assert result.output == f"{tmp_path / 'new' / 'atom.svg'}\n"
    kind, width, height, paper, manifest = read_drawing(tmp_path / "new" / "atom.svg")
    assert (kind, width, height, paper) == ("svg", 1200, 1200, "#15181c")
    assert manifest["store"]
    assert run("--asset", "ATOM", "--out", tmp_path).exit_code == 0
    assert read_drawing(tmp_path / NAME.format("ATOM", ".png"))[:3] == ["png", 1600, 900]
    files = ("--input", tmp_path / "candles.csv")
    assert run("--asset", "ATOM", "--out", tmp_path / "file.png", *files).exit_code == 0
    assert "store" not in read_drawing(tmp_path / "file.png")[4]


def test_a_set_of_pictures(run: RunCommand, opened_renderers: list[Renderer], tmp_path: Path) -> None:
    """Several assets go into a folder, with one browser; one without candles is named and makes the exit code 1."""
    folder = tmp_path / "set"
    result = run("--assets", "ATOM,BTC,DOGE", "--out", folder, "--format", "svg", "--size", "tall")
    assert result.exit_code == 1
    assert sorted(path.name for path in folder.iterdir()) == [
        NAME.format("ATOM", "_tall.svg"),
        NAME.format("DOGE", "_tall.svg"),
    ]
    assert "no real candle of BTC from 2025-10-10T21:20Z to 2025-10-10T21:22Z\n" in result.output
    assert len(opened_renderers) == 1
    assert run("--assets", "ATOM,DOGE", "--out", folder).exit_code == 0
    assert run("--assets", "BTC", "--out", folder).exit_code == 3


def test_all_assets(run: RunCommand, tmp_path: Path) -> None:
    """All are those of the event, else those of the catalogue; a picture that fails ends the set, and others stay."""
    folder = tmp_path / "all"
    result = run("--assets", "all", "--out", folder)
    assert (result.exit_code, "Error: the browser ended" in result.output) == (1, True)
    assert sorted(path.name for path in folder.iterdir()) == [NAME.format(a, ".png") for a in ("ATOM", "DOGE")]
    only = run("--assets", "all", "--event", "2023-03-10", "--out", folder)
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
def test_what_makes_no_sense(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    """Usage errors say what to change, and end with 2."""
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_choices_are_those_of_the_pictures() -> None:
    """The command line, which does without plotly, offers what there is."""
    options = {option.name: getattr(option.type, "choices", None) for option in main.commands["chart"].params}
    assert list(options["theme"] or ()) == list(Theme)
    assert list(options["file_format"] or ()) == list(FileFormat)


def test_a_terminal_shows_a_bar() -> None:
    """On a terminal a bar counts the pictures under their paths; elsewhere there is a line each and nothing more."""
    screen, lines = StringIO(), list[str]()
    with show_progress(Console(file=screen, force_terminal=True, width=60), 2, lines.append) as say:
        say("out/[one].png")
        say("no candle of BTC")
    assert "2/2" in screen.getvalue()
    assert "out/[one].png" in screen.getvalue()
    assert lines == []
    with show_progress(Console(file=screen, force_terminal=False), 2, lines.append) as say:
        say("out/one.png")
    assert lines == ["out/one.png"]
