"""The address of the page that shows a value which a claim is judged by."""

from dataclasses import replace

from dashboard.state.links import ViewLinks
from dashboard.state.view import DEFAULT_PARAMETERS, ViewState
from data.catalogue import Catalogue
from evidence.claims.reading import ViewReference

PERCENT_DIGITS = 9
"""Decimals of a threshold in per cent, so that 0.07 reads 7."""


def build_claim_href(reference: ViewReference, base: ViewState, catalogue: Catalogue) -> str:
    """The path and query of the view of a value; what the value does not say is that of ``base``.

    Parameters and exchanges are those that claims are judged with: the defaults, and all.
    """
    enter_pct = 100 * DEFAULT_PARAMETERS.enter
    if reference.enter is not None:
        enter_pct = round(100 * reference.enter, PERCENT_DIGITS)
    view = replace(
        base,
        asset=base.asset if reference.asset is None else reference.asset,
        start=reference.start,
        end=reference.end,
        focus=base.focus if reference.focus is None else reference.focus,
        enter_pct=enter_pct,
        exit_pct=min(100 * DEFAULT_PARAMETERS.exit, enter_pct),
        min_vote=DEFAULT_PARAMETERS.min_vote,
        reference=DEFAULT_PARAMETERS.reference,
        quote=DEFAULT_PARAMETERS.quote,
        excluded=frozenset(),
        side=reference.side,
        is_side_chosen=False,
    )
    return ViewLinks(view.to_query(catalogue)).build_href(reference.page)
