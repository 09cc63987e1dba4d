"""The data page as data: what it says of a store by hand, what it asks to be done, and what it says of that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.actions import ASKING, Forgettable, Progress, ToCollect, VenueProgress
from dashboard.answers import Answers
from dashboard.clock import Zone
from dashboard.data_changes import changes_list
from dashboard.data_collect import Form, Scope, progress_panes, started, wanted
from dashboard.data_coverage import NEVER, Field, MarketFields
from dashboard.data_held import follower_lines, forgettable, pace_of, store_line
from dashboard.data_incidents import MOST, SHOWN, incidents, incidents_list
from dashboard.data_map import stretches, told, why
from dashboard.data_upload import KIND, MOST_SENT, Taken, import_routes, taken, taken_lines
from dashboard.pages import data
from dashboard.pages.contract import Context
from dashboard.view import OriginChoice, ViewState, default_view
from data.catalogue import load_catalogue
from data.lock import Holder
from data.schema import BAD_PAGE, CANDLE, COVERAGE, REVISION, RUN, Origin, Timeframe, empty
from data.store import CandleStore
from data.upkeep import StoreSize
from tests.dashboard.sent import plain, text_of
from tests.dashboard.shelf import Hands, Shelf

CATALOGUE = load_catalogue()
START = datetime(2025, 10, 10, 21, 10, tzinfo=UTC)
END = START + timedelta(minutes=30)
NOW = datetime(2025, 12, 1, 12, tzinfo=UTC)
HOLDER = Holder("box", 4711, "2025-12-01T00:00:00Z")
VIEW = ViewState(event="2025-10-10", asset="ATOM", start=START, end=END)
HEAD = "venue,symbol,open_time,open,high,low,close,volume\n"
GOOD = HEAD + "okx,ATOM/USDT,2025-10-10T21:00:00Z,4,4,3,3.5,10\n"
BAD = GOOD + "okx,ATOM/USDT,2025-10-10T21:01:00Z,4,3,5,3.5,10\n"


def over(shelf: Shelf, hands: Hands | None = None) -> Context:
    """What the page works with."""
    return Context(Answers(shelf, CATALOGUE), hands or Hands())


def said(part: object) -> str:
    """The text of components."""
    return text_of(plain(part))


def take(
    store: CandleStore, name: str, text: str, market: tuple[str, str] = ("", ""), *, complete: bool = False
) -> Taken:
    """What becomes of a file."""
    return taken(Hands(store=store), name, BytesIO(text.encode()), market, complete=complete)


def page_over(hands: Hands) -> FlaskClient:
    """A client of a server that takes files, as large ones as the page's."""
    server = Flask(__name__)
    server.config["MAX_CONTENT_LENGTH"] = MOST_SENT
    server.register_blueprint(import_routes(hands))
    return server.test_client()


def failed_row(venue: str, symbol: str, outcome: str, message: str, asked_at: datetime = NOW) -> dict[str, object]:
    """A row of coverage over the window."""
    rest = {"start": START, "end": END, "origin": Origin.OHLCV.value, "source": "api", "price": "trade"}
    named = {"venue": venue, "symbol": symbol, "outcome": outcome, "message": message, "asked_at": asked_at}
    return {**named, **rest, "timeframe": "1m"}


def test_the_page_over_candles() -> None:
    """It says how many exchanges have candles of the asset, where nothing is on record, and what is held."""
    shown = data.values(over(Shelf(), Hands(venues=("binance", "htx"))), VIEW)
    assert said(shown["data-said", "children"]) == (
        "ATOM, 9 Oct 2025, 21:00 to 10 Oct 2025, 22:00 UTC: candles of 9 exchanges; 0 without a missing minute."
    )
    assert shown["data-never", "children"] == "Nothing on record of HTX."
    assert "30 of 60 minutes had, 30 missing (never asked)" in str(plain(shown["data-map", "children"]))
    assert "ATOM/USDT: 30 had" in str(plain(shown["data-map", "children"]))
    assert "imported file" in said(shown["data-held", "children"])
    assert shown["data-forget-what", "data"] == [{"value": "imported:by hand", "label": "by hand"}]


def test_an_empty_store_says_what_to_do() -> None:
    """Nothing on record: the way on is named, and no empty map is drawn."""
    shown = data.values(over(Shelf(empty(CANDLE))), VIEW)
    assert "Nothing of ATOM is on record" in said(shown["data-said", "children"])
    assert "collect it, or import a file" in said(shown["data-said", "children"])
    assert shown["data-map", "children"] == []
    assert "data-empty" in shown["data-covered", "className"]
    assert "holds no candle yet" in said(shown["data-held", "children"])
    assert shown["data-forgetting", "className"] == "away"


def test_the_reconstruction_is_called_no_evidence() -> None:
    """Where there are no real candles the sample is shown as what it is, unless the view wants real ones."""
    made = Shelf().frame.with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    context = over(Shelf(made))
    assert "of the reconstruction, which is no evidence" in data.values(context, VIEW)["data-said", "children"]
    real = ViewState(event=VIEW.event, asset="ATOM", start=START, end=END, origin=OriginChoice.REAL)
    assert "Nothing of ATOM" in data.values(context, real)["data-said", "children"]


def test_runs_without_a_candle_are_told_as_one() -> None:
    """Neighbours that hold nothing for one reason become one field; what holds candles stands by itself."""
    none, full = Field(0, 0, 60, NEVER), Field(60, 0, 0, "complete")
    refused, quiet = Field(0, 0, 60, "refused", "HTTP 403"), Field(0, 60, 0, "complete")
    found = list(stretches([none, none, full, full, refused, quiet, quiet]))
    assert [(run.first, run.size) for run in found] == [(0, 2), (2, 1), (3, 1), (4, 1), (5, 2)]
    assert found[0].alike == Field(0, 0, 120, NEVER)


def test_a_field_in_a_sentence() -> None:
    """Market, time, minutes had, quiet and missing, and why; a market sums up its reasons, the commonest first."""
    field = Field(40, 5, 15, "unreachable", "HTTP 502")
    market = MarketFields("okx", "ATOM/USDT", (field, Field(0, 0, 60, NEVER)))
    sentence = "ATOM/USDT, then: 40 of 60 minutes had, 5 quiet, 15 missing (unreachable: HTTP 502)"
    assert told(market, field, "then") == sentence
    assert why(market) == "60 never asked; 15 unreachable: HTTP 502"


def test_incidents_newest_first() -> None:
    """What was not had, answers kept aside and runs that failed stand in one list, each with what to do next."""
    rows = [
        failed_row("htx", "ATOM/USDT", "refused", "HTTP 403"),
        failed_row("mexc", "ATOM/*", "history-too-short", "30 days", NOW + timedelta(hours=2)),
    ]
    page = {
        "venue": "okx",
        "symbol": "ATOM/USDT",
        "price": "trade",
        "start": START,
        "end": END,
        "source": "www.okx.com",
    }
    page |= {"asked_at": NOW + timedelta(hours=1), "message": "no page of candles", "body": "<html>\n down"}
    run = {"kind": "follow", "began_at": NOW, "ended_at": NOW + timedelta(hours=3), "outcome": "failed", "new": 0}
    run |= {"candles": 0, "revised": 0, "message": "the store is busy", "holder": str(HOLDER)}
    found = incidents(
        pl.DataFrame(rows, schema=COVERAGE),
        pl.DataFrame([page], schema=BAD_PAGE),
        pl.DataFrame([run, {**run, "outcome": "done"}], schema=RUN),
        CATALOGUE,
        Zone.UTC,
    )
    assert [(one.where, one.came) for one in found] == [
        ("Follower", "failed"),
        ("MEXC", "history too short"),
        ("OKX", "kept aside"),
        ("HTX", "refused"),
    ]
    assert found[1].what == "30 minutes of ATOM, any market, 10 Oct 2025, 21:10 to 21:40 UTC"
    assert "import a file" in found[1].next
    assert "--proxy" in found[3].next
    assert found[2].answer == "<html> down"
    assert "1 Dec 2025 15:00" in said(incidents_list(found, Zone.UTC))
    assert "None on record" in said(incidents_list((), Zone.UTC))


def test_many_incidents_are_counted() -> None:
    """The first are in sight, others one click away, and of very many the rest is counted."""
    rows = [failed_row("okx", "ATOM/USDT", "unreachable", f"HTTP {i}") for i in range(MOST + 5)]
    found = incidents(pl.DataFrame(rows, schema=COVERAGE), empty(BAD_PAGE), empty(RUN), CATALOGUE, Zone.UTC)
    text = said(incidents_list(found, Zone.UTC))
    assert f"{MOST - SHOWN} earlier ones" in text
    assert "5 more are in" in text


def test_changed_candles() -> None:
    """First-seen and present value stand side by side with their times; that there are none is said."""
    row = {"venue": "okx", "symbol": "ATOM/USDT", "price": "trade", "timeframe": "1m", "open_time": START}
    row |= {"field": "low", "first_seen": 3.9, "first_seen_at": NOW, "now": 1.2, "now_at": NOW + timedelta(hours=1)}
    row |= {"changes": 1, "origin": Origin.OHLCV.value, "source": "www.okx.com"}
    text = said(changes_list(pl.DataFrame([row], schema=REVISION), "ATOM", CATALOGUE, Zone.UTC8))
    assert "1 candle of ATOM changed, in 1 value" in text
    for part in ("2025-10-11 05:10 UTC+8", "3.9", "1.2", "1 Dec 2025 21:00", "www.okx.com"):
        assert part in text
    many = pl.DataFrame([row | {"open_time": START + timedelta(minutes=i)} for i in range(20)], schema=REVISION)
    assert "8 further values" in said(changes_list(many, "ATOM", CATALOGUE, Zone.UTC))
    assert "None: no exchange" in said(changes_list(empty(REVISION), "ATOM", CATALOGUE, Zone.UTC))


def test_what_to_collect() -> None:
    """The view's asset and window, with the 24 h before and further assets where wanted; or all of the event."""
    assert wanted(Form(), VIEW) == ToCollect(assets=("ATOM",), start=START - timedelta(hours=24), end=END)
    chosen = Form(before=False, further=("DOGE", "ATOM"), venues=("okx",), timeframe=Timeframe.S1)
    assert wanted(chosen, VIEW) == ToCollect(
        assets=("ATOM", "DOGE"), start=START, end=END, venues=("okx",), timeframe=Timeframe.S1
    )
    assert wanted(Form(Scope.EVENT), VIEW) == ToCollect(event="2025-10-10")


def test_progress_of_each_venue() -> None:
    """While it runs, every exchange has a bar, candles, state and message; the clock runs as long as it does."""
    venues = (
        VenueProgress("okx", 300, 300, 600, ASKING),
        VenueProgress("htx", 0, 600, 600, "refused", "ATOM/USDT: HTTP 403"),
    )
    panes = progress_panes(Progress("on", 0.5, running=True, failed=False, what="ATOM", venues=venues), CATALOGUE)
    text = said(panes["data-progress", "children"])
    for part in ("Collecting ATOM", "OKX", "50 %", "asking", "HTX", "refused", "HTTP 403"):
        assert part in text
    assert (panes["data-collect", "disabled"], panes["data-ticker", "disabled"]) == (True, False)
    over_now = progress_panes(Progress("done.", 1, running=False, failed=False, what="ATOM"), CATALOGUE)
    assert "Last collection: ATOM" in said(over_now["data-progress", "children"])
    assert (over_now["data-collect", "disabled"], over_now["data-ticker", "disabled"]) == (False, True)
    assert over_now["data-cancel", "className"] == "away"
    assert progress_panes(None, CATALOGUE)["data-progress", "children"] == []


def test_a_collection_that_cannot_start() -> None:
    """It is said why, and can be tried again."""
    progress = started(Hands(refuses=True), Form(), VIEW)
    assert progress == Progress("the network is off", None, running=False, failed=True)


def test_a_running_collection_is_found_again() -> None:
    """A page that is opened while a collection runs shows it, and so does one that is opened after its end."""
    hands = Hands([Progress("3 of 8", None, running=True, failed=False)])
    assert "3 of 8" in said(data.show(over(Shelf(), hands), VIEW))


def test_who_follows_and_when_next() -> None:
    """The pace is seen from the follower's own runs; before the second it is not known."""

    def run(minute: int, holder: str, kind: str = "follow") -> dict[str, object]:
        at = NOW + timedelta(minutes=minute)
        counts = {"candles": 0, "new": 7, "revised": 0}
        return {
            "kind": kind,
            "began_at": at,
            "ended_at": at,
            "outcome": "done",
            "message": "",
            "holder": holder,
            **counts,
        }

    own = str(HOLDER)
    rows = [run(10, own), run(7, "another"), run(6, own, "re-ask"), run(5, own), run(0, own)]
    runs = pl.DataFrame(rows, schema=RUN)
    assert pace_of(runs, HOLDER) == (NOW + timedelta(minutes=10), timedelta(minutes=5))
    text = said(follower_lines(HOLDER, runs, Zone.UTC))
    assert "process 4711 on box" in text
    assert "It ran every 5 min; the next run is expected at 1 Dec 2025 12:15 UTC." in text
    assert "cannot be told yet" in said(follower_lines(HOLDER, runs.head(1), Zone.UTC))
    assert "No follower runs" in said(follower_lines(None, runs, Zone.UTC))


def test_what_is_held_and_can_be_forgotten() -> None:
    """Files and the sample can be forgotten, what was collected cannot."""
    frame = Shelf().frame
    parts = [frame.with_columns(origin=pl.lit(origin.value)) for origin in (Origin.OHLCV, Origin.RECONSTRUCTION)]
    held = Shelf(pl.concat([frame, *parts])).holdings()
    assert forgettable(held) == (
        Forgettable("by hand", Origin.IMPORTED),
        Forgettable("by hand", Origin.RECONSTRUCTION),
    )


def test_how_much_is_held_of_each_length() -> None:
    """The store's candles and size stand in a sentence; where it holds several lengths, each of them too."""
    size, part = StoreSize(2_500_000, 3), StoreSize(400_000, 1)
    assert store_line("lake", size, {Timeframe.M1: (1200, size)}) == "1,200 candles at lake, 2.5 MB in 3 files."
    assert store_line("s3://x", None, {Timeframe.M1: (1, None)}) == "1 candle at s3://x."
    assert store_line("lake", size, {Timeframe.M1: (1200, part), Timeframe.S1: (60, part)}) == (
        "1,260 candles at lake, 2.5 MB in 3 files: 1,200 of 1 min (0.4 MB), 60 of 1 s (0.4 MB)."
    )
    assert store_line("s3://x", None, {Timeframe.M1: (1, None), Timeframe.M5: (2, None)}) == (
        "3 candles at s3://x: 1 of 1 min, 2 of 5 min."
    )


def with_other_lengths() -> Shelf:
    """The crash in minutes, and ATOM's candles of it as if each were one of a second; DOGE has none of those."""
    frame = Shelf().frame
    seconds = frame.filter(pl.col("symbol").str.starts_with("ATOM/")).with_columns(timeframe=pl.lit("1s"))
    return Shelf(pl.concat([frame, seconds.filter(pl.col("venue") == "okx")]))


def test_a_choice_of_lengths_where_there_are_several() -> None:
    """It is offered of an asset that has several, or where the one asked for is not held, and says which is shown."""
    context = over(with_other_lengths())
    assert data.values(over(Shelf()), VIEW)["data-lengths", "children"] == []
    assert data.values(context, replace(VIEW, asset="DOGE"))["data-lengths", "children"] == []
    offered = str(plain(data.values(context, VIEW)["data-lengths", "children"]))
    assert "'1 min'" in offered
    assert "'1 s'" in offered
    assert "'5 min'" not in offered
    asked = data.values(context, replace(VIEW, bar=Timeframe.M5))
    assert "'5 min'" in str(plain(asked["data-lengths", "children"]))
    assert said(asked["data-said", "children"]).startswith("In candles of 5 min, nothing of ATOM is on record")


def test_the_map_of_another_length() -> None:
    """The map, its sentence and its table count the bars of the view, and only their venues."""
    shown = data.values(over(with_other_lengths(), Hands(venues=("okx", "kraken"))), replace(VIEW, bar=Timeframe.S1))
    assert said(shown["data-said", "children"]) == (
        "ATOM in candles of 1 s, 9 Oct 2025, 21:00 to 10 Oct 2025, 22:00 UTC: candles of 1 exchange; "
        "0 without a missing second."
    )
    assert "30 of 3,600 seconds had, 3,570 missing (never asked)" in str(plain(shown["data-map", "children"]))
    assert "3,600 seconds with a candle" in said(shown["data-map-key", "children"])
    assert shown["data-never", "children"] == "Nothing on record of Kraken."
    assert "60 of 1 s" not in said(shown["data-store", "children"])
    assert "30 of 1 s" in said(shown["data-store", "children"])


def test_incidents_of_other_lengths() -> None:
    """What was not had of candles of a second stands apart from the minutes, and says so."""
    rows = [failed_row("htx", "ATOM/USDT", "refused", "HTTP 403")]
    rows += [{**rows[0], "timeframe": "1s"}]
    found = incidents(pl.DataFrame(rows, schema=COVERAGE), empty(BAD_PAGE), empty(RUN), CATALOGUE, Zone.UTC)
    assert sorted(one.what for one in found) == [
        "30 minutes of ATOM/USDT in candles of 1 s, 10 Oct 2025, 21:10 to 21:40 UTC",
        "30 minutes of ATOM/USDT, 10 Oct 2025, 21:10 to 21:40 UTC",
    ]


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    """An empty store."""
    return CandleStore(str(tmp_path / "lake"))


def test_files_good_and_bad(store: CandleStore) -> None:
    """A good file comes in under its own name; a bad one is refused by file and line, and nothing of it is stored."""
    text = said(taken_lines(take(store, "good.csv", GOOD)))
    assert "good.csv : 1 candle new, 0 already there" in text
    refusal = said(taken_lines(take(store, "bad.csv", BAD)))
    assert "bad.csv" in refusal
    assert "line 3" in refusal
    assert store.holdings()["source"].to_list() == ["good.csv"]
    assert "0 candles new, 1 already there" in said(taken_lines(take(store, "good.csv", GOOD)))


def test_a_file_of_one_market(store: CandleStore) -> None:
    """Venue and symbol are needed together; with both, the file's rows are of that market."""
    rows = "open_time,open,high,low,close,volume\n2025-10-10T21:00:00Z,4,4,3,3.5,10\n"
    half = take(store, "mine.csv", rows, ("kraken", " "), complete=True)
    assert half.failure == "Nothing was taken: a file of one market needs both its exchange and its symbol."
    odd = take(store, "mine.csv", rows, ("kraken", "atom"), complete=True)
    assert "names no market" in odd.failure
    whole = take(store, "mine.csv", rows, ("kraken", "ATOM/USD"), complete=True)
    assert "are quiet" in said(taken_lines(whole))
    assert store.holdings()["symbol"].to_list() == ["ATOM/USD"]


@pytest.mark.parametrize("name", ["../../etc/evil.csv", r"C:\temp\evil.csv", "evil.csv"])
def test_a_name_leads_nowhere(store: CandleStore, name: str) -> None:
    """Of a path only the last part is the name, and that is the source."""
    take(store, name, GOOD)
    assert store.holdings()["source"].to_list() == ["evil.csv"]


@pytest.mark.parametrize("name", ["..", "", "\0.csv"])
def test_what_is_no_name(store: CandleStore, name: str) -> None:
    """What names no file is refused, and nothing is stored."""
    result = take(store, name, GOOD)
    assert result.stored == ()
    assert "is no name of a file" in result.refused[0]
    assert store.holdings().is_empty()


def test_a_file_over_http(store: CandleStore) -> None:
    """The body is the file, the query says the rest; the answer is what to show, and whether anything came in."""
    rows = b"open_time,open,high,low,close,volume\n2025-10-10T21:00:00Z,4,4,3,3.5,10\n"
    query = {"name": "mine.csv", "venue": "kraken", "symbol": "ATOM/USD", "complete": "true"}
    sent = page_over(Hands(store=store)).post("/import", query_string=query, data=rows, content_type=KIND)
    assert sent.json is not None
    assert sent.json["stored"] is True
    assert "mine.csv" in text_of(sent.json["children"])
    assert "are quiet" in text_of(sent.json["children"])
    assert store.holdings()["symbol"].to_list() == ["ATOM/USD"]


def test_another_site_cannot_send_files(store: CandleStore) -> None:
    """A body of a type that a page of another site may send unasked is refused, and so is reading by link."""
    client = page_over(Hands(store=store))
    for kind in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded", None):
        assert client.post("/import?name=a.csv", data=GOOD, content_type=kind).status_code == 415
    assert client.get("/import?name=a.csv").status_code == 405
    assert store.holdings().is_empty()


def test_files_that_are_too_large() -> None:
    """Above the limit nothing is read, and the way for large files is named."""
    hands = Hands()
    head = {"CONTENT_LENGTH": str(MOST_SENT + 1)}
    sent = page_over(hands).post("/import?name=large.csv", content_type=KIND, environ_overrides=head)
    assert sent.json is not None
    assert "large.csv has 64.0 MB" in text_of(sent.json["children"])
    assert "plumbline import FILE" in text_of(sent.json["children"])
    assert (sent.json["stored"], hands.done) == (False, [])


def test_the_default_view_has_the_form() -> None:
    """The form names the view's window and the event, and offers assets beside the view's own."""
    shown = data.values(over(Shelf()), default_view(CATALOGUE))
    assert [choice["label"] for choice in shown["data-scope", "data"]] == ["ATOM, this window", "All of the event"]
    assert "This window: 10 Oct 2025, 20:45 to 23:15 UTC." in shown["data-scope-told", "children"]
    assert "ATOM" not in shown["data-further", "data"]
    assert "DOGE" in shown["data-further", "data"]
