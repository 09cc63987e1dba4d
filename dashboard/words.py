"""The sentences around the picture: what is measured, what was normal before, and what it all rests on."""

from collections.abc import Sequence

from dashboard.clock import day
from dashboard.lettering import listed, shorten, text_width
from data.catalogue import Catalogue, Note
from data.schema import Evidence, Origin, Timeframe
from data.version import VERSION
from deviation.answer import CHOSEN_BY_HAND
from deviation.headline import headline, minutes_text, percent
from deviation.question import Group, Question, QuoteHandling
from deviation.result import Measurement, Row

ORIGINS = {
    Origin.ARCHIVE: "public archives",
    Origin.OHLCV: "exchange interfaces",
    Origin.TRADES: "single trades",
    Origin.IMPORTED: "imported files",
    Origin.RECONSTRUCTION: "a reconstruction from published figures",
}
"""Where candles came from, as a reader calls it."""

MARK_ORDER = {"C": 0, "D": 1, "S": 2}
"""Notes with several sources are preferred to derived ones, and those to notes with a single source."""

MOST_NOTES = 3
"""Time marks on a picture."""


def title(measurement: Measurement) -> tuple[str, str]:
    """The headline, and the line under it: durations and ranks, or what an illustration shows."""
    question = measurement.question
    lines = headline(measurement)
    if question.origin is Evidence.RECONSTRUCTION:
        date = f"{day(question.start.date())} {question.start.year}"
        shown = f"{question.asset} on {question.rules.name(question.focus)}, {date}"
        return lines[0], f"{shown}. Few of its prices are published; the path between them is assumed."
    return lines[0].removesuffix("."), " ".join(lines[1:])


def measured(measurement: Measurement) -> str:
    """One sentence on what is measured, with the baseline."""
    question, row = measurement.question, measurement.focus
    others = _others(question)
    if question.underlying is not None:
        others = f"{question.underlying} on the other exchanges times the calm ratio"
    return f"{_closes(question)} against {others}; {baseline(row, question.timeframe)}."


def compared(measurements: Sequence[Measurement]) -> str:
    """One sentence on what is measured on several assets, with the window they share."""
    valued = any(one.question.underlying is not None for one in measurements)
    others = f"{_others(measurements[0].question)}{', wrapped assets against fair value' if valued else ''}"
    return f"{_closes(measurements[0].question)} against {others}; {span(measurements[0])}."


def _closes(question: Question) -> str:
    closes = "as printed" if question.parameters.quote is QuoteHandling.AS_IS else "in dollars"
    return f"{bar_closes(question).capitalize()} {closes}"


def _others(question: Question) -> str:
    return f"the {question.parameters.reference.words} of the other venues of each quote group"


def bar_closes(question: Question) -> str:
    """What is compared: the closes of the question's bars.

    >>> from data.catalogue import load_catalogue
    >>> from datetime import UTC, datetime
    >>> from dashboard.ask import ask
    >>> day = datetime(2025, 10, 10, tzinfo=UTC), datetime(2025, 10, 11, tzinfo=UTC)
    >>> bar_closes(ask(load_catalogue(), "ATOM", *day, timeframe=Timeframe.M5))
    'five-minute closes'
    """
    return f"{question.timeframe.adjective} closes"


def baseline(row: Row | None, bar: Timeframe) -> str:
    """What was normal in the 24 h before the window, from the groups that were firm then."""
    if row is None:
        return "nothing to compare"
    known = [
        (group, summary.n, summary.furthest)
        for group in (row.market.group, row.market.group.other)
        for summary in [row.against[group].baseline]
    ]
    said = [(group, n, furthest) for group, n, furthest in known if furthest is not None]
    if not said:
        return f"in the 24 hours before, no {bar.one} had the three votes that make it firm"
    (first, n, furthest), *rest = said
    text = f"in the {minutes_text(n)} firm minutes before, never more than {percent(furthest)} off"
    if rest:
        group, n, furthest = rest[0]
        return f"{text} {first.upper()} venues ({group.upper()}: {minutes_text(n)} minutes, {percent(furthest)})"
    return f"{text} {first.upper()} venues"


def footer(measurements: Sequence[Measurement], catalogue: Catalogue, size: float, room: float) -> tuple[str, str]:
    """Two lines: where candles came from and which are missing, by name; then every choice behind the numbers.

    Of several assets, which share the choices, what is missing is named with its asset.
    """
    return _sources(measurements, catalogue, size, room), choices(*measurements)


def _sources(measurements: Sequence[Measurement], catalogue: Catalogue, size: float, room: float) -> str:
    """The first line, cut to its room by naming fewer markets and saying how many more there are."""
    origins = sorted({Origin(name) for one in measurements for names in one.origins.values() for name in names})
    venues = len({row.market.venue for one in measurements for row in one.rows})
    where = " and ".join(ORIGINS[origin] for origin in origins)
    text = f"Candles of {venues} {'venue' if venues == 1 else 'venues'} from {where}."
    of = {id(one): f"{one.question.asset} " if len(measurements) > 1 else "" for one in measurements}
    missing = sorted(
        (-missing_min, f"{of[id(one)]}{market_name(row, one, catalogue)} {minutes_text(missing_min)}")
        for one in measurements
        for row in one.rows
        if (missing_min := row.counts.missing_min)
    )
    gaps = {
        "Minutes missing": [name for _, name in missing],
        "Asked but without a candle": list(
            dict.fromkeys(f"{of[id(one)]}{name}" for one in measurements for name in one.absent)
        ),
        "Left out": [f"{catalogue.venue(out.venue).name} {out.symbol}" for one in measurements for out in one.left_out],
    }
    if not any(gaps.values()):
        return f"{text} No {measurements[0].question.timeframe.one} is missing."
    for label, names in gaps.items():
        if names:
            text = _with_list(f"{text} {label}: ", names, size, room)
    return shorten(text, size, room)


def _with_list(before: str, names: list[str], size: float, room: float) -> str:
    """A sentence that ends in as many of the names as fit."""
    return f"{before}{listed(names, lambda items: text_width(f'{before}{items}.', size) <= room)}."


def market_name(row: Row, measurement: Measurement, catalogue: Catalogue) -> str:
    """The venue, with the symbol where it has several markets."""
    name = catalogue.venue(row.market.venue).name
    return name if len(measurement.rows_of(row.market.venue)) == 1 else f"{name} {row.market.symbol}"


def choices(measurement: Measurement, *others: Measurement) -> str:
    """Quote handling, parameters, window, version, and what no candle can say.

    Others of the same choices may have met other quotes, and may be of another window.
    """
    question, parameters = measurement.question, measurement.question.parameters
    quotes = "Quotes as printed, not converted"
    if parameters.quote is QuoteHandling.USD:
        quotes = "Quotes converted at their own dollar rate"
        assumed = dict.fromkeys(quote for one in (measurement, *others) for quote in one.fx_assumed)
        if assumed:
            quotes = f"{' and '.join(f'1 {quote}' for quote in assumed)} taken as 1 USD"
    test = (
        f"{parameters.reference.words.capitalize()}, enter {100 * parameters.enter:g} %, "
        f"exit {100 * parameters.exit:g} %, confirm {parameters.confirm}, votes from ${parameters.min_vote_usd:g}"
    )
    bars = "" if question.timeframe is Timeframe.M1 else f"Bars of {question.timeframe}. "
    beside = "".join(f" Beside it {one}." for one in dict.fromkeys(map(span, others)) if one != span(measurement))
    return (
        f"{bars}{quotes}. {test}. Window {question.window or CHOSEN_BY_HAND}, {span(measurement)}.{beside} "
        f"Plumbline {VERSION}. Candles cannot show why."
    )


def span(measurement: Measurement) -> str:
    """The window with its days, in UTC."""
    start, end = measurement.question.start, measurement.question.end
    first = f"{day(start.date())} {start.year} {start:%H:%M}"
    same_day = start.date() == end.date()
    return f"{first} to {'' if same_day else f'{day(end.date())} '}{end:%H:%M} UTC"


def telling_notes(measurement: Measurement, catalogue: Catalogue, apart_min: float) -> list[Note]:
    """At most three notes of the event within the window, in the order of time.

    Those that name the asset come first, then those of better evidence, then those nearest to the focus venue's
    extreme (without one: to the start). Notes on other assets only are left out, and so is one that stands closer than
    ``apart_min`` minutes to a better one.
    """
    question = measurement.question
    inside = window_notes(measurement, catalogue)
    row = measurement.focus
    at = None if row is None else row.own.depth_at if row.own.depth_at is not None else row.low_at
    centre = measurement.time(at) or question.start
    chosen: list[Note] = []
    for note in sorted(
        inside,
        key=lambda note: (question.asset not in _assets(note, catalogue), MARK_ORDER[note.mark], abs(note.at - centre)),
    ):
        close = any(abs((note.at - other.at).total_seconds()) < 60 * apart_min for other in chosen)
        if len(chosen) < MOST_NOTES and not close:
            chosen.append(note)
    return sorted(chosen, key=lambda note: note.at)


def window_notes(measurement: Measurement, catalogue: Catalogue) -> list[Note]:
    """The notes of the event within the window, in the order of time; those on other assets alone are left out."""
    question = measurement.question
    if question.event not in catalogue.events:
        return []
    return sorted(
        (
            note
            for note in catalogue.event(question.event).notes
            if question.start <= note.at < question.end and not _on_others(note, question.asset, catalogue)
        ),
        key=lambda note: note.at,
    )


def _assets(note: Note, catalogue: Catalogue) -> set[str]:
    words = {word.strip(".,:;()").upper() for word in note.text.split()}
    return {asset.ticker for asset in catalogue.assets.values() if not asset.fx_leg and asset.ticker in words}


def _on_others(note: Note, asset: str, catalogue: Catalogue) -> bool:
    named = _assets(note, catalogue)
    return bool(named) and asset not in named


def why_unranked(measurement: Measurement, catalogue: Catalogue, group: Group) -> str:
    """One sentence on the markets of a group that are not ranked, reasons shared where they can be."""
    rows = [row for row in measurement.rows if row.market.group is group]
    reasons: dict[str, list[str]] = {}
    for row in rows:
        why = measurement.ranks[row.market].why
        if why is not None:
            name = catalogue.venue(row.market.venue).name
            reasons.setdefault(why, []).append(name if row.spot else f"{name} perpetual")
    if not reasons:
        return ""
    if len(reasons) == 1 and sum(len(names) for names in reasons.values()) == len(rows):
        return f"Not ranked: {next(iter(reasons))}."
    said = "; ".join(f"{_few(names)} ({why})" for why, names in reasons.items())
    return f"Grey, not ranked: {said}."


def _few(names: list[str]) -> str:
    """Names, the first few of many."""
    most = 5
    rest = len(names) - most
    return f"{', '.join(names[:most])} and {rest} more" if rest > 0 else ", ".join(names)
