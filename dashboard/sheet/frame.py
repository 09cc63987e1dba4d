"""What stands around every printed picture: its lines of text above, its provenance below, a stamp across it."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.draw.text_metrics import fit_text, join_items, measure_text_width, shorten_text
from dashboard.draw.theme import Palette
from dashboard.sheet.canvas import Sheet
from dashboard.sheet.sizes import SHAPES, SheetShape, SheetSize
from dashboard.text.sentences import ORIGIN_LABELS, format_market_name, write_choices
from data.catalogue import Catalogue
from data.schema import Origin
from deviation.report.wording import format_minutes
from deviation.result import Measurement

HEADER_TOP = 30.0
"""Where the first line begins."""

FOOTER_SIZES = (13, 12.5, 12)
FOOTER_LINE_HEIGHT = 18
"""Font sizes and height of a line at the bottom."""

WATERMARK = "ILLUSTRATION, NOT A MEASUREMENT"


@dataclass(frozen=True, slots=True)
class HeaderText:
    """A text at the top, in the largest of its ``sizes`` that needs the fewest lines; an empty one takes no room."""

    text: str
    sizes: Sequence[float]
    colour: str
    is_bold: bool = False


def draw_header(sheet: Sheet, texts: Sequence[HeaderText], shape: SheetShape) -> float:
    """Headline and what stands under it; returns where the rest may begin."""
    y = HEADER_TOP
    for header_text in texts:
        if not header_text.text:
            continue
        size, lines = fit_text(
            header_text.text, header_text.sizes, shape.inner_width, shape.max_header_lines, bold=header_text.is_bold
        )
        for line in lines:
            y += 0.62 * size
            sheet.write_text(line, shape.margin, y, size=size, colour=header_text.colour, bold=header_text.is_bold)
            y += 0.62 * size
        y += 7
    return y + 16


def draw_footer(
    sheet: Sheet, measurements: Sequence[Measurement], catalogue: Catalogue, colours: Palette, shape: SheetShape
) -> float:
    """Where candles came from and every choice, up from the bottom; returns where the rest must end."""
    # A sheet too narrow for one line gets two; what is broken needs a little more room than what is not.
    max_width = shape.inner_width * (1 if shape.width >= SHAPES[SheetSize.WIDE].width else 1.9)
    lines: list[tuple[float, str]] = []
    for text in write_footer(measurements, catalogue, FOOTER_SIZES[0], max_width):
        size, wrapped = fit_text(text, FOOTER_SIZES, shape.inner_width, shape.max_header_lines)
        lines += [(size, line) for line in wrapped]
    top = shape.height - 38 - FOOTER_LINE_HEIGHT * (len(lines) - 1)
    for number, (size, line) in enumerate(lines):
        sheet.write_text(line, shape.margin, top + FOOTER_LINE_HEIGHT * number, size=size, colour=colours.muted)
    sheet.draw_line((shape.margin, top - 15), (shape.right, top - 15), colours.rule)
    return top - 24


def draw_watermark(sheet: Sheet, colours: Palette, shape: SheetShape) -> None:
    """Across everything, so that no part of the picture can be shown without it."""
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
    measurements: Sequence[Measurement], catalogue: Catalogue, size: float, room: float
) -> tuple[str, str]:
    """Two lines: where candles came from and which are missing, by name; then every choice behind the numbers.

    Of several assets, which share the choices, what is missing is named with its asset.
    """
    return _write_sources(measurements, catalogue, size, room), write_choices(*measurements)


def _write_sources(measurements: Sequence[Measurement], catalogue: Catalogue, size: float, room: float) -> str:
    """The first line, cut to its room by naming fewer markets and saying how many more there are."""
    origins = sorted(
        {Origin(name) for measurement in measurements for names in measurement.origins.values() for name in names}
    )
    venue_count = len({row.market.venue for measurement in measurements for row in measurement.rows})
    origins_text = " and ".join(ORIGIN_LABELS[origin] for origin in origins)
    text = f"Candles of {venue_count} {'venue' if venue_count == 1 else 'venues'} from {origins_text}."
    asset_prefixes = {
        id(measurement): f"{measurement.question.asset} " if len(measurements) > 1 else ""
        for measurement in measurements
    }
    missing = sorted(
        (
            -missing_min,
            f"{asset_prefixes[id(measurement)]}{format_market_name(row, measurement, catalogue)} {format_minutes(missing_min)}",
        )
        for measurement in measurements
        for row in measurement.rows
        if (missing_min := row.state_counts.missing_min)
    )
    gaps = {
        "Minutes missing": [name for _, name in missing],
        "Asked but without a candle": list(
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
    if not any(gaps.values()):
        return f"{text} No {measurements[0].question.timeframe.noun} is missing."
    for label, names in gaps.items():
        if names:
            text = _append_names(f"{text} {label}: ", names, size, room)
    return shorten_text(text, size, room)


def _append_names(prefix: str, names: list[str], size: float, room: float) -> str:
    """A sentence that ends in as many of the names as fit."""
    return f"{prefix}{join_items(names, lambda items: measure_text_width(f'{prefix}{items}.', size) <= room)}."
