"""The Claims page: what each side said of the event, and what the stored prices say of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, dcc, html

from dashboard.components.accessibility import build_aria_label
from dashboard.pages.base import Page, PageContext
from dashboard.pages.claims.ledger import PENDING_WORD, build_sides, get_verdict_class
from dashboard.state.links import ViewLinks
from dashboard.state.url import parse_query
from dashboard.state.view import ViewState
from dashboard.text.numbers import format_count
from evidence.claims.claims_json import count_verdicts
from evidence.claims.judge import Basis, ClaimResult, judge_claims
from evidence.claims.load import list_events_with_claims, load_ledger
from evidence.claims.schema import Ledger
from evidence.claims.verdict import Verdict
from evidence.claims.wording import BASIS_TEXTS

HEADING = "What was said, and what the prices say"

LEAD = (
    "Verdicts rest on collected or imported prices of every exchange, at the default settings, and on arithmetic. "
    "A claim is supported only if all of it holds, also under every other setting; not decided where a missing price "
    "could change the result."
)


def build_content(context: PageContext, view: ViewState) -> list[Any]:
    """The counts of verdicts, which filter the claims, and the claims; verdicts that take long come with a request."""
    ledger = load_ledger(view.event)
    if ledger is None:
        return _build_empty_page(context, view)
    event = context.catalogue.get_event(view.event)
    basis = context.measurements.claims.find_basis(view)
    results = _find_results(context, ledger, basis)
    is_pending = results is None
    if results is None:
        results = judge_claims(ledger.claims, None, Basis.SAMPLE)
    return [
        html.H1(HEADING),
        html.P([f"{event.title}. {LEAD}"], className="second"),
        *_build_notices(context, view, basis),
        html.Div(
            _build_body(context, view, ledger, results, is_pending=is_pending), id="claims-body", className="claims"
        ),
        *([dcc.Store(id="claims-asked", data=view.to_query(context.catalogue))] if is_pending else []),
    ]


def build_judged_body(context: PageContext, query: dict[str, str]) -> list[Any]:
    """Counts and claims once they are judged.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    view, _ = parse_query(query, context.catalogue)
    ledger = load_ledger(view.event)
    if ledger is None:
        return []
    results = context.measurements.claims.judge(context.measurements.read_version(), ledger)
    return _build_body(context, view, ledger, results, is_pending=False)


def register_callbacks(app: Dash, context: PageContext) -> None:
    """The second request, for verdicts that were not in the cache."""

    @app.callback(Output("claims-body", "children"), Input("claims-asked", "data"))
    def fill_verdicts(query: dict[str, str]) -> list[Any]:
        return build_judged_body(context, query)


def _find_results(context: PageContext, ledger: Ledger, basis: Basis) -> tuple[ClaimResult, ...] | None:
    """The verdicts; None where they are still to be judged."""
    if basis is Basis.REAL:
        return context.measurements.claims.get_cached(context.measurements.read_version(), ledger)
    return judge_claims(ledger.claims, None, basis)


def _build_body(
    context: PageContext, view: ViewState, ledger: Ledger, results: Sequence[ClaimResult], *, is_pending: bool
) -> list[Any]:
    return [
        *_build_filter(results, is_pending=is_pending),
        *build_sides(ledger, results, view, context.catalogue, is_pending=is_pending),
    ]


def _build_filter(results: Sequence[ClaimResult], *, is_pending: bool) -> list[Any]:
    """The counts as links to anchors, by which the style sheet hides all other claims: they work without scripts."""
    words = {Verdict.NOT_DECIDED.value: PENDING_WORD} if is_pending else {}
    counts = count_verdicts(results)
    anchors = [html.Span(id=f"only-{verdict.replace(' ', '-')}", className="claims-anchor") for verdict in counts]
    links = [html.A([html.B(str(len(results))), " all"], href="#only-all")]
    links += [
        html.A(
            [html.B(str(count)), f" {words.get(verdict, verdict)}"],
            href=f"#only-{verdict.replace(' ', '-')}",
            className=_get_class(verdict),
        )
        for verdict, count in counts.items()
    ]
    summary = html.Nav(links, className="claims-counts", **build_aria_label("Claims by verdict"))
    return [html.Span(id="only-all", className="claims-anchor"), *anchors, summary]


def _get_class(verdict: str) -> str:
    return get_verdict_class(Verdict(verdict))


def _build_notices(context: PageContext, view: ViewState, basis: Basis) -> list[html.P]:
    """Why candles decide nothing here."""
    if basis not in BASIS_TEXTS:
        return []
    parts: list[Any] = [BASIS_TEXTS[basis]]
    if basis is Basis.BY_HAND:
        links = ViewLinks(replace(view, excluded=frozenset()).to_query(context.catalogue))
        excluded = format_count(len(view.excluded), "exchange")
        parts += [f" {excluded} excluded. ", links.build_page_link("claims", "Show with every exchange")]
    return [html.P(parts, className="notice")]


def _build_empty_page(context: PageContext, view: ViewState) -> list[Any]:
    """The events that claims are on record of."""
    event = context.catalogue.get_event(view.event)
    items = []
    for name in list_events_with_claims():
        link = ViewLinks({"event": name}).build_page_link("claims", context.catalogue.get_event(name).title)
        items.append(html.Li(link))
    return [
        html.H1(HEADING),
        html.P(f"No claims about {event.title} are on record here. There are of:", className="second"),
        html.Ul(items),
    ]


PAGE = Page(
    name="claims",
    title="Claims",
    build_content=build_content,
    register_callbacks=register_callbacks,
    has_charts=False,
    has_later_part=True,
)
