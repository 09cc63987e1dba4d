"""What the shell around every page holds: navigation, notices, and the controls as they stand for a view."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dash_mantine_components as dmc
from dash import html

from dashboard.answers import Answer, Answers
from dashboard.export_kinds import What
from dashboard.export_menu import export_menu
from dashboard.formats import span, typed, window_label
from dashboard.links import Links
from dashboard.notices import Notice, Tone, notices, origin_text
from dashboard.pages.contract import Context, Control, Page
from dashboard.pages.index import PAGES
from dashboard.panes import Panes
from dashboard.view import ViewState
from data.catalogue import Catalogue
from data.schema import Timeframe
from deviation.answer import CHOSEN_BY_HAND

PROPS = (
    *((name, "children") for name in ("nav", "notices", "offer-text", "asset", "window", "span", "export")),
    *((name, "className") for name in ("frame", "offer", "range-open")),
    *((name, "value") for name in ("event", "asset", "more", "window", "range-from", "range-to", "zone", "theme")),
    *((name, "value") for name in ("origin", "bar", "quote", "reference-kind", "enter", "exit", "min-vote")),
    *((name, "value") for name in ("focus", "out", "hide")),
    *((name, "data") for name in ("more", "focus", "out", "hide", "view", "page")),
    *((name, "label") for name in ("range-from", "range-to")),
    ("name", "href"),
    ("picture", "disabled"),
)
"""The id and property of every value of `frame`."""


def frame(context: Context, page: Page, view: ViewState, said: Sequence[str] = ()) -> Panes:
    """Every value of the shell; the store is asked only where the page measures or offers assets.

    Args:
        context: Where answers come from.
        page: The page that is shown.
        view: What is shown on it.
        said: Sentences about the request itself, such as values of a link that make no sense.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    catalogue = context.catalogue
    answer = _answer(context, page, view)
    shown = answer.view
    offered = origin_text(answer) if page.measures else ""
    noted = (*(Notice(Tone.ALERT, text) for text in said), *notices(answer, catalogue))
    return {
        **where(page, view, catalogue),
        **_window(shown, catalogue),
        **(_assets(shown, context.answers) if Control.ASSET in page.controls else {}),
        **_choices(shown),
        **_venues(answer, catalogue),
        ("notices", "children"): said_lines(noted),
        ("offer", "className"): "offer" if offered else "offer away",
        ("offer-text", "children"): offered,
        ("picture", "disabled"): answer.measurement is None,
        ("export", "children"): _files(answer, catalogue),
    }


def _answer(context: Context, page: Page, view: ViewState) -> Answer:
    """What the notices speak of."""
    if page.answer is not None:
        return page.answer(context, view)
    return context.answers.answer(view) if page.measures else Answer(view, None)


def where(page: Page, view: ViewState, catalogue: Catalogue) -> Panes:
    """The page and its neighbours: navigation, address and title. Needs no store.

    The view is kept as asked, not as shown: a focus that had to give way comes back where it has candles.
    """
    query = view.to_query(catalogue)
    links = Links(query)
    title = (view.asset, page.title, "Plumbline") if page.of_asset else (page.title, "Plumbline")
    return {
        ("nav", "children"): [_nav_link(links, listed, current=listed is page) for listed in PAGES],
        ("name", "href"): links.href("overview"),
        ("frame", "className"): " ".join(["page", f"on-{page.name}", *_without(page)]),
        ("view", "data"): query,
        ("page", "data"): {
            "name": page.name,
            # An address that no page has stays as it was typed.
            "address": links.href(page.name) if page in PAGES else None,
            "title": " · ".join(title),
        },
    }


def said_lines(noted: Sequence[Notice]) -> list[html.P]:
    """Notices as markup."""
    return [html.P(notice.text, className=f"notice {notice.tone}") for notice in noted]


def _nav_link(links: Links, page: Page, *, current: bool) -> html.A:
    marks: dict[str, Any] = {"aria-current": "page"} if current else {}
    return links.page(page.name, page.title, **marks)


def _without(page: Page) -> list[str]:
    """What the style sheet hides: controls that the page has no use for, and the whole bar where it has none."""
    missing = [f"without-{control}" for control in Control if control not in page.controls]
    return missing if page.controls else [*missing, "without-controls"]


def _files(answer: Answer, catalogue: Catalogue) -> Any:  # noqa: ANN401 - whatever dash takes as a child
    """The menu of files of the picture, where there is one."""
    if answer.measurement is None:
        return ""
    return export_menu(What.COMPARISON, answer.view.to_query(catalogue), "More files")


def _window(view: ViewState, catalogue: Catalogue) -> Panes:
    event, name = catalogue.event(view.event), view.window(catalogue)
    minutes = (view.end - view.start) // timedelta(minutes=1)
    bars = "" if view.bar is Timeframe.M1 else f" in bars of {view.bar.length}"
    by_hand = f", {CHOSEN_BY_HAND}" if name is None else ""
    chips = [
        dmc.Tooltip(
            dmc.Chip(window_label(window.name, catalogue), value=window.name, size="sm"),
            label=f"{span(window.start, window.end, view.zone)}. {window.note}",
            multiline=True,
            w=280,
            openDelay=300,
        )
        for window in event.windows.values()
    ]
    return {
        ("event", "value"): view.event,
        ("window", "children"): chips,
        ("window", "value"): name,
        ("span", "children"): f"{span(view.start, view.end, view.zone)}, {minutes:,} minutes{bars}{by_hand}",
        ("range-open", "className"): "plain" if name else "plain chosen",
        ("range-from", "value"): typed(view.start, view.zone),
        ("range-to", "value"): typed(view.end, view.zone),
        ("range-from", "label"): f"From ({view.zone})",
        ("range-to", "label"): f"To ({view.zone})",
    }


def _assets(view: ViewState, answers: Answers) -> Panes:
    """The event's assets one click away, all others in a list."""
    event = answers.catalogue.event(view.event)
    names = answers.catalogue.assets
    every = dict.fromkeys((*event.also, *names, *answers.other_assets(), view.asset))
    others = [ticker for ticker in every if ticker not in event.assets]
    return {
        ("asset", "children"): [dmc.Chip(ticker, value=ticker, size="sm") for ticker in event.assets],
        ("asset", "value"): view.asset if view.asset in event.assets else None,
        ("more", "data"): others,
        ("more", "value"): None if view.asset in event.assets else view.asset,
    }


def _choices(view: ViewState) -> Panes:
    return {
        ("zone", "value"): view.zone.value,
        ("theme", "value"): view.theme.value,
        ("origin", "value"): view.origin.value,
        ("bar", "value"): view.bar.value,
        ("quote", "value"): view.quote.value,
        ("reference-kind", "value"): view.reference.value,
        ("enter", "value"): view.enter_pct,
        ("exit", "value"): view.exit_pct,
        ("min-vote", "value"): view.min_vote_usd,
    }


def _venues(answer: Answer, catalogue: Catalogue) -> Panes:
    """The venues to choose from: those with candles here, else all that the catalogue lists."""
    view = answer.view
    present = answer.present or tuple(catalogue.venues)
    names = [{"value": venue, "label": catalogue.venue(venue).name} for venue in dict.fromkeys((*present, view.focus))]
    return {
        ("focus", "data"): names,
        ("focus", "value"): view.focus,
        ("out", "data"): [name for name in names if name["value"] != view.focus],
        ("out", "value"): sorted(view.out & {*present}),
        ("hide", "data"): names,
        ("hide", "value"): sorted(view.hidden & {*present}),
    }
