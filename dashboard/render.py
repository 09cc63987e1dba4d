"""From figures to PNG files, through kaleido and the system's Chromium: one browser for all pictures of a call."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import plotly.graph_objects as go

from data.errors import BrowserMissing

SCALE = 2
"""Pixels of the file per unit of the figure: 1600x900 becomes 3200x1800."""

HOW_TO_GET_ONE = (
    "no Chromium or Chrome was found to draw the picture with; on Debian and Ubuntu run "
    "'apt-get install chromium fonts-dejavu-core', elsewhere install Chrome, or take the picture from the page, "
    "where your own browser draws it"
)


def write_png(figure: go.Figure, path: Path) -> None:
    """Write one figure of a fixed size.

    Raises:
        BrowserMissing: There is no browser to draw with.
    """
    write_pngs([(figure, path)])


def write_pngs(pictures: Sequence[tuple[go.Figure, Path]]) -> None:
    """Write several figures with one browser; each file appears whole or not at all.

    Raises:
        BrowserMissing: There is no browser to draw with.
    """
    if pictures:
        asyncio.run(_draw(pictures))


async def _draw(pictures: Sequence[tuple[go.Figure, Path]]) -> None:
    # Imported here: it takes long, and the page needs none of it.
    from choreographer.errors import BrowserFailedError, ChromeNotFoundError  # noqa: PLC0415
    from kaleido import Kaleido  # noqa: PLC0415

    try:
        async with Kaleido(n=1, mathjax=False) as browser:
            for figure, path in pictures:
                write_whole(path, await browser.calc_fig(figure.to_dict(), opts=_options(figure)))
    except (ChromeNotFoundError, BrowserFailedError) as error:
        raise BrowserMissing(HOW_TO_GET_ONE) from error


def _options(figure: go.Figure) -> dict[str, Any]:
    return {"format": "png", "scale": SCALE, "width": figure.layout.width, "height": figure.layout.height}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name in its folder, then rename it: nobody ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            Path(file.name).chmod(0o644)
            os.replace(file.name, path)  # noqa: PTH105 - the same call under either name
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
