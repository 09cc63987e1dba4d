"""The frame of every sheet: header above, footer with sources and parameters below, watermark across."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.draw.text_metrics import fit_text, join_items, measure_text_width, shorten_text
from dashboard.draw.theme import Palette
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.imprint import NO_IMPRINT, Imprint
from dashboard.sheet.sizes import SHAPES, SheetShape, SheetSize
from dashboard.text.sentences import format_market_name, write_method_line, write_source_line
from data.catalogue import Catalogue
from deviation.measurement import Measurement
from deviation.wording import format_minutes

HEADER_TOP = 30.0
"""Height in pixels at which the first line begins."""

FOOTER_SIZES = (13, 12.5, 12)
FOOTER_LINE_HEIGHT = 18
"""Font sizes, and height of a line, of the footer."""

TWO_LINES = 1.9
"""What two lines hold, in lines: a broken text fills its lines less."""

WATERMARK = "SAMPLE DATA, NOT A MEASUREMENT"


@dataclass(frozen=True, slots=True)
class HeaderText:
    """A text of the header, set in the fewest lines that any of its font ``sizes`` allows; an empty one is left out.

    ``more_lines`` is how many it may have above those of the shape.
    """

    text: str
    sizes: Sequence[float]
    colour: str
    is_bold: bool = False
    more_lines: int = 0


def draw_header(sheet: Sheet, texts: Sequence[HeaderText], shape: SheetShape) -> float:
    """Draw the texts of the header; returns the height at which the rest may begin."""
    y = HEADER_TOP
    for header_text in texts:
        if not header_text.text:
            continue
        size, lines = fit_text(
            header_text.text,
            header_text.sizes,
            shape.inner_width,
            shape.max_header_lines + header_text.more_lines,
            bold=header_text.is_bold,
        )
        for line in lines:
            y += 0.62 * size
            sheet.write_text(line, shape.margin, y, size=size, colour=header_text.colour, bold=header_text.is_bold)
            y += 0.62 * size
        y += 5
    return y + 12


def draw_footer(
    sheet: Sheet,
    measurements: Sequence[Measurement],
    catalogue: Catalogue,
    colours: Palette,
    shape: SheetShape,
    imprint: Imprint = NO_IMPRINT,
) -> float:
    """Draw sources and parameters at the bottom; returns the height at which the rest must end."""
    # A narrow sheet has two lines, a wide one takes a second where one would cut the text.
    widths = [shape.inner_width] if shape.width >= SHAPES[SheetSize.WIDE].width else []
    widths.append(TWO_LINES * shape.inner_width)
    texts = write_footer(measurements, catalogue, FOOTER_SIZES[0], widths, imprint)
    return draw_footer_texts(sheet, texts, colours, shape)


def draw_footer_texts(sheet: Sheet, texts: Sequence[str], colours: Palette, shape: SheetShape) -> float:
    """Draw the texts of a footer below a rule; returns the height at which the rest must end."""
    lines: list[tuple[float, str]] = []
    for text in texts:
        size, wrapped = fit_text(text, FOOTER_SIZES, shape.inner_width, shape.max_header_lines)
        lines += [(size, line) for line in wrapped]
    top = shape.height - 38 - FOOTER_LINE_HEIGHT * (len(lines) - 1)
    for number, (size, line) in enumerate(lines):
        sheet.write_text(line, shape.margin, top + FOOTER_LINE_HEIGHT * number, size=size, colour=colours.muted)
    sheet.draw_line((shape.margin, top - 15), (shape.right, top - 15), colours.rule)
    return top - 24


def draw_watermark(sheet: Sheet, colours: Palette, shape: SheetShape) -> None:
    """Write the watermark across the whole sheet, so that no part of it can be shown without it."""
    sheet.annotations.append(
        {
            "text": WATERMARK,
            "x": 0.5,
            "y": 0.5,
            "xref": "paper",
            "yref": "paper",
            "showarrow": False,
            "textangle": -25 if shape.width > shape.height else -45,
            "opacity": 0.13,
            "font": {"size": 76 * shape.width / SHAPES[SheetSize.WIDE].width, "color": colours.ink},
        }
    )


def write_footer(
    measurements: Sequence[Measurement],
    catalogue: Catalogue,
    size: float,
    widths: Sequence[float],
    imprint: Imprint = NO_IMPRINT,
) -> tuple[str, str]:
    """Two texts: the source line with the markets that lack minutes, then every parameter of the measurements.

    Measurements of several assets share their parameters; markets are then named with their asset. ``size`` is the font
    size at which the first text fits into the first of ``widths`` that is wide enough, and is cut at the last.
    """
    for width in widths:
        sources = _write_sources(measurements, catalogue, size, width, imprint)
        if measure_text_width(sources, size) <= width:
            break
    return shorten_text(sources, size, widths[-1]), write_method_line(*measurements)


def _write_sources(
    measurements: Sequence[Measurement], catalogue: Catalogue, size: float, max_width: float, imprint: Imprint
) -> str:
    """Sources and missing minutes; names that would make it longer than ``max_width`` are replaced by their number."""
    text = f"{write_source_line(measurements, imprint.parts)}."
    asset_prefixes = {
        id(measurement): f"{measurement.question.asset} " if len(measurements) > 1 else ""
        for measurement in measurements
    }
    missing = sorted(
        (
            -missing_min,
            asset_prefixes[id(measurement)]
            + f"{format_market_name(row, measurement, catalogue)} {format_minutes(missing_min)}",
        )
        for measurement in measurements
        for row in measurement.rows
        if (missing_min := row.state_counts.missing_min)
    )
    gaps = {
        "Minutes missing": [name for _, name in missing],
        "Chosen but without a price": list(
            dict.fromkeys(
                f"{asset_prefixes[id(measurement)]}{name}"
                for measurement in measurements
                for name in measurement.absent
            )
        ),
        "Left out": [
            f"{catalogue.get_venue(excluded.venue).name} {excluded.symbol}"
            for measurement in measurements
            for excluded in measurement.left_out
        ],
    }
    for label, names in gaps.items():
        if names:
            text = _append_names(f"{text} {label}: ", names, size, max_width)
    return text


def _append_names(prefix: str, names: list[str], size: float, max_width: float) -> str:
    """The prefix and as many of the names as fit, as a sentence."""
    return f"{prefix}{join_items(names, lambda items: measure_text_width(f'{prefix}{items}.', size) <= max_width)}."
