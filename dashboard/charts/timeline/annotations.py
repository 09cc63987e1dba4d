"""Annotations of the explorer's figure: titles, labels of lines and of the strip, and the illustration notice."""

from typing import Any

from dashboard.charts.timeline.layout import (
    DEVIATION_DOMAIN,
    FIGURE_MARGIN,
    INNER_HEIGHT,
    PRICE_DOMAIN,
    STRIP_DOMAIN,
)
from dashboard.charts.timeline.prices import draws_band
from dashboard.charts.timeline.states import Lane
from dashboard.draw.axis import Scale
from dashboard.draw.label_layout import spread_labels
from dashboard.draw.price_unit import choose_price_unit
from dashboard.draw.scene import HOLLOW_DASH, EndLabel, Scene

SMALL_FONT = 12
"""Font size of the labels."""

DASH_SAMPLES = {"": "", "solid": "\N{EM DASH} ", "dash": "- - ", "dashdot": "- · ", HOLLOW_DASH: "○ "}
"""The sample of a dash that precedes its label."""

_LONG_NAME_LENGTH = 16
"""Length in characters above which a label at a line's end takes two lines."""


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


def build_titles(scene: Scene, prices: Scale) -> list[dict[str, Any]]:
    """The title of each panel, above it."""
    question = scene.measurement.question
    log = ", log scale" if prices.log else ""
    band = "; band: between the two middle prices of the others" if draws_band(scene) else ""
    texts = (
        (f"<b>Price of {question.asset}</b> {choose_price_unit(scene).text}{log}{band}", PRICE_DOMAIN[1]),
        (write_deviation_title(scene), DEVIATION_DOMAIN[1]),
        (f"<b>Exchanges with a price</b>, per {question.timeframe.noun}", STRIP_DOMAIN[1]),
    )
    style = {"xshift": 8 - FIGURE_MARGIN["l"], "yshift": 13, "font": {"size": 13}}
    return [_build_annotation(text, 0, y, **style) for text, y in texts]


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


def build_end_labels(labels: list[EndLabel], scale: Scale, panel: tuple[float, float]) -> list[dict[str, Any]]:
    """Labels at the ends of the lines of a panel, spread so that none overlaps another."""
    low, high = ((1 - edge) * INNER_HEIGHT for edge in reversed(panel))
    targets = [low + (high - low) * (1 - min(max(scale.to_fraction(label.value), 0.0), 1.0)) for label in labels]
    heights = [2.5 * SMALL_FONT if len(label.text) > _LONG_NAME_LENGTH else 1.35 * SMALL_FONT for label in labels]
    return [
        _build_annotation(
            f"<b>{_break_name(label.text)}</b>"
            if label.is_bold
            else DASH_SAMPLES[label.dash] + _break_name(label.text),
            1,
            1 - y / INNER_HEIGHT,
            xshift=8,
            font={"size": SMALL_FONT, "color": label.colour},
        )
        for label, y in zip(labels, spread_labels(targets, heights, low - 8, high + 8), strict=True)
    ]


def _break_name(text: str) -> str:
    if len(text) <= _LONG_NAME_LENGTH:
        return text
    head, _, tail = text.rpartition(" ")
    return f"{head}<br>{tail}" if head else text


def build_lane_labels(scene: Scene, lanes: tuple[Lane, ...]) -> list[dict[str, Any]]:
    """The label of each lane, right of the strip; one text in it where the focus venue has no market."""
    height = STRIP_DOMAIN[1] - STRIP_DOMAIN[0]
    missing_text = f"No price of {scene.catalogue.get_venue(scene.measurement.focus).name} in this data"
    return [
        _build_annotation(
            lane.label,
            1,
            STRIP_DOMAIN[0] + height * lane.middle / len(lanes),
            xshift=8,
            font={"size": SMALL_FONT, "color": lane.colour},
        )
        for lane in lanes
    ] or [_build_annotation(missing_text, 0, STRIP_DOMAIN[0] + height / 2, font={"color": scene.colours.muted})]


def build_illustration_notice(scene: Scene) -> list[dict[str, Any]]:
    """On the reconstruction: a line of text above the figure, and a watermark across both panels."""
    if not scene.is_illustration:
        return []
    watermark = {
        "xanchor": "center",
        "textangle": -14,
        "opacity": 0.12,
        "font": {"size": 40, "color": scene.colours.ink},
    }
    text = "Sample data: no conclusion can be drawn. Dashed: no figure of that exchange is published."
    return [
        _build_annotation("SAMPLE DATA", 0.5, 0.5 * sum(PRICE_DOMAIN), **watermark),
        _build_annotation("SAMPLE DATA", 0.5, 0.5 * sum(DEVIATION_DOMAIN), **watermark),
        _build_annotation(
            text, 0, 1, xshift=8 - FIGURE_MARGIN["l"], yshift=33, font={"size": 13, "color": scene.colours.ink}
        ),
    ]
