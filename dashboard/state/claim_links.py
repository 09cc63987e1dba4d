"""The address of the page that shows a value which a claim is judged by."""

from dataclasses import replace

from dashboard.state.links import ViewLinks
from dashboard.state.view import build_default_view
from data.catalogue import Catalogue
from evidence.claims.reading import ViewReference

PERCENT_DIGITS = 9
"""Decimals of a threshold in per cent, so that 0.07 reads 7."""


def build_claim_href(reference: ViewReference, event: str, catalogue: Catalogue) -> str:
    """The path and query of a view of an event."""
    view = build_default_view(catalogue, event)
    enter_pct = view.enter_pct if reference.enter is None else round(100 * reference.enter, PERCENT_DIGITS)
    view = replace(
        view,
        asset=view.asset if reference.asset is None else reference.asset,
        start=reference.start,
        end=reference.end,
        focus=view.focus if reference.focus is None else reference.focus,
        enter_pct=enter_pct,
        exit_pct=min(view.exit_pct, enter_pct),
        side=reference.side,
    )
    return ViewLinks(view.to_query(catalogue)).build_href(reference.page)
