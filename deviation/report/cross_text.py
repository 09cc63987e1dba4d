"""What all exchanges of a group share against those of another group, in sentences (docs/method.md, section 9)."""

from deviation.cross import CrossComparison
from deviation.measurement import Measurement
from deviation.question import Group
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_percent, format_percent_range


def write_cross(
    measurement: Measurement, group: Group, reference: Group, row: MarketRow | None = None
) -> tuple[str, ...]:
    """A sentence for each side on which an exchange of the group reaches `enter` against the reference group.

    The figure of ``row`` is added where it is the least or the most.
    """
    comparison = measurement.cross[group][reference]
    return tuple(
        _describe_side(measurement, group, reference, side, comparison, row)
        for side in Side
        if comparison.sides[side].reaching
    )


def _describe_side(
    measurement: Measurement,
    group: Group,
    reference: Group,
    side: Side,
    comparison: CrossComparison,
    row: MarketRow | None,
) -> str:
    numbers, question = comparison.sides[side], measurement.question
    count = len(comparison.rows)
    sizes = [other.summaries[reference].get_side(side).size for other in comparison.rows]
    reaching = [size for size in sizes if question.parameters.reaches_enter(size)]
    extent = format_percent_range(min(reaching), max(reaching))
    moment = "lowest" if side is Side.BELOW else "highest"
    others = f"{reference.upper()} exchanges"
    if count == 1:
        name = question.rules.name_of(comparison.rows[0].market.venue)
        return f"{name}, the one {group.upper()} exchange compared, traded {extent} {side} {others} at its {moment}."
    who = f"All {count}" if numbers.reaching == count else f"{numbers.reaching} of {count}"
    own_text = ""
    if row is not None and (row is numbers.least or row is numbers.most):
        own_size = format_percent(row.summaries[reference].get_side(side).size)
        own_text = f" ({question.rules.name_of(row.market.venue)} {own_size})"
    return f"{who} {group.upper()} exchanges traded {extent} {side} {others} at their {moment}{own_text}."
