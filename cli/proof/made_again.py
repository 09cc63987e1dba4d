"""Makes a file again from what its manifest says, to compare it with, or to look at."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from analysis.questions import measure_question
from cli.picture_set import PictureStyle, draw_picture
from dashboard.draw.scene import Scene
from dashboard.exports.case.views import CASE_VIEWS
from dashboard.exports.kinds import ExportKind
from dashboard.exports.metadata.tabular import add_choices
from dashboard.exports.routes import build_export
from dashboard.service.measurements import Measurements
from dashboard.sheet.imprint import Imprint
from dashboard.sheet.renderer import FileFormat, Renderer
from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import Theme
from data.catalogue import Catalogue
from data.errors import ManifestDamaged, UsageError
from data.files.export import encode_rows
from data.reader import CandleReader
from data.reconstruction.candles import list_assumed_markets
from data.store import CandleStore
from data.text.quoting import quote_input
from deviation.report.frame import build_deviation_frame
from evidence.proof.manifest import describe_damage, read_questions


def rebuild_rows(manifest: Mapping[str, Any], source: CandleReader, catalogue: Catalogue) -> bytes | None:
    """The rows of a table as they would be written now, as a CSV.

    Returns:
        None where they cannot be made: files have no page's tables.

    Raises:
        ManifestDamaged: there is no such table.
        NoUsableCandles: there is no candle to measure.
        StoreUnusable: the store cannot be read.
    """
    if isinstance(manifest.get("link"), str):
        if not isinstance(source, CandleStore):
            return None
        return _build_linked_file(manifest, source, catalogue, "csv")
    kind = manifest.get("kind")
    if kind not in {ExportKind.CANDLES, ExportKind.DEVIATION, *CASE_VIEWS}:
        message = f"there is no table {quote_input(manifest.get('kind'))}"
        raise ManifestDamaged(message)
    question = read_questions(manifest, catalogue)[0]
    if kind == ExportKind.CANDLES:
        span = question.start, question.end
        rows = source.read_candles([question.asset], *span, origin=question.origin, timeframe=question.timeframe)
        return encode_rows(rows, "csv")
    measurement = measure_question(source, question)
    if kind == ExportKind.DEVIATION:
        rows = build_deviation_frame(measurement)
    else:
        assumed = list_assumed_markets(question.origin)
        rows = CASE_VIEWS[ExportKind(kind)].build_rows(Scene(measurement, catalogue, assumed_markets=assumed))
    return encode_rows(add_choices(rows, measurement), "csv")


def redraw_picture(
    manifest: Mapping[str, Any],
    source: CandleReader,
    catalogue: Catalogue,
    file_format: FileFormat,
    drawn_on: date,
) -> bytes:
    """The picture of a manifest, drawn from the candles of now.

    Raises:
        UsageError: the picture is of a page, and ``source`` is not a store.
        ManifestDamaged: there is no such picture.
        NoUsableCandles: there is no candle to show.
        StoreUnusable: the store cannot be read.
        BrowserMissing, BrowserFailed: there is no browser, or it failed.
    """
    if isinstance(manifest.get("link"), str):
        if not isinstance(source, CandleStore):
            message = "a picture of a page is drawn again from a store, without --input"
            raise UsageError(message)
        return _build_linked_file(manifest, source, catalogue, file_format.value, drawn_on)
    if manifest.get("kind") != ExportKind.COMPARISON:
        message = f"there is no picture {quote_input(manifest.get('kind'))}"
        raise ManifestDamaged(message)
    try:
        size, theme = SheetSize(manifest["size"]), Theme(manifest["theme"])
    except (KeyError, ValueError) as error:
        raise describe_damage(error) from error
    measurement = measure_question(source, read_questions(manifest, catalogue)[0])
    style = PictureStyle(size, theme, file_format, Imprint(drawn_on=drawn_on))
    first_seen = manifest.get("as_first_seen") is True
    with Renderer() as renderer:
        return draw_picture(measurement, catalogue, renderer, style, source, first_seen=first_seen)


def _build_linked_file(
    manifest: Mapping[str, Any],
    store: CandleStore,
    catalogue: Catalogue,
    file_format: str,
    drawn_on: date | None = None,
) -> bytes:
    """The file of a page's link, of the kind of candles that it was made from."""
    query = dict(parse_qsl(str(manifest["link"])))
    names = ("origin", "size", "theme") if drawn_on else ("origin",)
    query |= {name: str(manifest[name]) for name in names if name in manifest}
    measurements = Measurements(store, catalogue)
    try:
        with Renderer() as renderer:
            kind = str(manifest.get("kind"))
            return build_export(measurements, renderer, kind, file_format, query, drawn_on=drawn_on).content
    except UsageError as error:
        raise describe_damage(error) from error
