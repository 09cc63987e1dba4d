"""A set of pictures for the command line: one browser for all, a bar on a terminal, a line each elsewhere."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.text import Text

from dashboard.manifest import manifest
from dashboard.picture import file_name, picture
from dashboard.picture_sizes import Size
from dashboard.render import FileFormat, Renderer, write_whole
from dashboard.style import Theme
from data.catalogue import Catalogue
from data.errors import NothingUsable, UsageError
from data.reconstruction import assumed_markets
from data.schema import Evidence
from deviation.result import Measurement

Say = Callable[[str], None]
"""Shows a line."""


@dataclass(frozen=True, slots=True)
class Style:
    """What all pictures of a set share; ``store`` is the version of the store for their manifests."""

    size: Size = Size.WIDE
    theme: Theme = Theme.LIGHT
    file_format: FileFormat = FileFormat.PNG
    store: str | None = None


def format_of(path: Path, asked: str | None) -> FileFormat:
    """The format that was asked for, else that of the file's ending; PNG in a folder.

    Raises:
        UsageError: The ending is neither.
    """
    known = asked or ("png" if path.is_dir() else path.suffix.lower().removeprefix("."))
    if known not in list(FileFormat):
        message = f"{path.name}: pictures are written as {' or '.join(FileFormat)}, not {known or 'without an ending'}"
        raise UsageError(message)
    return FileFormat(known)


def write_one(measurement: Measurement, catalogue: Catalogue, renderer: Renderer, style: Style, out: Path) -> Path:
    """Write the picture to a file, or into a folder under its own name; returns where it is.

    Raises:
        UsageError: It cannot be written there.
        BrowserMissing, BrowserFailed: It cannot be drawn.
    """
    assumed = assumed_markets() if measurement.question.origin is Evidence.RECONSTRUCTION else frozenset()
    named = file_name(measurement, file_format=style.file_format.value, size=style.size, theme=style.theme)
    path = out / named if out.is_dir() else out
    figure = picture(measurement, catalogue, size=style.size, theme=style.theme, assumed=assumed)
    write_whole(path, renderer.draw(figure, style.file_format, manifest(measurement, store=style.store)))
    return path


def write_set(
    assets: Sequence[str],
    measured: Callable[[str], Measurement],
    write: Callable[[Measurement], Path],
    say: Say,
) -> list[str]:
    """Write the picture of each asset that has one, and say where; returns why the others have none.

    Args:
        assets: tickers, in order.
        measured: measures one; raises `NothingUsable` where there is no candle.
        write: writes the picture of one.
        say: shows a line for each asset when it is done.
    """
    nothing = []
    for asset in assets:
        try:
            measurement = measured(asset)
        except NothingUsable as error:
            nothing.append(str(error).splitlines()[0])
            say(nothing[-1])
        else:
            say(str(write(measurement)))
    return nothing


@contextmanager
def shown(console: Console, total: int, echo: Say) -> Iterator[Say]:
    """What shows a line for each picture: above a bar on a terminal, by ``echo`` elsewhere."""
    if not console.is_terminal:
        yield echo
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=console) as bars:
        task = bars.add_task("pictures", total=total)

        def say(line: str) -> None:
            bars.console.print(Text(line), soft_wrap=True)  # no markup, and a path stays in one piece
            bars.advance(task)

        yield say
