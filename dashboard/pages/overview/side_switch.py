"""The switch between discounts and premiums, which all of the overview's charts follow."""

from dataclasses import replace
from typing import Any

from dash import html

from dashboard.components.accessibility import build_aria_label
from dashboard.service.event import EventContext
from dashboard.state.links import IN_APP_ATTRIBUTES, ViewLinks
from dashboard.text.sides import SIDE_NOUNS
from deviation.side import Side


def build_side_switch(overview: EventContext) -> html.Nav:
    """A link for each side to the same view; that of the view's own side is marked as the current one."""
    return html.Nav(
        [_build_link(overview, side) for side in Side], className="side-switch", **build_aria_label("Side shown")
    )


def _build_link(overview: EventContext, side: Side) -> html.A:
    query = replace(overview.view, side=side).to_query(overview.catalogue)
    current: dict[str, Any] = {"aria-current": "true"} if side is overview.view.side else {}
    return html.A(
        SIDE_NOUNS[side].capitalize(), href=ViewLinks(query).build_href("overview"), **IN_APP_ATTRIBUTES, **current
    )
