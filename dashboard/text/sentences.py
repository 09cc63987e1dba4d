"""Sentences on a measurement: title, method, baseline, parameters, notes and unranked markets."""

from collections.abc import Sequence

from dashboard.text.clock import format_day
from data.catalogue import Catalogue, Note
from data.schema import Evidence, Origin, Timeframe
from data.version import VERSION
from deviation.question import Group, Question, QuoteHandling
from deviation.report.headline import write_headline
from deviation.report.json_output import UNNAMED_WINDOW
from deviation.result import MarketRow, Measurement
from deviation.wording import format_amount, format_minutes, format_percent, format_threshold

ORIGIN_LABELS = {
    Origin.ARCHIVE: "public archives",
    Origin.OHLCV: "exchange interfaces",
    Origin.TRADES: "single trades",
    Origin.IMPORTED: "imported files",
    Origin.RECONSTRUCTION: "a reconstruction from published figures",
}
"""Display names of origins."""

NOTE_MARK_ORDER = {"C": 0, "D": 1, "S": 2}
"""Order of preference: confirmed by several sources, derived, single source."""

MAX_NOTES = 3
"""Time marks on a picture."""


def write_title(measurement: Measurement) -> tuple[str, str]:
    """The headline, and the line under it: durations and ranks, or what an illustration shows."""
    question = measurement.question
    lines = write_headline(measurement)
    if question.origin is Evidence.RECONSTRUCTION:
        date = f"{format_day(question.start.date())} {question.start.year}"
        subject = f"{question.asset} on {question.rules.name_of(question.focus)}, {date}"
        return lines[0], f"{subject}. Few of its prices are published; the path between them is assumed."
    return lines[0].removesuffix("."), " ".join(lines[1:])


def write_measured(measurement: Measurement) -> str:
    """One sentence on what is measured, with the baseline."""
    question, row = measurement.question, measurement.focus_row
    reference_text = _describe_reference(question)
    if question.underlying is not None:
        reference_text = f"{question.underlying} on the other exchanges times the calm ratio"
    return f"{_describe_closes(question)} against {reference_text}; {write_baseline(row, question.timeframe)}."


def write_compared(measurements: Sequence[Measurement]) -> str:
    """One sentence on what is measured on several assets, with the window they share."""
    has_fair_value = any(measurement.question.underlying is not None for measurement in measurements)
    wrapped_note = ", wrapped assets against fair value" if has_fair_value else ""
    reference_text = f"{_describe_reference(measurements[0].question)}{wrapped_note}"
    return f"{_describe_closes(measurements[0].question)} against {reference_text}; {format_window(measurements[0])}."


def _describe_closes(question: Question) -> str:
    conversion_text = "as printed" if question.parameters.quote is QuoteHandling.AS_IS else "in dollars"
    return f"{describe_bar_closes(question).capitalize()} {conversion_text}"


def _describe_reference(question: Question) -> str:
    return f"the {question.parameters.reference.label} of the other venues of each quote group"


def describe_bar_closes(question: Question) -> str:
    """What is compared: the closes of the question's bars.

    >>> from data.catalogue import load_catalogue
    >>> from datetime import UTC, datetime
    >>> from analysis.questions import build_question
    >>> day = datetime(2025, 10, 10, tzinfo=UTC), datetime(2025, 10, 11, tzinfo=UTC)
    >>> describe_bar_closes(build_question(load_catalogue(), "ATOM", *day, timeframe=Timeframe.M5))
    'five-minute closes'
    """
    return f"{question.timeframe.adjective} closes"


def write_baseline(row: MarketRow | None, timeframe: Timeframe) -> str:
    """What was normal in the 24 h before the window, from the groups that were firm then."""
    if row is None:
        return "nothing to compare"
    baselines = [
        (group, summary.firm_min, summary.largest_size)
        for group in (row.market.group, row.market.group.other)
        for summary in [row.summaries[group].baseline]
    ]
    firm_baselines = [
        (group, firm_min, largest_size) for group, firm_min, largest_size in baselines if largest_size is not None
    ]
    if not firm_baselines:
        return f"in the 24 hours before, no {timeframe.noun} had the three votes that make it firm"
    (first_group, firm_min, largest_size), *further = firm_baselines
    text = f"in the {format_minutes(firm_min)} firm minutes before, never more than {format_percent(largest_size)} off"
    if further:
        group, firm_min, largest_size = further[0]
        other_text = f"{group.upper()}: {format_minutes(firm_min)} minutes, {format_percent(largest_size)}"
        return f"{text} {first_group.upper()} venues ({other_text})"
    return f"{text} {first_group.upper()} venues"


def format_market_name(row: MarketRow, measurement: Measurement, catalogue: Catalogue) -> str:
    """The venue, with the symbol where it has several markets."""
    name = catalogue.get_venue(row.market.venue).name
    return name if len(measurement.select_rows(row.market.venue)) == 1 else f"{name} {row.market.symbol}"


def write_choices(measurement: Measurement, *other_measurements: Measurement) -> str:
    """Quote handling, parameters, window, version, and the limit of candles.

    ``other_measurements`` have the same parameters; they may have other assumed quotes and another window.
    """
    question, parameters = measurement.question, measurement.question.parameters
    quotes_text = "Quotes as printed, not converted"
    if parameters.quote is QuoteHandling.USD:
        quotes_text = "Quotes converted at their own dollar rate"
        assumed = dict.fromkeys(
            quote for other_measurement in (measurement, *other_measurements) for quote in other_measurement.fx_assumed
        )
        if assumed:
            quotes_text = f"{' and '.join(f'1 {quote}' for quote in assumed)} taken as 1 USD"
    parameters_text = (
        f"{parameters.reference.label.capitalize()}, enter {format_threshold(parameters.enter)}, "
        f"exit {format_threshold(parameters.exit)}, "
        f"confirm {parameters.confirm}, votes from ${format_amount(parameters.min_vote_usd)}"
    )
    bars_text = "" if question.timeframe is Timeframe.M1 else f"Bars of {question.timeframe}. "
    other_windows = "".join(
        f" Beside it {other_measurement}."
        for other_measurement in dict.fromkeys(map(format_window, other_measurements))
        if other_measurement != format_window(measurement)
    )
    return (
        f"{bars_text}{quotes_text}. {parameters_text}. "
        f"Window {question.window or UNNAMED_WINDOW}, {format_window(measurement)}.{other_windows} "
        f"Plumbline {VERSION}. Candles cannot show why."
    )


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
    extreme_position = (
        None if row is None else row.own_summary.depth_at if row.own_summary.depth_at is not None else row.low_at
    )
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
    rows = [row for row in measurement.rows if row.market.group is group]
    reasons: dict[str, list[str]] = {}
    for row in rows:
        reason = measurement.ranks[row.market].reason
        if reason is not None:
            name = catalogue.get_venue(row.market.venue).name
            reasons.setdefault(reason, []).append(name if row.is_spot else f"{name} perpetual")
    if not reasons:
        return ""
    if len(reasons) == 1 and sum(len(names) for names in reasons.values()) == len(rows):
        return f"Not ranked: {next(iter(reasons))}."
    reasons_text = "; ".join(f"{_join_first_names(names)} ({reason})" for reason, names in reasons.items())
    return f"Grey, not ranked: {reasons_text}."


def _join_first_names(names: list[str]) -> str:
    """Names, the first few of many."""
    max_names = 5
    remaining = len(names) - max_names
    return f"{', '.join(names[:max_names])} and {remaining} more" if remaining > 0 else ", ".join(names)
