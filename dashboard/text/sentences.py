"""Sentences on a measurement: title, method, baseline, source, notes and unranked markets."""

from collections.abc import Sequence

from dashboard.text.clock import Zone, format_day
from dashboard.text.numbers import format_count, format_exchanges
from data.catalogue import Catalogue, Note
from data.schema import Origin, Timeframe
from data.version import VERSION
from deviation.measurement import Measurement
from deviation.question import LAG_S, Group, Question
from deviation.report.headline import write_headline
from deviation.result import MarketRow
from deviation.side import Side
from deviation.wording import format_amount, format_percent, format_threshold, join_names

ORIGIN_LABELS = {
    Origin.ARCHIVE: "public archives",
    Origin.OHLCV: "exchanges' own interfaces",
    Origin.TRADES: "built from single trades",
    Origin.IMPORTED: "imported files",
    Origin.RECONSTRUCTION: "sample made from published figures",
}
"""Display names of origins."""

BAR_LENGTHS = {Timeframe.S1: "1-second", Timeframe.M1: "1-minute", Timeframe.M5: "5-minute"}
"""The length of bars in a line of sources."""

NOTE_MARK_ORDER = {"C": 0, "D": 1, "S": 2}
"""Order of preference: confirmed by several sources, derived, single source."""

MAX_NOTES = 3
"""Time marks on a picture."""


def write_title(measurement: Measurement, zone: Zone = Zone.UTC) -> tuple[str, str]:
    """The headline: its first sentence without the full stop, and the others."""
    first, *others = write_headline(measurement, zone.tzinfo)
    return first.removesuffix("."), " ".join(others)


def write_measured(measurement: Measurement) -> str:
    """One sentence on what is measured, and one on what was normal before."""
    question = measurement.question
    if question.underlying is not None:
        what = f"compared with {question.underlying} on the other exchanges x the ratio before the event"
    else:
        what = f"compared with {_describe_reference(question)}"
    return f"{_describe_closes(question)} {what}. {write_baseline(measurement)}"


def describe_lag(timeframe: Timeframe) -> str:
    """The time beside a bar that counts as a lag.

    >>> describe_lag(Timeframe.M5), describe_lag(Timeframe.S1)
    ('the five-minute bar before and after', '5 seconds either side')
    """
    return f"{LAG_S} seconds either side" if timeframe is Timeframe.S1 else f"the {timeframe.noun} before and after"


def write_compared(measurements: Sequence[Measurement]) -> str:
    """One sentence on what is measured on several assets, with the window they share."""
    question = measurements[0].question
    has_fair_value = any(measurement.question.underlying is not None for measurement in measurements)
    wrapped_note = "; wrapped assets with their estimated fair value" if has_fair_value else ""
    what = f"compared with {_describe_reference(question)}{wrapped_note}"
    return f"{_describe_closes(question)} {what}. {format_window(measurements[0])}."


def _describe_closes(question: Question) -> str:
    return f"{describe_bar_closes(question).capitalize()}"


def _describe_reference(question: Question) -> str:
    return f"the {question.parameters.reference.label} of the other exchanges quoting in the same currency"


def describe_bar_closes(question: Question) -> str:
    """What is compared: the closing prices of the question's bars.

    >>> from data.catalogue import load_catalogue
    >>> from datetime import UTC, datetime
    >>> from analysis.questions import build_question
    >>> day = datetime(2025, 10, 10, tzinfo=UTC), datetime(2025, 10, 11, tzinfo=UTC)
    >>> describe_bar_closes(build_question(load_catalogue(), "ATOM", *day, timeframe=Timeframe.M5))
    'five-minute closing prices'
    """
    return f"{question.timeframe.adjective} closing prices"


def write_baseline(measurement: Measurement) -> str:
    """What was normal in the span of the baseline, against each group that can be compared."""
    question, row = measurement.question, measurement.focus_row
    if row is None:
        return "There is nothing to compare."
    start, end = question.baseline_span
    span = (
        f"{format_day(start.date())} {start:%H:%M} to "
        f"{'' if start.date() == end.date() else f'{format_day(end.date())} '}{end:%H:%M} UTC"
    )
    period = "the 24 hours before" if question.calm_span is None else f"the calm period before ({span})"
    name = question.rules.name_of(row.market.venue)
    findings = [
        f"{format_percent(summary.baseline.largest_size)} from "
        f"{'its estimated fair value by ' if question.underlying else 'other ' if group == row.market.group else ''}"
        f"{format_exchanges(group)}"
        for group, summary in row.summaries.items()
        if summary.baseline.largest_size is not None
    ]
    if not findings:
        return f"In {period}, no {question.timeframe.noun} had prices from three other exchanges."
    return f"In {period}, {name} was never more than {join_names(findings)}."


def format_market_name(row: MarketRow, measurement: Measurement, catalogue: Catalogue) -> str:
    """The venue, with the symbol where it has several markets."""
    name = catalogue.get_venue(row.market.venue).name
    return name if len(measurement.select_rows(row.market.venue)) == 1 else f"{name} {row.market.symbol}"


def write_method_line(measurement: Measurement, *other_measurements: Measurement) -> str:
    """Reference, threshold, least volume, window, and the limit of such prices; for the foot of a picture.

    ``other_measurements`` have the same parameters; they may have another window.
    """
    question, parameters = measurement.question, measurement.question.parameters
    bars_text = "" if question.timeframe is Timeframe.M1 else f"Bars of {question.timeframe}. "
    other_windows = "".join(
        f" and {other_window}"
        for other_window in dict.fromkeys(map(format_window, other_measurements))
        if other_window != format_window(measurement)
    )
    return (
        f"{bars_text}Method: deviation from the {parameters.reference.label} of the other exchanges; threshold "
        f"{format_threshold(parameters.enter)}; minutes under ${format_amount(parameters.min_vote)} of volume do not "
        f"count. Window: {format_window(measurement)}{other_windows}. "
        f"{question.timeframe.adjective.capitalize()} prices cannot show the cause."
    )


def write_source_line(
    measurements: Sequence[Measurement], details: Sequence[str] = (), *, with_origins: bool = True
) -> str:
    """Where the prices are from, ``with_origins`` by what way, what made the picture, and further details of it.

    >>> write_source_line([]).startswith("Source: no prices; analysis: Plumbline ")
    True
    """
    venues = {row.market.venue for measurement in measurements for row in measurement.rows}
    origins = {name for measurement in measurements for names in measurement.origins.values() for name in names}
    labels = join_names(sorted({ORIGIN_LABELS[Origin(name)] for name in origins})) if origins else ""
    timeframe = measurements[0].question.timeframe if measurements else Timeframe.M1
    way = f" ({labels})" if with_origins else ""
    prices = (
        f"{BAR_LENGTHS[timeframe]} prices of {format_count(len(venues), 'exchange')}{way}" if venues else "no prices"
    )
    return ", ".join([f"Source: {prices}; analysis: Plumbline {VERSION}", *details])


def format_window(measurement: Measurement) -> str:
    """The window with its days, in UTC."""
    start, end = measurement.question.start, measurement.question.end
    start_text = f"{format_day(start.date())} {start.year} {start:%H:%M}"
    same_day = start.date() == end.date()
    return f"{start_text} to {'' if same_day else f'{format_day(end.date())} '}{end:%H:%M} UTC"


def select_notes(measurement: Measurement, catalogue: Catalogue, min_distance_min: float) -> list[Note]:
    """At most three notes of the event within the window, in the order of time.

    Those that name the asset come first, then those of better evidence, then those nearest to the focus venue's
    extreme (without one: to the start). Notes on other assets only are left out, and so is one that stands closer than
    ``min_distance_min`` minutes to a better one.
    """
    question = measurement.question
    notes_in_window = list_window_notes(measurement, catalogue)
    row = measurement.focus_row
    extreme_position = None if row is None else _find_extreme(row)
    centre_time = measurement.time_at(extreme_position) or question.start
    chosen: list[Note] = []
    for note in sorted(
        notes_in_window,
        key=lambda note: (
            question.asset not in _find_assets(note, catalogue),
            NOTE_MARK_ORDER[note.mark],
            abs(note.at - centre_time),
        ),
    ):
        is_close = any(
            abs((note.at - chosen_note.at).total_seconds()) < 60 * min_distance_min for chosen_note in chosen
        )
        if len(chosen) < MAX_NOTES and not is_close:
            chosen.append(note)
    return sorted(chosen, key=lambda note: note.at)


def _find_extreme(row: MarketRow) -> int | None:
    """The position of the largest deviation, without one of the lowest trade."""
    at = row.own_summary.get_side(row.own_summary.larger_side).at
    return row.low.at if at is None and row.low is not None else at


def list_window_notes(measurement: Measurement, catalogue: Catalogue) -> list[Note]:
    """The notes of the event within the window, in the order of time; those on other assets alone are left out."""
    question = measurement.question
    if question.event not in catalogue.events:
        return []
    return sorted(
        (
            note
            for note in catalogue.get_event(question.event).notes
            if question.start <= note.at < question.end and not _is_on_other_assets(note, question.asset, catalogue)
        ),
        key=lambda note: note.at,
    )


def _find_assets(note: Note, catalogue: Catalogue) -> set[str]:
    words = {word.strip(".,:;()").upper() for word in note.text.split()}
    return {asset.ticker for asset in catalogue.assets.values() if not asset.fx_leg and asset.ticker in words}


def _is_on_other_assets(note: Note, asset: str, catalogue: Catalogue) -> bool:
    named_assets = _find_assets(note, catalogue)
    return bool(named_assets) and asset not in named_assets


def write_unranked(measurement: Measurement, catalogue: Catalogue, group: Group) -> str:
    """One sentence on the markets of a group that are not ranked, reasons shared where they can be."""
    rows = [row for row in measurement.rows if row.market.group == group]
    reasons: dict[str, list[str]] = {}
    for row in rows:
        verdict = measurement.ranks[row.market][Side.BELOW].largest
        if not verdict.is_ranked:
            name = catalogue.get_venue(row.market.venue).name
            reasons.setdefault(verdict.why or "", []).append(name if row.is_spot else f"{name} perpetual")
    if not reasons:
        return ""
    if len(reasons) == 1 and sum(len(names) for names in reasons.values()) == len(rows):
        return f"Not ranked: {next(iter(reasons))}."
    reasons_text = "; ".join(f"{_join_first_names(names)} ({reason})" for reason, names in reasons.items())
    return f"Not ranked: {reasons_text}."


def _join_first_names(names: list[str]) -> str:
    """Names, the first few of many."""
    max_names = 5
    remaining = len(names) - max_names
    return f"{', '.join(names[:max_names])} and {remaining} more" if remaining > 0 else ", ".join(names)
