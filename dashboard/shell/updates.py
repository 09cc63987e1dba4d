"""The values of the shell around every page: navigation, notices, and the controls for a view."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import html

from dashboard.components.accessibility import build_aria_label
from dashboard.components.updates import Updates
from dashboard.exports.menu import build_download_menu
from dashboard.pages.base import Control, Page, PageContext
from dashboard.pages.registry import PAGE_GROUPS, PAGES, PageGroup
from dashboard.service.measurements import ViewResult
from dashboard.shell.notices import Notice, Severity, describe_origin, list_notices
from dashboard.state.controls import reset_settings
from dashboard.state.links import ViewLinks
from dashboard.state.view import ViewState, build_default_view
from dashboard.text.numbers import format_input_time, format_span, format_window_label
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.report.choices import CHOSEN_BY_HAND


def list_shell_outputs(catalogue: Catalogue) -> tuple[tuple[str, str], ...]:
    """The id and property of every value that `build_shell_updates` returns for any page."""
    view = build_default_view(catalogue)
    values = _build_updates(PAGES[0], view, ViewResult(view, None), catalogue)
    return tuple(values | _build_asset_updates(view, (), catalogue))


def build_shell_updates(context: PageContext, page: Page, view: ViewState, messages: Sequence[str] = ()) -> Updates:
    """The values of the shell; the store is read only if the page measures or offers assets.

    Args:
        context: measures the view.
        page: the page that is shown.
        view: what it shows.
        messages: sentences about the request itself, such as values of a link that are not valid.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    result, catalogue = _measure_for_notices(context, page, view), context.catalogue
    updates = _build_updates(page, view, result, catalogue, messages)
    if Control.ASSET in page.controls:
        updates |= _build_asset_updates(result.view, context.measurements.list_other_assets(), catalogue)
    return updates


def _build_updates(
    page: Page, view: ViewState, result: ViewResult, catalogue: Catalogue, messages: Sequence[str] = ()
) -> Updates:
    """All values but those of the choice of an asset."""
    offer_text = describe_origin(result) if page.is_measured else ""
    location_updates = build_location_updates(page, view, catalogue)
    location_updates["page", "data"] |= {
        "subject": _write_subject(page, result.view, catalogue),
        "picture": _build_picture_address(page, result, catalogue),
    }
    notice_entries = (
        *(Notice(Severity.ALERT, text) for text in messages),
        *list_notices(result, with_notes=not page.writes_notes),
    )
    return {
        **location_updates,
        **_build_window_updates(result.view, catalogue),
        **_build_setting_updates(result.view),
        **_build_reset_updates(view, catalogue),
        ("fold-text", "children"): _describe_choices(page, result.view, catalogue),
        **_build_venue_updates(result, catalogue),
        ("notices", "children"): build_notice_lines(notice_entries),
        ("offer", "className"): "offer" if offer_text else "offer away",
        ("offer-text", "children"): offer_text,
        ("copy-image", "className"): "away" if location_updates["page", "data"]["picture"] is None else "plain",
        ("picture", "disabled"): result.measurement is None,
        ("export", "children"): _build_file_menu(page, result, catalogue),
    }


def _measure_for_notices(context: PageContext, page: Page, view: ViewState) -> ViewResult:
    """The result that notices and offer are about."""
    if page.build_notice_result is not None:
        return page.build_notice_result(context, view)
    return context.measurements.measure_view(view) if page.is_measured else ViewResult(view, None)


def build_location_updates(page: Page, view: ViewState, catalogue: Catalogue) -> Updates:
    """The values of navigation, address and title, which need no store.

    ``view`` is the requested one, not the one that is shown: a focus without candles here is shown again on an asset
    that it has candles of.
    """
    query = view.to_query(catalogue)
    links = ViewLinks(query)
    title_parts = (view.asset, page.title, "Plumbline") if page.is_about_asset else (page.title, "Plumbline")
    return {
        ("nav", "children"): [_build_nav_group(links, group, page) for group in PAGE_GROUPS],
        ("name", "href"): links.build_href("overview"),
        ("frame", "className"): " ".join(["page", f"on-{page.name}", *_list_hidden_classes(page)]),
        ("view", "data"): query,
        ("page", "data"): {
            "name": page.name,
            # None leaves the address as it was typed.
            "address": links.build_href(page.name) if page in PAGES else None,
            "title": " · ".join(title_parts),
            "subject": _write_subject(page, view, catalogue),
            "picture": None,
        },
    }


def _write_subject(page: Page, view: ViewState, catalogue: Catalogue) -> str:
    """What the page is about in this view: the asset and exchange, or the event, and the window; or just the page."""
    if not page.is_measured:
        return page.title
    event = catalogue.get_event(view.event)
    name = f"{view.asset} on {catalogue.get_venue(view.focus).name}" if page.is_about_asset else event.title
    window_label = view.find_window_label(catalogue)
    span_text = format_span(view.start, view.end, view.zone)
    window_text = span_text if window_label is None else f"{window_label}, {span_text}"
    return f"{name} · {window_text}"


def _build_picture_address(page: Page, result: ViewResult, catalogue: Catalogue) -> str | None:
    """The path and query of the picture that stands for the page; None if there is none or nothing to draw."""
    # A page that measures nothing draws what it has of the exchanges of its result.
    has_content = result.measurement is not None or (not page.is_measured and bool(result.present_venues))
    if page.picture is None or not has_content:
        return None
    query = result.view.to_query(catalogue)
    return f"/export/{page.picture}.png" + (f"?{urlencode(query)}" if query else "")


def build_notice_lines(entries: Sequence[Notice]) -> list[html.P]:
    """Notices as markup."""
    return [html.P(notice.text, className=f"notice {notice.severity}") for notice in entries]


def _build_nav_group(links: ViewLinks, group: PageGroup, page: Page) -> html.Div:
    """The links to the pages of a group; the open page is marked."""
    page_links = [_build_nav_link(links, listed_page, is_current=listed_page is page) for listed_page in group.pages]
    return html.Div(page_links, className="page-group", role="group", **build_aria_label(group.title))


def _build_nav_link(links: ViewLinks, page: Page, *, is_current: bool) -> html.A:
    attributes: dict[str, Any] = {"aria-current": "page"} if is_current else {}
    return links.build_page_link(page.name, page.title, **attributes)


def _list_hidden_classes(page: Page) -> list[str]:
    """Classes by which the style sheet hides controls that the page does not use, or the whole bar of controls."""
    class_names = [f"without-{control}" for control in Control if control not in page.controls]
    return class_names if page.controls else [*class_names, "without-controls"]


def _build_file_menu(page: Page, result: ViewResult, catalogue: Catalogue) -> Any:  # noqa: ANN401 - whatever dash takes as a child
    """The menu of files of a page with the picture, "" without a measurement."""
    if result.measurement is None or Control.PICTURE not in page.controls:
        return ""
    return build_download_menu(page.name, result.view.to_query(catalogue))


def _build_window_updates(view: ViewState, catalogue: Catalogue) -> Updates:
    event, window_name = catalogue.get_event(view.event), view.find_window_name(catalogue)
    minutes = (view.end - view.start) // timedelta(minutes=1)
    bars_text = "" if view.timeframe is Timeframe.M1 else f" in bars of {view.timeframe.length}"
    by_hand_text = f", {CHOSEN_BY_HAND}" if window_name is None else ""
    chips = [
        dmc.Tooltip(
            dmc.Chip(format_window_label(window, view.zone), value=window.name, size="sm"),
            label=f"{format_span(window.start, window.end, view.zone)}. {window.note}",
            multiline=True,
            w=280,
            openDelay=300,
        )
        for window in event.windows.values()
    ]
    span_text = format_span(view.start, view.end, view.zone)
    return {
        ("event", "value"): view.event,
        ("window", "children"): chips,
        ("window", "value"): window_name,
        ("span", "children"): f"{span_text}, {minutes:,} minutes{bars_text}{by_hand_text}",
        ("range-open", "className"): "plain" if window_name else "plain chosen",
        ("range-from", "value"): format_input_time(view.start, view.zone),
        ("range-to", "value"): format_input_time(view.end, view.zone),
        ("range-from", "label"): f"From ({view.zone})",
        ("range-to", "label"): f"To ({view.zone})",
    }


def _build_asset_updates(view: ViewState, stored_assets: Sequence[str], catalogue: Catalogue) -> Updates:
    """The event's assets as chips, all others in a list; ``stored_assets`` are those that only the store knows."""
    event = catalogue.get_event(view.event)
    all_assets = dict.fromkeys((*event.extra_assets, *catalogue.assets, *stored_assets, view.asset))
    return {
        ("asset", "children"): [dmc.Chip(ticker, value=ticker, size="sm") for ticker in event.assets],
        ("asset", "value"): view.asset if view.asset in event.assets else None,
        ("more", "data"): [ticker for ticker in all_assets if ticker not in event.assets],
        ("more", "value"): None if view.asset in event.assets else view.asset,
    }


def _build_setting_updates(view: ViewState) -> Updates:
    return {
        ("zone", "value"): view.zone.value,
        ("theme", "value"): view.theme_choice.value,
        ("origin", "value"): view.origin.value,
        ("bar", "value"): view.timeframe.value,
        ("quote", "value"): view.quote.value,
        ("reference-kind", "value"): view.reference.value,
        ("enter", "value"): view.enter_pct,
        ("exit", "value"): view.exit_pct,
        ("min-vote", "value"): view.min_vote,
    }


def _build_reset_updates(view: ViewState, catalogue: Catalogue) -> Updates:
    """The button of the settings is marked, and the reset is offered, where a setting is not the default."""
    is_changed = reset_settings(view, catalogue) != view
    return {
        ("settings", "className"): "plain chosen" if is_changed else "plain",
        ("reset", "className"): "plain" if is_changed else "away",
    }


def _describe_choices(page: Page, view: ViewState, catalogue: Catalogue) -> str:
    """What is chosen in the bar of controls, in a few words."""
    choices = {
        Control.ASSET: view.asset,
        Control.FOCUS: catalogue.get_venue(view.focus).name,
        Control.WINDOW: view.find_window_label(catalogue) or CHOSEN_BY_HAND,
    }
    return " · ".join(text for control, text in choices.items() if control in page.controls)


def _build_venue_updates(result: ViewResult, catalogue: Catalogue) -> Updates:
    """Lists of venues: those with candles in the window, else all of the catalogue."""
    view = result.view
    present_venues = result.present_venues or tuple(catalogue.venues)
    options = [
        {"value": venue, "label": catalogue.get_venue(venue).name}
        for venue in dict.fromkeys((*present_venues, view.focus))
    ]
    return {
        ("focus", "data"): options,
        ("focus", "value"): view.focus,
        ("out", "data"): [option for option in options if option["value"] != view.focus],
        ("out", "value"): sorted(view.excluded & {*present_venues}),
        ("hide", "data"): options,
        ("hide", "value"): sorted(view.hidden & {*present_venues}),
    }
