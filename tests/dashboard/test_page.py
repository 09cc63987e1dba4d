"""Shell and explorer as a whole: what they hold, what a click changes, and that nothing leaves it blank."""

import json

import pytest
from dash import html
from plotly.utils import PlotlyJSONEncoder

from dashboard.actions import Progress
from dashboard.answers import Answers
from dashboard.collection import PROPS as COLLECTION_PROPS
from dashboard.frame import PROPS, frame
from dashboard.link import from_query
from dashboard.pages import explorer
from dashboard.pages.contract import Context
from dashboard.panes import Panes
from dashboard.site import Site
from dashboard.view import default_view
from dashboard.written import outgoing
from data.catalogue import load_catalogue
from data.reconstruction import reconstruct
from data.schema import CANDLE, empty
from tests.dashboard.sent import plain, text_of
from tests.dashboard.shelf import Hands, Shelf

CATALOGUE = load_catalogue()
CRASH = {"window": "crash"}


def site_over(shelf: Shelf, hands: Hands | None = None) -> Site:
    """All pages over a store."""
    return Site(Context(Answers(shelf, CATALOGUE), hands or Hands()))


@pytest.fixture(scope="module")
def illustrated() -> Site:
    """All pages over the reconstruction alone."""
    return site_over(Shelf(reconstruct()))


def said(values: Panes) -> str:
    """All notices."""
    return text_of(plain(values["notices", "children"]))


def test_a_page_holds_every_value() -> None:
    """Opened by a link, the explorer has every value in its place that a change would send, or a place for it."""
    site = site_over(Shelf())
    body, _ = site.opened("/explorer", "?window=crash")["content", "children"]
    bones = html.Div(body)
    sent = explorer.change(site.context, from_query(CRASH, CATALOGUE)[0])
    for (name, prop), value in sent.items():
        assert plain(getattr(bones[name], prop)) == plain(value), (name, prop)
    later = sent["later", "data"]
    assert set(later) == {"minute-data", "close-look", "thresholds-chart", "thresholds-table", "asset-lows"}
    assert set(later) <= {*bones}


@pytest.mark.parametrize("shelf", [Shelf(), Shelf(empty(CANDLE))], ids=["measured", "nothing"])
def test_what_changes_is_declared(shelf: Shelf) -> None:
    """The outputs that the shell has are those that are declared, with candles or without."""
    context = site_over(shelf).context
    assert set(frame(context, explorer.PAGE, default_view(CATALOGUE))) == set(PROPS)


def test_the_finding() -> None:
    """Headline, second line and charts are those of the measurement; the offer of real candles is out of the way."""
    values = site_over(Shelf()).changed([], CRASH, "explorer")
    assert values["headline", "children"].startswith("ATOM on Binance: up to 33 % below other USDT exchanges")
    assert "Deepest of 5 USDT exchanges: yes" in values["second", "children"]
    assert values["main", "className"] == "main"
    assert values["offer", "className"] == "offer away"
    assert len(values["graph", "figure"]["data"]) > 5
    assert values["left-out", "children"] == "Left out: Kraken ATOM/EUR (EUR has no value in dollars here)."
    assert values["picture", "disabled"] is False


def test_the_reconstruction_is_marked(illustrated: Site) -> None:
    """Notice, headline, charts and picture all say that this is no measurement, and there is no rank."""
    values = illustrated.changed([], {}, "explorer")
    assert "Illustration, not a measurement" in values["offer-text", "children"]
    assert values["headline", "children"] == "Illustration from published figures, not a measurement"
    assert "not a measurement" in json.dumps(outgoing(values["graph", "figure"]))
    assert "not ranked" not in text_of(plain(values["venues", "children"]))
    drawn = illustrated.picture({})
    assert drawn is not None
    assert "not a measurement" in json.dumps(drawn["figure"], cls=PlotlyJSONEncoder)


def test_nothing_to_show() -> None:
    """Without candles the page says what to do next, and the picture cannot be asked for."""
    page = site_over(Shelf(empty(CANDLE)))
    values = page.changed([], {"asset": "BNSOL"}, "explorer")
    assert values["main", "className"] == "main empty"
    assert values["offer", "className"] == "offer"
    assert "No candle of BNSOL" in values["offer-text", "children"]
    assert "Collect or import candles" in text_of(plain(values["second", "children"]))
    assert "plumbline collect --event 2025-10-10" in text_of(plain(values["second", "children"]))
    assert page.picture({"asset": "BNSOL"}) is None


def test_a_change_is_one_view_further() -> None:
    """Controls used together apply one after the other, and the view says so in its link."""
    values = site_over(Shelf()).changed([("asset", "WBETH"), ("window", "crash"), ("theme", "dark")], {}, "explorer")
    assert values["view", "data"] == {"asset": "WBETH", "window": "crash", "theme": "dark"}
    assert "below fair value; no other exchange asked lists it" in values["headline", "children"]


def test_hiding_a_line_changes_no_number() -> None:
    """A hidden venue keeps its vote: every sentence and table stays, only the charts change."""
    page = site_over(Shelf())
    before, after = page.changed([], CRASH, "explorer"), page.changed([("hide", ["okx"])], CRASH, "explorer")
    for name in ("headline", "second", "measured", "venues"):
        assert text_of(plain(after[name, "children"])) == text_of(plain(before[name, "children"]))
    assert outgoing(after["graph", "figure"]) != outgoing(before["graph", "figure"])


def test_a_replaced_focus_stays_asked_for() -> None:
    """Where the asked focus has no candles another is shown, but the link still asks for the first."""
    page = site_over(Shelf())
    doge = page.changed([("asset", "DOGE")], CRASH, "explorer")
    assert (doge["focus", "value"], doge["view", "data"]) == ("coinbaseexchange", {**CRASH, "asset": "DOGE"})
    assert "Binance has no candle of DOGE" in said(doge)
    assert page.changed([("asset", "ATOM")], doge["view", "data"], "explorer")["focus", "value"] == "binance"


def test_nonsense_is_said_and_changes_nothing() -> None:
    """What a control sends and cannot be done is said above the finding, in the view that was."""
    values = site_over(Shelf()).changed([("range", ("noon", "2025-10-10 21:20"))], CRASH, "explorer")
    assert "Not done: 'noon' is no time" in said(values)
    assert values["view", "data"] == CRASH


def test_a_bad_link_is_said() -> None:
    """A link that makes no sense opens what it can, and the page says what it could not."""
    values = site_over(Shelf()).opened("/explorer", "?window=crash&zone=CET")
    assert "zone 'CET' is not known" in said(values)


def test_an_unreadable_store_is_said() -> None:
    """A store that cannot be read gives a page that says so, under a navigation that works."""
    values = site_over(Shelf(broken=True)).opened("/explorer", None)
    assert "cannot be read" in text_of(plain(values["content", "children"]))
    assert "Method" in text_of(plain(values["nav", "children"]))


def test_assets_beyond_the_event() -> None:
    """An asset that the event is not about is chosen from the list, one that only the store knows included."""
    values = site_over(Shelf()).changed([("more", "SOMECOIN")], CRASH, "explorer")
    assert (values["asset", "value"], values["more", "value"]) == (None, "SOMECOIN")
    assert "SOMECOIN" in values["more", "data"]
    assert "ATOM" not in values["more", "data"]


def test_a_window_by_hand() -> None:
    """A window chosen by hand is said to be, its edges stand in the two fields on the clock that is shown."""
    used = [("zone", "UTC+8"), ("range", ("2025-10-11 05:12", "2025-10-11 05:30"))]
    values = site_over(Shelf()).changed(used, {}, "explorer")
    assert values["span", "children"] == "11 Oct 2025, 05:12 to 05:30 UTC+8, 18 minutes, chosen by hand"
    assert (values["range-from", "value"], values["range-from", "label"]) == ("2025-10-11 05:12", "From (UTC+8)")
    assert values["window", "value"] is None


def test_the_lows_of_one_asset() -> None:
    """The explorer has the line of its own asset, and the way to the lows of all in the same view."""
    values = site_over(Shelf()).changed([], CRASH, "explorer")
    line = text_of(plain(values["later", "data"]["asset-lows"]["children"]))
    assert "0.001" in line
    assert "DOGE" not in line
    assert values["all-lows", "children"].href == "/lows?window=crash"


def test_the_picture_has_a_name() -> None:
    """The file of the picture is named after what it shows."""
    drawn = site_over(Shelf()).picture(CRASH)
    assert drawn is not None
    assert drawn["filename"].startswith("plumbline_ATOM_binance")
    assert "." not in drawn["filename"]


def test_collecting() -> None:
    """Collecting starts for the event, tells how far it is, can be ended, and says what came of it."""
    hands = Hands(
        [Progress("2 of 8", 0.25, running=True, failed=False), Progress("done", 1, running=False, failed=False)]
    )
    page = site_over(Shelf(), hands)
    values, ended = page.collected("collect", {"event": "2023-03-10"})
    assert (hands.done, ended) == (["2023-03-10"], False)
    assert (values["collection-bar", "value"], values["ticker", "disabled"]) == (25, False)
    values, ended = page.collected("cancel", {})
    assert (hands.done[-1], ended) == ("cancel", True)
    assert (values["collection", "className"], values["collection-text", "children"]) == ("collection ended", "done")
    assert set(values) == set(COLLECTION_PROPS)


def test_a_collection_that_cannot_start() -> None:
    """A collection that cannot start says why, and can be tried again."""
    values, ended = site_over(Shelf(), Hands(refuses=True)).collected("collect", {})
    assert (values["collection", "className"], ended) == ("collection ended failed", True)
    assert (values["collection-text", "children"], values["collect", "disabled"]) == ("the network is off", False)


def test_a_running_collection_is_found_again() -> None:
    """A page that is opened while a collection runs shows it; one that has ended is past."""
    hands = Hands([Progress("3 of 8", None, running=True, failed=False)])
    values = site_over(Shelf(), hands).opened("/explorer", "")
    assert (values["collection", "className"], values["ticker", "disabled"]) == ("collection running", False)
    over = Hands([Progress("done", 1, running=False, failed=False)])
    assert site_over(Shelf(), over).opened("/explorer", "")["collection", "className"] == "away"
