"""The commands that reach outside of the program: a browser for pictures, a port for the page."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from cli.main import main


def _run_command(folder: Path, *arguments: str) -> Result:
    store = str(folder / "lake")
    return CliRunner().invoke(main, ["--store", store, "--quiet", *arguments], catch_exceptions=False)


def test_the_chart_is_a_picture_of_full_size(tmp_path: Path) -> None:
    """`chart` writes a PNG of 3200 x 1800, into a folder under the name of what it shows."""
    arguments = (
        "chart",
        "--asset",
        "ATOM",
        "--event",
        "2025-10-10",
        "--origin",
        "reconstruction",
        "--out",
        str(tmp_path),
    )
    result = _run_command(tmp_path, *arguments)
    assert result.exit_code == 0
    path = Path(result.output.strip())
    assert path.name == "plumbline_ATOM_binance_2025-10-10T2045Z-2315Z_comparison_illustration.png"
    with Image.open(path) as picture:
        assert picture.size == (3200, 1800)


def test_serving_puts_the_sample_into_an_empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a command the page is served, on a store that holds the sample where it held nothing."""
    served: list[Any] = []
    monkeypatch.setattr("cli.server.serve_app", lambda page, listener, _: served.append((page, listener.close())))
    monkeypatch.setenv("PLUMBLINE_MIRROR", "http://127.0.0.1:9")
    monkeypatch.setenv("PLUMBLINE_PORT", "20500")
    store = str(tmp_path / "lake")
    result = CliRunner().invoke(main, ["--store", store], catch_exceptions=False)
    assert "no real candles yet: showing the reconstruction of 2025-10-10" in result.output
    assert len(served) == 1
    quiet = CliRunner().invoke(main, ["--store", store, "serve", "--port", "20510"], catch_exceptions=False)
    assert "no real candles yet" not in quiet.output
    assert len(served) == 2
