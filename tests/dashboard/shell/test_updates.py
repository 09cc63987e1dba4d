"""The values of shell and explorer when they are opened and changed."""

import json

import pytest
from dash import html
from plotly.utils import PlotlyJSONEncoder

from dashboard.components.static_html import serialize
from dashboard.components.updates import Updates
from dashboard.jobs.actions import CollectionProgress
from dashboard.pages.base import Page, PageContext
from dashboard.pages.explorer import page as explorer
from dashboard.pages.registry import PAGES
from dashboard.service.measurements import Measurements
from dashboard.shell.collection_bar import build_collection_updates
from dashboard.shell.router import Router
from dashboard.shell.updates import build_shell_updates, list_shell_outputs
from dashboard.state.url import parse_query
from dashboard.state.view import build_default_view
from data.catalogue import load_catalogue
from data.reconstruction.candles import reconstruct_candles
from data.schema import CANDLE, build_empty_frame
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CATALOGUE = load_catalogue()
CRASH_QUERY = {"window": "crash"}


def build_router(store: MemoryStore, actions: RecordedActions | None = None) -> Router:
    """The router over a store."""
    return Router(PageContext(Measurements(store, CATALOGUE), actions or RecordedActions()))


@pytest.fixture(scope="module")
def illustrated_router() -> Router:
    """The router over the reconstruction alone."""
    return build_router(MemoryStore(reconstruct_candles()))


def read_notices(values: Updates) -> str:
    """The text of all notices."""
    return collect_text(to_plain_data(values["notices", "children"]))


def test_a_page_holds_every_value() -> None:
    """Opened by a link, the explorer has the values that a change would send, and components for the deferred ones."""
    router = build_router(MemoryStore())
    body, _ = router.open("/explorer", "?window=crash")["content", "children"]
    layout = html.Div(body)
    changes = explorer.build_updates(router.context, parse_query(CRASH_QUERY, CATALOGUE)[0])
    for (name, prop), value in changes.items():
        assert to_plain_data(getattr(layout[name], prop)) == to_plain_data(value), (name, prop)
    later = changes["later", "data"]
    assert set(later) == {"minute-data", "close-look", "thresholds-chart", "thresholds-table", "asset-lows"}
    assert set(later) <= {*layout}


@pytest.mark.parametrize("store", [MemoryStore(), MemoryStore(build_empty_frame(CANDLE))], ids=["measured", "nothing"])
def test_what_changes_is_declared(store: MemoryStore) -> None:
    """The values of the shell are those of its callback's outputs, with candles or without."""
    context = build_router(store).context
    values = build_shell_updates(context, explorer.PAGE, build_default_view(CATALOGUE))
    assert set(values) == set(list_shell_outputs(CATALOGUE))


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_page_sets_declared_outputs(page: Page) -> None:
    """No page has a value of the shell that its callback does not declare."""
    values = build_shell_updates(build_router(MemoryStore()).context, page, build_default_view(CATALOGUE))
    assert set(values) <= set(list_shell_outputs(CATALOGUE))


def test_the_finding() -> None:
    """Headline, second line and charts are of the measurement, and the offer of real candles is hidden."""
    values = build_router(MemoryStore()).apply([], CRASH_QUERY, "explorer")
    assert values["headline", "children"].startswith("ATOM/USDT on Binance: up to 33% below other USDT exchanges")
    assert "The largest of 5 USDT exchanges." in values["second", "children"]
    assert values["main", "className"] == "main"
    assert values["offer", "className"] == "offer away"
    assert len(values["graph", "figure"]["data"]) > 5
    assert values["left-out", "children"] == ""
    assert values["picture", "disabled"] is False


def test_the_reconstruction_is_marked(illustrated_router: Router) -> None:
    """Notice, headline, charts and picture say that this is no measurement, and there is no rank."""
    values = illustrated_router.apply([], {}, "explorer")
    assert "Sample data: made from published figures" in values["offer-text", "children"]
    assert values["headline", "children"].startswith("Published: ATOM/USDT fell to 0.001 on Binance at 21:20")
    assert "SAMPLE" in json.dumps(serialize(values["graph", "figure"]))
    assert "not ranked" not in collect_text(to_plain_data(values["venues", "children"]))
    picture = illustrated_router.build_picture({})
    assert picture is not None
    assert "SAMPLE" in json.dumps(picture["figure"], cls=PlotlyJSONEncoder)


def test_nothing_to_show() -> None:
    """Without candles the page says what to do, and the picture is disabled."""
    router = build_router(MemoryStore(build_empty_frame(CANDLE)))
    values = router.apply([], {"asset": "BNSOL"}, "explorer")
    assert values["main", "className"] == "main empty"
    assert values["offer", "className"] == "offer"
    assert "No candle of BNSOL" in values["offer-text", "children"]
    assert "collect or import prices" in collect_text(to_plain_data(values["second", "children"]))
    assert "plumbline collect --event 2025-10-10" in collect_text(to_plain_data(values["second", "children"]))
    assert router.build_picture({"asset": "BNSOL"}) is None


def test_a_change_is_one_view_further() -> None:
    """Controls that are used together are applied one after the other, and the view's query has all of them."""
    values = build_router(MemoryStore()).apply(
        [("asset", "WBETH"), ("window", "crash"), ("theme", "dark")], {}, "explorer"
    )
    assert values["view", "data"] == {"asset": "WBETH", "window": "crash", "theme": "dark"}
    assert (
        "below its estimated fair value (ETH on other exchanges x the ratio before the event)"
        in values["headline", "children"]
    )


def test_hiding_a_line_changes_no_number() -> None:
    """A hidden venue keeps its vote: every sentence and table stays, only the charts change."""
    router = build_router(MemoryStore())
    before, after = (
        router.apply([], CRASH_QUERY, "explorer"),
        router.apply([("hide", ["okx"])], CRASH_QUERY, "explorer"),
    )
    for name in ("headline", "second", "measured", "venues"):
        assert collect_text(to_plain_data(after[name, "children"])) == collect_text(
            to_plain_data(before[name, "children"])
        )
    assert serialize(after["graph", "figure"]) != serialize(before["graph", "figure"])


def test_nothing_stands_in_for_the_focus() -> None:
    """If the requested focus has no candles the headline says so, and its name stays in the control and in the link."""
    router = build_router(MemoryStore())
    doge_values = router.apply([("asset", "DOGE")], CRASH_QUERY, "explorer")
    assert (doge_values["focus", "value"], doge_values["view", "data"]) == ("binance", {**CRASH_QUERY, "asset": "DOGE"})
    assert doge_values["headline", "children"] == "No price of DOGE on Binance is in this data for this window"


def test_nonsense_is_said_and_changes_nothing() -> None:
    """A value of a control that is not valid becomes a notice, and the view stays."""
    values = build_router(MemoryStore()).apply([("range", ("noon", "2025-10-10 21:20"))], CRASH_QUERY, "explorer")
    assert "Not done: 'noon' is no time" in read_notices(values)
    assert values["view", "data"] == CRASH_QUERY


def test_a_bad_link_is_said() -> None:
    """A link with a value that is not valid opens with a notice about it."""
    values = build_router(MemoryStore()).open("/explorer", "?window=crash&zone=CET")
    assert "zone 'CET' is not known" in read_notices(values)


def test_an_unreadable_store_is_said() -> None:
    """If the store cannot be read the page says so, below a navigation that works."""
    values = build_router(MemoryStore(is_broken=True)).open("/explorer", None)
    assert "cannot be read" in collect_text(to_plain_data(values["content", "children"]))
    assert "Method" in collect_text(to_plain_data(values["nav", "children"]))


def test_assets_beyond_the_event() -> None:
    """Assets beyond the event are chosen from a list, including those that only the store has."""
    values = build_router(MemoryStore()).apply([("more", "SOMECOIN")], CRASH_QUERY, "explorer")
    assert (values["asset", "value"], values["more", "value"]) == (None, "SOMECOIN")
    assert "SOMECOIN" in values["more", "data"]
    assert "ATOM" not in values["more", "data"]


def test_a_window_by_hand() -> None:
    """A window without a name is called chosen by hand, and its edges are shown on the reader's clock."""
    controls = [("zone", "UTC+8"), ("range", ("2025-10-11 05:12", "2025-10-11 05:30"))]
    values = build_router(MemoryStore()).apply(controls, {}, "explorer")
    assert values["span", "children"] == "11 Oct 2025, 05:12 to 05:30 UTC+8, 18 minutes, chosen by hand"
    assert (values["range-from", "value"], values["range-from", "label"]) == ("2025-10-11 05:12", "From (UTC+8)")
    assert values["window", "value"] is None


def test_the_lows_of_one_asset() -> None:
    """The explorer has the lows of its asset, and a link to the lows of all in the same view."""
    values = build_router(MemoryStore()).apply([], CRASH_QUERY, "explorer")
    line = collect_text(to_plain_data(values["later", "data"]["asset-lows"]["children"]))
    assert "0.001" in line
    assert "DOGE" not in line
    assert values["all-lows", "children"].href == "/lows?window=crash"


def test_the_picture_has_a_name() -> None:
    """The name of the picture's file has asset and venue."""
    picture = build_router(MemoryStore()).build_picture(CRASH_QUERY)
    assert picture is not None
    assert picture["filename"].startswith("plumbline_ATOM_binance")
    assert "." not in picture["filename"]


def test_collecting() -> None:
    """A collection starts for the event, shows its progress, can be cancelled, and shows its result."""
    actions = RecordedActions(
        [
            CollectionProgress("2 of 8", 0.25, running=True, failed=False),
            CollectionProgress("done", 1, running=False, failed=False),
        ]
    )
    router = build_router(MemoryStore(), actions)
    values, ended = router.update_collection("collect", {"event": "2023-03-10"})
    assert (actions.calls, ended) == (["2023-03-10"], False)
    assert (values["collection-bar", "value"], values["ticker", "disabled"]) == (25, False)
    values, ended = router.update_collection("cancel", {})
    assert (actions.calls[-1], ended) == ("cancel", True)
    assert (values["collection", "className"], values["collection-text", "children"]) == ("collection ended", "done")
    assert set(values) == set(build_collection_updates(None))


def test_a_collection_that_cannot_start() -> None:
    """A collection that cannot start shows the reason, and can be started again."""
    values, ended = build_router(MemoryStore(), RecordedActions(refuses_start=True)).update_collection("collect", {})
    assert (values["collection", "className"], ended) == ("collection ended failed", True)
    assert (values["collection-text", "children"], values["collect", "disabled"]) == ("the network is off", False)


def test_a_running_collection_is_found_again() -> None:
    """A page that is opened during a collection shows it; one that has ended is not shown."""
    actions = RecordedActions([CollectionProgress("3 of 8", None, running=True, failed=False)])
    values = build_router(MemoryStore(), actions).open("/explorer", "")
    assert (values["collection", "className"], values["ticker", "disabled"]) == ("collection running", False)
    ended_actions = RecordedActions([CollectionProgress("done", 1, running=False, failed=False)])
    assert build_router(MemoryStore(), ended_actions).open("/explorer", "")["collection", "className"] == "away"
