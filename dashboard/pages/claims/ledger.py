"""The claims as articles, side by side: the verdict, what was said by whom, and every number that decides it."""

from collections.abc import Sequence
from typing import Any

from dash import html

from dashboard.state.claim_links import build_claim_href
from dashboard.state.links import IN_APP_ATTRIBUTES
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_count
from data.catalogue import Catalogue
from deviation.wording import join_names
from evidence.claims.compare import Outcome
from evidence.claims.judge import ClaimResult, JudgedReading, PartResult
from evidence.claims.schema import Claim, ClaimSource, Ledger
from evidence.claims.verdict import Verdict
from evidence.claims.wording import describe_reading, format_date, summarize_part

PENDING_WORD = "being judged"

MARK_TEXTS = {"C": "several sources", "S": "one source", "D": "derived"}

VISIBLE_READINGS = 6
"""Values of a part that are visible at once; a click shows the others."""


def build_sides(
    ledger: Ledger, results: Sequence[ClaimResult], view: ViewState, catalogue: Catalogue, *, is_pending: bool
) -> list[html.Section]:
    """A section for each side; ``is_pending``: what candles decide is still being judged."""
    sections = []
    for side, title in ledger.sides.items():
        articles = [
            _build_claim(ledger, result, view, catalogue, is_pending=is_pending)
            for result in results
            if result.claim.side == side
        ]
        if articles:
            heading = html.H2([title, html.Small(format_count(len(articles), "claim"))])
            sections.append(html.Section([heading, *articles], className="claims-side"))
    return sections


def get_verdict_class(verdict: Verdict) -> str:
    """The class of a claim by its verdict.

    >>> get_verdict_class(Verdict.NOT_DECIDED)
    'is-not-decided'
    """
    return f"is-{verdict.value.replace(' ', '-')}"


def _build_claim(
    ledger: Ledger, result: ClaimResult, view: ViewState, catalogue: Catalogue, *, is_pending: bool
) -> html.Article:
    claim = result.claim
    head = html.Div(
        [_build_verdict(result.verdict, is_pending=is_pending), html.Span(claim.id, className="claim-id")],
        className="claim-head",
    )
    parts = [
        _build_part(part, view, catalogue, is_pending=is_pending, is_only=len(result.parts) == 1)
        for part in result.parts
    ]
    body = html.Div([html.H3(claim.says), _build_origin(claim, ledger), *parts])
    return html.Article([head, body], id=f"claims-{claim.id}", className=f"claim {get_verdict_class(result.verdict)}")


def _build_verdict(verdict: Verdict, *, is_pending: bool) -> html.Strong:
    """The verdict as a word, which a colour repeats."""
    if is_pending and verdict is Verdict.NOT_DECIDED:
        return html.Strong(PENDING_WORD, className="verdict is-pending")
    return html.Strong(verdict.value, className=f"verdict {get_verdict_class(verdict)}")


def _build_origin(claim: Claim, ledger: Ledger) -> html.P:
    """Who said it when, and where it stands."""
    parts: list[Any] = [
        f"{claim.who}, {join_names([format_date(date) for date in claim.dates])}, {MARK_TEXTS[claim.mark]}: "
    ]
    for number, key in enumerate(claim.sources):
        parts += [", " if number else "", *_build_source(ledger.sources[key])]
    return html.P(parts, className="quiet claim-origin")


def _build_source(source: ClaimSource) -> list[Any]:
    """The source as a link to its page; without one as text."""
    copied = " (copy)" if source.copied else ""
    if source.url is None:
        return [f"{source.text}{copied}"]
    return [html.A(source.text, href=source.url, target="_blank", rel="noreferrer"), copied]


def _build_part(
    result: PartResult, view: ViewState, catalogue: Catalogue, *, is_pending: bool, is_only: bool
) -> html.Div:
    part = result.part
    head: list[Any] = []
    if not is_only and not (is_pending and result.verdict is Verdict.NOT_DECIDED):
        head = [_build_verdict(result.verdict, is_pending=is_pending), " "]
    says = [] if part.says is None else [html.Span(f"{part.says}. ", className="claim-says")]
    content: list[Any] = [html.P([*head, *says, summarize_part(result)])]
    content += _build_readings(result, view, catalogue)
    if part.collect is not None and result.verdict is Verdict.NOT_DECIDED and not is_pending:
        content.append(html.P([html.Span("To collect: ", className="label"), part.collect]))
    if part.note is not None:
        content.append(html.P(part.note, className="quiet"))
    return html.Div(content, className="claim-part")


def _build_readings(result: PartResult, view: ViewState, catalogue: Catalogue) -> list[Any]:
    """The values, each with a link to the view that shows it, then what the data lacks in one sentence."""
    known = [judged for judged in result.readings if judged.reading.value is not None]
    lacking = [judged for judged in result.readings if judged.reading.value is None]
    items = [_build_reading(judged, view, catalogue) for judged in known]
    parts: list[Any] = [html.Ul(items[:VISIBLE_READINGS], className="claim-values")] if items else []
    if items[VISIBLE_READINGS:]:
        title = f"{len(items) - VISIBLE_READINGS} more"
        more = html.Ul(items[VISIBLE_READINGS:], className="claim-values")
        parts.append(html.Details([html.Summary(title), more]))
    return [*parts, *(html.P(text, className="quiet") for text in _describe_lacking(lacking))]


def _build_reading(judged: JudgedReading, view: ViewState, catalogue: Catalogue) -> html.Li:
    """The value in words, its market a link to the view, with a mark for its outcome."""
    reading, text = judged.reading, describe_reading(judged)
    rest = text.removeprefix(reading.subject)
    subject: Any = reading.subject
    if reading.view is not None:
        subject = html.A(subject, href=build_claim_href(reading.view, view, catalogue), **IN_APP_ATTRIBUTES)
    return html.Li([subject, rest], className=f"came-{judged.comparison.outcome}")


def _describe_lacking(lacking: Sequence[JudgedReading]) -> list[str]:
    """A sentence for each reason why a value is not there, with what it is of."""
    by_reason: dict[str, list[str]] = {}
    for judged in lacking:
        by_reason.setdefault(judged.reading.why or Outcome.UNKNOWN.value, []).append(judged.reading.subject)
    return [f"{', '.join(subjects)}: {reason}." for reason, subjects in by_reason.items()]
