"""Comparison pictures written to files, with a progress bar on a terminal."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from dashboard.charts.comparison.sheet import build_comparison_sheet
from dashboard.charts.orders.sheet import OrderOverlay, build_orders_sheet
from dashboard.sheet.file_name import build_file_name
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.renderer import FileFormat, Renderer, write_atomically
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import Theme
from data.catalogue import Catalogue
from data.errors import NoUsableCandles, UsageError
from data.reader import CandleReader
from data.reconstruction.candles import list_assumed_markets
from deviation.measurement import Measurement
from evidence.proof.inputs import describe_reads, list_reads
from evidence.proof.manifest import build_manifest, shorten_hash

ShowLine = Callable[[str], None]
"""Prints a line."""


@dataclass(frozen=True, slots=True)
class PictureStyle:
    """What all pictures of a set share; ``imprint`` has the command and the day of a source line."""

    size: SheetSize = SheetSize.WIDE
    theme: Theme = Theme.LIGHT
    file_format: FileFormat = FileFormat.PNG
    imprint: Imprint = NO_IMPRINT


def choose_format(path: Path, requested: str | None) -> FileFormat:
    """The requested format, else that of the file name's extension; PNG in a folder.

    Raises:
        UsageError: The extension is neither.
    """
    format_name = requested or ("png" if path.is_dir() else path.suffix.lower().removeprefix("."))
    if format_name not in list(FileFormat):
        message = (
            f"{path.name}: pictures are written as {' or '.join(FileFormat)}, not {format_name or 'without an ending'}"
        )
        raise UsageError(message)
    return FileFormat(format_name)


def write_picture(
    measurement: Measurement,
    catalogue: Catalogue,
    renderer: Renderer,
    style: PictureStyle,
    target: Path,
    source: CandleReader,
    *,
    orders: OrderOverlay | None = None,
    first_seen: bool = False,
) -> Path:
    """Write the picture of a measurement, and return its path.

    Args:
        measurement: what to draw.
        catalogue: names and colours of venues.
        renderer: the browser that draws.
        style: size, theme and format.
        target: a file, or a folder in which the file is named after the measurement.
        source: what was measured, for the manifest.
        orders: a log whose lanes are drawn under the deviation; None for the comparison picture.
        first_seen: whether the source gives candles as they first came.

    Raises:
        UsageError: The file cannot be written.
        BrowserMissing: There is no browser.
        BrowserFailed: The browser failed.
    """
    content = "comparison" if orders is None else "orders"
    name = build_file_name(measurement, content, style.file_format.value, size=style.size, theme=style.theme)
    path = target / name if target.is_dir() else target
    picture = draw_picture(measurement, catalogue, renderer, style, source, orders=orders, first_seen=first_seen)
    write_atomically(path, picture)
    return path


def draw_picture(
    measurement: Measurement,
    catalogue: Catalogue,
    renderer: Renderer,
    style: PictureStyle,
    source: CandleReader,
    *,
    orders: OrderOverlay | None = None,
    first_seen: bool = False,
) -> bytes:
    """The content of the picture's file, with its manifest; for the arguments and errors see `write_picture`."""
    record = describe_reads(source, list_reads([measurement.question]))
    manifest = build_manifest(
        "comparison" if orders is None else "orders",
        [measurement],
        record,
        first_seen=first_seen,
        extra={"size": style.size.value, "theme": style.theme.value},
    )
    assumed = list_assumed_markets(measurement.question.origin)
    imprint = replace(style.imprint, manifest_hash=shorten_hash(manifest))
    looks: dict[str, Any] = {"size": style.size, "theme": style.theme, "assumed": assumed, "imprint": imprint}
    figure = (
        build_comparison_sheet(measurement, catalogue, **looks)
        if orders is None
        else build_orders_sheet(measurement, orders, catalogue, **looks)
    )
    return renderer.draw(figure, style.file_format, manifest)


def write_pictures(
    assets: Sequence[str],
    measure: Callable[[str], Measurement],
    write: Callable[[Measurement], Path],
    show_line: ShowLine,
) -> list[str]:
    """Write a picture per asset; returns a reason for each asset without candles.

    Args:
        assets: tickers, in order.
        measure: measures an asset; raises `NoUsableCandles` where it has no candle.
        write: writes the picture of a measurement and returns its path.
        show_line: prints a line per asset: the path, or the reason.
    """
    missing = []
    for asset in assets:
        try:
            measurement = measure(asset)
        except NoUsableCandles as error:
            missing.append(str(error).splitlines()[0])
            show_line(missing[-1])
        else:
            show_line(str(write(measurement)))
    return missing


@contextmanager
def show_progress(console: Console, total: int, show_line: ShowLine) -> Iterator[ShowLine]:
    """A function that prints a line per picture: above a progress bar on a terminal, else ``show_line`` itself."""
    if not console.is_terminal:
        yield show_line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("pictures", total=total)

        def advance(line: str) -> None:
            progress.console.print(Text(line), soft_wrap=True)  # no markup, no line break within a path
            progress.advance(task)

        yield advance
