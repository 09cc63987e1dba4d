"""What stands beside the lines of the page's figure: titles, names at line ends, thresholds, the notice."""

from typing import Any

from dashboard.deviations import HOLLOW
from dashboard.labels import spread
from dashboard.scales import Scale
from dashboard.scene import EndLabel, Scene
from dashboard.strips import LANES, Lane
from deviation.headline import ILLUSTRATION

HEIGHT = 760
"""Height of the figure in pixels; its width is the page's."""

MARGIN = {"l": 68, "r": 138, "t": 46, "b": 52, "pad": 0, "autoexpand": False}
"""Pixels around the panels: numbers left, names at line ends right, the title of prices above, the clock below."""

INNER = HEIGHT - MARGIN["t"] - MARGIN["b"]

PRICES, DEVIATIONS, STRIP = (0.585, 1.0), (0.155, 0.525), (0.0, 0.095)
"""Where the panels stand, as shares of the inner height, from below."""

SMALL = 12


def _text(text: str, x: float, y: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - properties of an annotation
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
        **more,
    }


def titles(scene: Scene, prices: Scale) -> list[dict[str, Any]]:
    """What each panel shows, above it."""
    question = scene.measurement.question
    name = scene.catalogue.venue(question.focus).name
    against = "fair value" if question.underlying else f"the {question.parameters.reference.words} of the others"
    quote = "as printed" if question.parameters.quote == "as-is" else "in dollars"
    log = ", log scale" if prices.log else ""
    texts = (
        (f"<b>Price of {question.asset}</b> {quote}{log}", PRICES[1]),
        (f"<b>{name}</b> against {against}", DEVIATIONS[1]),
        (f"<b>Votes and {question.timeframe.one}s</b>", STRIP[1]),
    )
    style = {"xshift": 8 - MARGIN["l"], "yshift": 13, "font": {"size": 13}}
    return [_text(text, 0, y, **style) for text, y in texts]


def ends(labels: list[EndLabel], scale: Scale, panel: tuple[float, float]) -> list[dict[str, Any]]:
    """Names at the ends of the lines, never on each other."""
    low, high = ((1 - edge) * INNER for edge in reversed(panel))
    wanted = [low + (high - low) * (1 - min(max(scale.share(label.value), 0.0), 1.0)) for label in labels]
    heights = [2.5 * SMALL if len(label.text) > _LONG else 1.35 * SMALL for label in labels]
    return [
        _text(
            f"<b>{_broken(label.text)}</b>" if label.bold else SAMPLES[label.dash] + _broken(label.text),
            1,
            1 - y / INNER,
            xshift=8,
            font={"size": SMALL, "color": label.colour},
        )
        for label, y in zip(labels, spread(wanted, heights, low - 8, high + 8), strict=True)
    ]


SAMPLES = {"": "", "solid": "\N{EM DASH} ", "dash": "- - ", HOLLOW: "○ "}
"""What stands for a dash before its label."""

_LONG = 16
"""Letters from which a name at a line's end takes two lines."""


def _broken(text: str) -> str:
    if len(text) <= _LONG:
        return text
    head, _, tail = text.rpartition(" ")
    return f"{head}<br>{tail}" if head else text


def lane_names(scene: Scene, lanes: tuple[Lane, ...]) -> list[dict[str, Any]]:
    """What each row of the strip is, right of it."""
    height = STRIP[1] - STRIP[0]
    return [
        _text(
            lane.label,
            1,
            STRIP[0] + height * lane.middle / LANES,
            xshift=8,
            font={"size": SMALL, "color": lane.colour},
        )
        for lane in lanes
    ] or [_text("no candle of the focus venue", 0, STRIP[0] + height / 2, font={"color": scene.colours.muted})]


def levels(scene: Scene) -> list[dict[str, Any]]:
    """Zero and the threshold on either side of it."""
    enter = 100 * scene.measurement.question.parameters.enter
    return [
        {
            "type": "line",
            "xref": "x2 domain",
            "yref": "y2",
            "x0": 0,
            "x1": 1,
            "y0": value,
            "y1": value,
            "layer": "below",
            "line": {"color": scene.colours.rule, "width": 1, "dash": dash},
        }
        for value, dash in ((-enter, "dot"), (0.0, "solid"), (enter, "dot"))
    ]


def notice(scene: Scene) -> list[dict[str, Any]]:
    """What the reconstruction is, in words and across the panels."""
    if not scene.illustration:
        return []
    watermark = {
        "xanchor": "center",
        "textangle": -14,
        "opacity": 0.12,
        "font": {"size": 40, "color": scene.colours.ink},
    }
    words = f"{ILLUSTRATION}. Dashed: no figure of that venue is published."
    return [
        _text("ILLUSTRATION", 0.5, 0.5 * sum(PRICES), **watermark),
        _text("ILLUSTRATION", 0.5, 0.5 * sum(DEVIATIONS), **watermark),
        _text(words, 0, 1, xshift=8 - MARGIN["l"], yshift=33, font={"size": 13, "color": scene.colours.ink}),
    ]
