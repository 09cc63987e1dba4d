"""Commands that need a browser or a port."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.cli.program import RunCommand


def test_chart_size(run: RunCommand, tmp_path: Path) -> None:
    """`chart` writes a PNG of 3200 x 1800 pixels into a folder, named after its content."""
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
    result = run("--quiet", *arguments)
    assert result.exit_code == 0
    path = Path(result.output.strip())
    assert path.name == "plumbline_ATOM_binance_2025-10-10T2045Z-2315Z_comparison_illustration.png"
    with Image.open(path) as picture:
        assert picture.size == (3200, 1800)


def test_serve_fills_an_empty_store(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a command the page is served; an empty store gets the sample, with a note the first time."""
    served: list[Any] = []
    monkeypatch.setattr("cli.server.serve.serve_app", lambda page, listener, _: served.append((page, listener.close())))
    monkeypatch.setenv("PLUMBLINE_MIRROR", "http://127.0.0.1:9")
    monkeypatch.setenv("PLUMBLINE_PORT", "20500")
    result = run()
    assert "no real candles yet: showing the reconstruction of 2025-10-10" in result.output
    assert len(served) == 1
    quiet = run("serve", "--port", "20510")
    assert "no real candles yet" not in quiet.output
    assert len(served) == 2
