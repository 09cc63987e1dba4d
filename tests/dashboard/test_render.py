from pathlib import Path
from typing import Any, Self

import choreographer.errors
import kaleido
import plotly.graph_objects as go
import pytest
from PIL import Image

from dashboard.picture import picture
from dashboard.render import write_png, write_pngs, write_whole
from data.errors import BrowserMissing

from .measured import CATALOGUE, crash

SMALL = go.Figure(layout={"width": 20, "height": 10})


class Browser:
    """Stands in for kaleido: draws nothing, but counts how often it is started."""

    started = 0

    def __init__(self, **_options: Any) -> None:  # noqa: ANN401 - kaleido's own options
        type(self).started += 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None

    async def calc_fig(self, figure: dict[str, Any], opts: dict[str, Any]) -> bytes:
        """What was asked, as bytes."""
        return f"{opts['format']} {opts['width']}x{opts['height']} at {opts['scale']}: {len(figure)}".encode()


def test_one_browser_draws_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several pictures share one browser, each at its size and scale 2, in folders that are made for them."""
    monkeypatch.setattr(kaleido, "Kaleido", Browser)
    Browser.started = 0
    write_pngs([(SMALL, tmp_path / "one.png"), (SMALL, tmp_path / "new" / "two.png")])
    assert Browser.started == 1
    assert (tmp_path / "new" / "two.png").read_bytes().startswith(b"png 20x10 at 2")
    write_pngs([])
    assert Browser.started == 1


def test_no_browser_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a browser the error says how to get one, and no file appears."""

    def missing(**_options: object) -> None:
        raise choreographer.errors.ChromeNotFoundError

    monkeypatch.setattr(kaleido, "Kaleido", missing)
    with pytest.raises(BrowserMissing, match="apt-get install chromium fonts-dejavu-core"):
        write_png(SMALL, tmp_path / "one.png")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_whole_or_absent(tmp_path: Path) -> None:
    """Where the last step fails, neither a part of the file nor its temporary name stays behind."""
    (tmp_path / "one.png").mkdir()
    with pytest.raises(OSError, match=r"one\.png"):
        write_whole(tmp_path / "one.png", b"picture")
    assert [path.name for path in tmp_path.iterdir()] == ["one.png"]
    write_whole(tmp_path / "two.png", b"first")
    write_whole(tmp_path / "two.png", b"second")
    assert (tmp_path / "two.png").read_bytes() == b"second"
    assert (tmp_path / "two.png").stat().st_mode & 0o044


@pytest.mark.browser
def test_the_picture_is_drawn(tmp_path: Path) -> None:
    """Through the system's Chromium the picture is 3200x1800 and not blank."""
    path = tmp_path / "crash.png"
    write_png(picture(crash(), CATALOGUE), path)
    with Image.open(path) as image:
        assert image.size == (3200, 1800)
        colours = image.convert("RGB").getcolors(maxcolors=1_000_000)
    assert colours is not None
    assert len(colours) > 100
