"""The lines above the charts of the picture: what is drawn, and what its fills mean."""

import numpy as np

from dashboard.charts.timeline.deviations import has_shading
from dashboard.charts.timeline.prices import draws_band, fit_price_scale
from dashboard.draw.price_unit import choose_price_unit
from dashboard.draw.scene import Scene
from dashboard.text.sentences import describe_bar_closes
from deviation.side import Side
from deviation.wording import format_amount, format_threshold


def write_price_title(scene: Scene) -> str:
    """The line above the plot of prices; what stands before the colon is its subject."""
    question = scene.measurement.question
    rows = [*scene.other_rows, *([scene.focus] if scene.focus else [])]
    floor = f"${format_amount(question.parameters.min_vote)}"
    parts = [f"Price of {question.asset}: {choose_price_unit(scene).text}, {describe_bar_closes(question)}"]
    if fit_price_scale(scene).log:
        parts[0] += ", log scale"
    if any(row.state_counts.small_min for row in rows):
        parts.append(f"hollow: under {floor} traded")
    if draws_band(scene):
        parts.append("band: between the two middle prices of the others")
    if scene.is_illustration and scene.assumed_markets:
        parts.append("dashed: assumed")
    return "; ".join(parts)


def write_deviation_title(scene: Scene) -> str:
    """The line above the plot of deviations; what stands before the colon is its subject."""
    question, focus = scene.measurement.question, scene.focus
    name = scene.catalogue.get_venue(scene.measurement.focus).name if focus is None else scene.format_name(focus)
    others = (
        "its estimated fair value"
        if question.underlying is not None
        else f"the {question.parameters.reference.label} of the other exchanges"
    )
    parts = [f"{name}: against {others}"]
    if not np.isnan(scene.band[0]).all():
        parts.append("grey: range of the other exchanges (each against its own group)")
    has_light, has_dark = has_shading(scene)
    if has_light:
        parts.append(f"shaded: more than {format_threshold(question.parameters.enter)} {_describe_sides(scene)}")
    if has_dark:
        parts.append(f"dark: for the entire {question.timeframe.noun}")
    if focus is not None and any(series.thin.any() for series in focus.series.values()):
        parts.append("hollow: only one or two other exchanges")
    return "; ".join(parts)


def _describe_sides(scene: Scene) -> str:
    """The side on which the shaded minutes lie, "off" for both."""
    if scene.focus is None:
        return "off"
    sides = [side for side in Side if scene.focus.own_summary.get_side(side).minutes]
    return str(sides[0]) if len(sides) == 1 else "off"
