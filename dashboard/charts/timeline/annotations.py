"""Annotations of the explorer's figure: titles, labels of lines and of the strip, and the illustration notice.

Each depends on the `FigureFrame`, and so on the kind of screen.
"""

from typing import Any

from dashboard.charts.timeline.layout import (
    DEVIATION_DOMAIN,
    INNER_HEIGHT,
    NAME_SHIFT,
    PRICE_DOMAIN,
    STRIP_DOMAIN,
    TITLE_FONT,
    TITLE_LINE,
    FigureFrame,
)
from dashboard.charts.timeline.prices import draws_band
from dashboard.charts.timeline.states import Lane
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import spread_labels
from dashboard.draw.price_unit import choose_price_unit
from dashboard.draw.scene import HOLLOW_DASH, EndLabel, Scene
from dashboard.draw.text_metrics import shorten_text, wrap_text

DASH_SAMPLES = {"": "", "solid": "\N{EM DASH} ", "dash": "- - ", "dashdot": "- · ", HOLLOW_DASH: "○ "}
"""The sample of a dash that precedes its label."""

ILLUSTRATION_TEXT = "Sample data: no conclusion can be drawn. Dashed: no figure of that exchange is published."

LABEL_LINE = 1.25
"""Height of a line of a label, relative to its font size."""

_TITLE_LIFT = 4
"""Pixels between a panel and its title."""

_NOTICE_LIFT = 3
"""Pixels between the first title and the notice above it."""


def _build_annotation(text: str, x: float, y: float, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - plotly properties
    """A left-aligned text at shares of the inner width and height."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "borderpad": 0,
        **properties,
    }


def build_titles(scene: Scene, price_title: str, frame: FigureFrame) -> list[dict[str, Any]]:
    """The title of each panel, above it."""
    texts = (
        (price_title, PRICE_DOMAIN[1]),
        (write_deviation_title(scene), DEVIATION_DOMAIN[1]),
        (f"<b>Exchanges with a price</b>, per {scene.measurement.question.timeframe.noun}", STRIP_DOMAIN[1]),
    )
    style = {"xshift": frame.title_shift, "yshift": _TITLE_LIFT, "yanchor": "bottom", "font": {"size": TITLE_FONT}}
    return [_build_annotation("<br>".join(_break_title(text, frame)), 0, y, **style) for text, y in texts]


def count_extra_lines(scene: Scene, price_title: str, frame: FigureFrame) -> int:
    """How many lines more than one the first title and the notice above it have."""
    notices = [ILLUSTRATION_TEXT] if scene.is_illustration else []
    return sum(len(_break_title(text, frame)) - 1 for text in (price_title, *notices))


def write_price_title(scene: Scene, prices: Scale) -> str:
    """What the panel of prices shows."""
    log = ", log scale" if prices.log else ""
    band = "; band: between the two middle prices of the others" if draws_band(scene) else ""
    return f"<b>Price of {scene.measurement.question.asset}</b> {choose_price_unit(scene).text}{log}{band}"


def _break_title(text: str, frame: FigureFrame) -> list[str]:
    return wrap_text(text, TITLE_FONT, frame.title_width)


def write_deviation_title(scene: Scene) -> str:
    """What the panel of deviations shows."""
    measurement = scene.measurement
    question, name = measurement.question, scene.catalogue.get_venue(measurement.focus).name
    reference_text = (
        "its estimated fair value"
        if question.underlying
        else f"the {question.parameters.reference.label} of the other exchanges"
    )
    return f"<b>{name}</b> against {reference_text}"


def build_end_labels(
    labels: list[EndLabel], scale: Scale, panel: tuple[float, float], frame: FigureFrame
) -> list[dict[str, Any]]:
    """Labels at the ends of the lines of a panel, spread so that none overlaps another."""
    low, high = ((1 - edge) * INNER_HEIGHT for edge in reversed(panel))
    targets = [low + (high - low) * (1 - min(max(scale.to_fraction(label.value), 0.0), 1.0)) for label in labels]
    names = [_break_name(label, frame) for label in labels]
    heights = [(LABEL_LINE * len(lines) + 0.1) * frame.font for lines in names]
    return [
        _build_annotation(
            f"<b>{'<br>'.join(lines)}</b>" if label.is_bold else "<br>".join(lines),
            1,
            1 - y / INNER_HEIGHT,
            xshift=NAME_SHIFT,
            font={"size": frame.font, "color": label.colour},
        )
        for label, lines, y in zip(labels, names, spread_labels(targets, heights, low - 8, high + 8), strict=True)
    ]


def _break_name(label: EndLabel, frame: FigureFrame) -> list[str]:
    lines = wrap_text(DASH_SAMPLES[label.dash] + label.text, frame.font, frame.name_width, bold=label.is_bold)
    return [shorten_text(line, frame.font, frame.name_width, bold=label.is_bold) for line in lines]


def build_lane_labels(scene: Scene, lanes: tuple[Lane, ...], frame: FigureFrame) -> list[dict[str, Any]]:
    """The label of each lane, right of the strip; one text in it where the focus venue has no market."""
    height = STRIP_DOMAIN[1] - STRIP_DOMAIN[0]
    missing_text = f"No price of {scene.catalogue.get_venue(scene.measurement.focus).name} in this data"
    return [
        _build_annotation(
            shorten_text(lane.label, frame.font, frame.name_width),
            1,
            STRIP_DOMAIN[0] + height * lane.middle / len(lanes),
            xshift=NAME_SHIFT,
            font={"size": frame.font, "color": lane.colour},
        )
        for lane in lanes
    ] or [_build_annotation(missing_text, 0, STRIP_DOMAIN[0] + height / 2, font={"color": scene.colours.muted})]


def build_illustration_notice(scene: Scene, price_title: str, frame: FigureFrame) -> list[dict[str, Any]]:
    """On the reconstruction: a line of text above the figure, and a watermark across both panels."""
    if not scene.is_illustration:
        return []
    watermark = {
        "xanchor": "center",
        "textangle": -14,
        "opacity": 0.12,
        "font": {"size": frame.watermark_font, "color": scene.colours.ink},
    }
    title_height = TITLE_LINE * len(_break_title(price_title, frame))
    return [
        _build_annotation("SAMPLE DATA", 0.5, 0.5 * sum(PRICE_DOMAIN), **watermark),
        _build_annotation("SAMPLE DATA", 0.5, 0.5 * sum(DEVIATION_DOMAIN), **watermark),
        _build_annotation(
            "<br>".join(_break_title(ILLUSTRATION_TEXT, frame)),
            0,
            1,
            xshift=frame.title_shift,
            yshift=_TITLE_LIFT + title_height + _NOTICE_LIFT,
            yanchor="bottom",
            font={"size": TITLE_FONT, "color": scene.colours.ink},
        ),
    ]
