"""The data page: its values, and the collections it orders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from dashboard.jobs.actions import ASKING, CollectionOrder, CollectionProgress, StoredSource, VenueProgress
from dashboard.pages.base import PageContext
from dashboard.pages.data import page as data
from dashboard.pages.data.collect_form import (
    CollectForm,
    CollectScope,
    build_order,
    build_progress_updates,
    start_collection,
)
from dashboard.pages.data.coverage_map import describe_field, describe_missing, group_fields
from dashboard.pages.data.holdings import build_follower_status, describe_store, list_forgettable_sources, measure_pace
from dashboard.pages.data.incidents import MAX_INCIDENTS, VISIBLE_INCIDENTS, build_incident_list, list_incidents
from dashboard.pages.data.revisions import build_revision_list
from dashboard.service.coverage import NOT_REQUESTED, CoverageField, MarketCoverage
from dashboard.service.measurements import Measurements
from dashboard.state.view import OriginChoice, ViewState, build_default_view
from dashboard.text.clock import Zone
from data.catalogue import load_catalogue
from data.delta.upkeep.maintenance import StoreSize
from data.lock import Holder
from data.schema import CANDLE, COVERAGE, REJECTED_PAGE, REVISION, RUN, Origin, Timeframe, build_empty_frame
from data.store import CandleStore
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.memory_store import MemoryStore, RecordedActions, build_market_candles

CATALOGUE = load_catalogue()
START = datetime(2025, 10, 10, 21, 10, tzinfo=UTC)
END = START + timedelta(minutes=30)
NOW = datetime(2025, 12, 1, 12, tzinfo=UTC)
HOLDER = Holder("box", 4711, "2025-12-01T00:00:00Z")
VIEW = ViewState(event="2025-10-10", asset="ATOM", start=START, end=END)


def build_context(store: MemoryStore, actions: RecordedActions | None = None) -> PageContext:
    """The context of the page."""
    return PageContext(Measurements(store, CATALOGUE), actions or RecordedActions())


def read_text(part: object) -> str:
    """The text of components."""
    return collect_text(to_plain_data(part))


def build_failed_row(
    venue: str, symbol: str, outcome: str, message: str, asked_at: datetime = NOW
) -> dict[str, object]:
    """A row of coverage over the window."""
    defaults = {"start": START, "end": END, "origin": Origin.OHLCV.value, "source": "api", "price": "trade"}
    columns = {"venue": venue, "symbol": symbol, "outcome": outcome, "message": message, "asked_at": asked_at}
    return {**columns, **defaults, "timeframe": "1m"}


def test_the_page_over_candles() -> None:
    """The page shows how many exchanges have candles of the asset, which have no record, and what the store holds."""
    values = data.build_updates(build_context(MemoryStore(), RecordedActions(venues=("binance", "htx"))), VIEW)
    assert read_text(values["data-said", "children"]) == (
        "ATOM, 9 Oct 2025, 21:00 to 10 Oct 2025, 22:00 UTC: 9 exchanges loaded; 0 complete."
    )
    assert values["data-never", "children"] == "Not requested yet: HTX."
    assert "30 of 60 minutes with a price, 30 missing (not requested)" in str(
        to_plain_data(values["data-map", "children"])
    )
    assert "ATOM/USDT: 30 with a price" in str(to_plain_data(values["data-map", "children"]))
    assert "imported file" in read_text(values["data-held", "children"])
    assert values["data-forget-what", "data"] == [{"value": "imported:by hand", "label": "by hand"}]


def test_an_empty_store_says_what_to_do() -> None:
    """Without any record the page says what to do, and has no map."""
    values = data.build_updates(build_context(MemoryStore(build_empty_frame(CANDLE))), VIEW)
    assert "No data of ATOM are loaded" in read_text(values["data-said", "children"])
    assert "collect them, or import a file" in read_text(values["data-said", "children"])
    assert values["data-map", "children"] == []
    assert "data-empty" in values["data-covered", "className"]
    assert "Nothing is stored yet" in read_text(values["data-held", "children"])
    assert values["data-forgetting", "className"] == "away"


def test_the_reconstruction_is_called_no_evidence() -> None:
    """Without real candles the page shows the sample and calls it no evidence, unless the view excludes it."""
    candles = MemoryStore().frame.with_columns(origin=pl.lit(Origin.RECONSTRUCTION.value))
    context = build_context(MemoryStore(candles))
    assert "(sample, not real)" in data.build_updates(context, VIEW)["data-said", "children"]
    real_view = ViewState(event=VIEW.event, asset="ATOM", start=START, end=END, origin=OriginChoice.REAL)
    assert "No data of ATOM" in data.build_updates(context, real_view)["data-said", "children"]


def test_runs_without_a_candle_are_told_as_one() -> None:
    """Neighbouring fields without a candle are merged if their reason is the same; fields with candles are not."""
    never_field, complete_field = CoverageField(0, 0, 60, NOT_REQUESTED), CoverageField(60, 0, 0, "complete")
    refused_field, quiet_field = CoverageField(0, 0, 60, "refused", "HTTP 403"), CoverageField(0, 60, 0, "complete")
    merged_fields = list(
        group_fields(
            [never_field, never_field, complete_field, complete_field, refused_field, quiet_field, quiet_field]
        )
    )
    assert [(run.start, run.size) for run in merged_fields] == [(0, 2), (2, 1), (3, 1), (4, 1), (5, 2)]
    assert merged_fields[0].merged_field == CoverageField(0, 0, 120, NOT_REQUESTED)


def test_a_field_in_a_sentence() -> None:
    """A field has market, time, minutes and the reason for missing ones; a market lists reasons by their frequency."""
    field = CoverageField(40, 5, 15, "unreachable", "HTTP 502")
    market = MarketCoverage("okx", "ATOM/USDT", (field, CoverageField(0, 0, 60, NOT_REQUESTED)))
    sentence = "ATOM/USDT, then: 40 of 60 minutes with a price, 5 without trades, 15 missing (unreachable: HTTP 502)"
    assert describe_field(market, field, "then") == sentence
    assert describe_missing(market) == "60 not requested; 15 unreachable: HTTP 502"


def test_incidents_newest_first() -> None:
    """Missing minutes, rejected answers and failed runs are one list, each with advice."""
    rows = [
        build_failed_row("htx", "ATOM/USDT", "refused", "HTTP 403"),
        build_failed_row("mexc", "ATOM/*", "history-too-short", "30 days", NOW + timedelta(hours=2)),
    ]
    rejected_page = {
        "venue": "okx",
        "symbol": "ATOM/USDT",
        "price": "trade",
        "start": START,
        "end": END,
        "source": "www.okx.com",
    }
    rejected_page |= {"asked_at": NOW + timedelta(hours=1), "message": "no page of candles", "body": "<html>\n down"}
    run = {"kind": "follow", "began_at": NOW, "ended_at": NOW + timedelta(hours=3), "outcome": "failed", "new": 0}
    run |= {"candles": 0, "revised": 0, "message": "the store is busy", "holder": str(HOLDER)}
    incident_list = list_incidents(
        pl.DataFrame(rows, schema=COVERAGE),
        pl.DataFrame([rejected_page], schema=REJECTED_PAGE),
        pl.DataFrame([run, {**run, "outcome": "done"}], schema=RUN),
        CATALOGUE,
        Zone.UTC,
    )
    assert [(incident.source, incident.outcome) for incident in incident_list] == [
        ("Live updates", "failed"),
        ("MEXC", "history too short"),
        ("OKX", "set aside"),
        ("HTX", "refused"),
    ]
    assert incident_list[1].request == "Any market of ATOM, 10 Oct 2025, 21:10 to 21:40 UTC"
    assert "import a file" in incident_list[1].advice
    assert "--proxy" in incident_list[3].advice
    assert incident_list[2].response_excerpt == "<html> down"
    assert "1 Dec 2025 15:00" in read_text(build_incident_list(incident_list, Zone.UTC))
    assert "None: no request" in read_text(build_incident_list((), Zone.UTC))


def test_exchanges_that_fail_alike_are_one_row() -> None:
    """Three unreachable exchanges are one row with their answers behind a click; one that refuses has its own."""
    rows = [
        build_failed_row(venue, "ATOM/*", "unreachable", f"no answer of {venue}") for venue in ("okx", "htx", "gate")
    ]
    rows.append(build_failed_row("mexc", "ATOM/*", "refused", "HTTP 403"))
    empty = build_empty_frame(REJECTED_PAGE), build_empty_frame(RUN)
    incidents = list_incidents(pl.DataFrame(rows, schema=COVERAGE), *empty, CATALOGUE, Zone.UTC)
    (table,) = build_incident_list(incidents, Zone.UTC)
    group_row, single_row = sorted(table.children[1].children, key=lambda row: "MEXC" in read_text(row))
    text = read_text(group_row)
    assert "3 exchanges Gate, HTX, OKX" in text
    assert "Each exchange" in text
    assert text.count("no answer of") == 3
    assert text.count("Any market of ATOM") == 1
    assert "MEXC" in read_text(single_row)
    two = list_incidents(pl.DataFrame(rows[:2], schema=COVERAGE), *empty, CATALOGUE, Zone.UTC)
    assert "Each exchange" not in read_text(build_incident_list(two, Zone.UTC))


def test_many_incidents_are_counted() -> None:
    """The first incidents are visible, others in a closed element, and those beyond the limit are counted."""
    rows = [build_failed_row("okx", "ATOM/USDT", "unreachable", f"HTTP {i}") for i in range(MAX_INCIDENTS + 5)]
    incident_list = list_incidents(
        pl.DataFrame(rows, schema=COVERAGE),
        build_empty_frame(REJECTED_PAGE),
        build_empty_frame(RUN),
        CATALOGUE,
        Zone.UTC,
    )
    text = read_text(build_incident_list(incident_list, Zone.UTC))
    assert f"{MAX_INCIDENTS - VISIBLE_INCIDENTS} earlier ones" in text
    assert "5 more are in" in text


def test_changed_candles() -> None:
    """First and latest value stand beside each other with their times; an empty list says so."""
    row = {"venue": "okx", "symbol": "ATOM/USDT", "price": "trade", "timeframe": "1m", "open_time": START}
    row |= {"field": "low", "first_seen": 3.9, "first_seen_at": NOW, "now": 1.2, "now_at": NOW + timedelta(hours=1)}
    row |= {"changes": 1, "origin": Origin.OHLCV.value, "source": "www.okx.com"}
    text = read_text(build_revision_list(pl.DataFrame([row], schema=REVISION), "ATOM", CATALOGUE, Zone.UTC8))
    assert "1 value of 1 bar of ATOM changed" in text
    for part in ("2025-10-11 05:10 UTC+8", "3.9", "1.2", "1 Dec 2025 21:00", "www.okx.com"):
        assert part in text
    revisions = pl.DataFrame([row | {"open_time": START + timedelta(minutes=i)} for i in range(20)], schema=REVISION)
    assert "8 further values" in read_text(build_revision_list(revisions, "ATOM", CATALOGUE, Zone.UTC))
    assert "None: no exchange" in read_text(
        build_revision_list(build_empty_frame(REVISION), "ATOM", CATALOGUE, Zone.UTC)
    )


def test_bars_with_two_sources(tmp_path: Path) -> None:
    """Thirty minutes of two files that differ in ten lows: eight differences are visible, two more at a click."""
    store = CandleStore(str(tmp_path / "lake"))
    frame = build_market_candles("okx", "ATOM/USDT", 4.0)
    store.write_candles(frame, source="a.csv", fetched_at=NOW)
    low = pl.when(pl.col("open_time") < START + timedelta(minutes=10)).then(3.0).otherwise("low")
    store.write_candles(frame.with_columns(low=low), source="b.csv", fetched_at=NOW)
    context = PageContext(Measurements(store, CATALOGUE), RecordedActions())
    parts = data.build_updates(context, VIEW)["data-audit", "children"]
    text = read_text(parts)
    assert "30 bars from two sources: 20 equal, 10 different." in text
    assert "a difference between them is not a change" in text
    assert read_text(parts[1]).count("−25%") == 8
    assert "2 further differences" in text
    assert text.count("−25%") == 10
    assert "file a.csv" in text
    assert "What was compared, by market" in text


def test_bars_with_one_source() -> None:
    """Without a second source or a second fetch the page says so, and shows no table."""
    store = MemoryStore(build_market_candles("okx", "ATOM/USDT", 4.0))
    parts = data.build_updates(build_context(store), VIEW)["data-audit", "children"]
    assert len(parts) == 1
    text = read_text(parts)
    assert "No bar has two sources here." in text
    assert "Every candle can be made of trades" in text


def test_candles_that_do_not_look_like_trades() -> None:
    """The same candle ten times in a row while others move is listed as a run."""
    parts = data.build_updates(build_context(MemoryStore()), VIEW)["data-audit", "children"]
    assert "the same candle again and again" in read_text(parts)


def test_what_to_collect() -> None:
    """The view's scope has the 24 h before and further assets on request; the event's scope has neither."""
    assert build_order(CollectForm(), VIEW) == CollectionOrder(
        assets=("ATOM",), start=START - timedelta(hours=24), end=END
    )
    form = CollectForm(include_before=False, further_assets=("DOGE", "ATOM"), venues=("okx",), timeframe=Timeframe.S1)
    assert build_order(form, VIEW) == CollectionOrder(
        assets=("ATOM", "DOGE"), start=START, end=END, venues=("okx",), timeframe=Timeframe.S1
    )
    assert build_order(CollectForm(CollectScope.EVENT), VIEW) == CollectionOrder(event="2025-10-10")


def test_progress_of_each_venue() -> None:
    """A running collection shows bar, candles, state and message of every exchange; the ticker runs until it ends."""
    venues = (
        VenueProgress("okx", 300, 300, 600, ASKING),
        VenueProgress("htx", 0, 600, 600, "refused", "ATOM/USDT: HTTP 403"),
    )
    updates = build_progress_updates(
        CollectionProgress("on", 0.5, running=True, failed=False, description="ATOM", venues=venues), CATALOGUE
    )
    text = read_text(updates["data-progress", "children"])
    for part in ("Collecting ATOM", "OKX", "50%", "asking", "HTX", "refused", "HTTP 403"):
        assert part in text
    assert (updates["data-collect", "disabled"], updates["data-ticker", "disabled"]) == (True, False)
    ended_updates = build_progress_updates(
        CollectionProgress("done.", 1, running=False, failed=False, description="ATOM"), CATALOGUE
    )
    assert "Last collection: ATOM" in read_text(ended_updates["data-progress", "children"])
    assert (ended_updates["data-collect", "disabled"], ended_updates["data-ticker", "disabled"]) == (False, True)
    assert ended_updates["data-cancel", "className"] == "away"
    assert build_progress_updates(None, CATALOGUE)["data-progress", "children"] == []


def test_a_collection_that_cannot_start() -> None:
    """A collection that cannot start shows the reason, and can be started again."""
    progress = start_collection(RecordedActions(refuses_start=True), CollectForm(), VIEW)
    assert progress == CollectionProgress("the network is off", None, running=False, failed=True)


def test_a_running_collection_is_found_again() -> None:
    """A page that is opened during a collection or after it shows its progress."""
    actions = RecordedActions([CollectionProgress("3 of 8", None, running=True, failed=False)])
    assert "3 of 8" in read_text(data.build_content(build_context(MemoryStore(), actions), VIEW))


def test_who_follows_and_when_next() -> None:
    """The pace is measured from the follower's own runs, and is unknown before the second."""

    def build_run(minute: int, holder: str, kind: str = "follow") -> dict[str, object]:
        time = NOW + timedelta(minutes=minute)
        counts = {"candles": 0, "new": 7, "revised": 0}
        return {
            "kind": kind,
            "began_at": time,
            "ended_at": time,
            "outcome": "done",
            "message": "",
            "holder": holder,
            **counts,
        }

    holder_text = str(HOLDER)
    rows = [
        build_run(10, holder_text),
        build_run(7, "another"),
        build_run(6, holder_text, "re-ask"),
        build_run(5, holder_text),
        build_run(0, holder_text),
    ]
    runs = pl.DataFrame(rows, schema=RUN)
    assert measure_pace(runs, HOLDER) == (NOW + timedelta(minutes=10), timedelta(minutes=5))
    text = read_text(build_follower_status(HOLDER, runs, Zone.UTC))
    assert "process 4711 on box" in text
    assert "It ran every 5 min; the next run is expected at 1 Dec 2025 12:15 UTC." in text
    assert "not known yet" in read_text(build_follower_status(HOLDER, runs.head(1), Zone.UTC))
    assert "Live updates: off" in read_text(build_follower_status(None, runs, Zone.UTC))


def test_what_is_held_and_can_be_forgotten() -> None:
    """Imported files and the sample can be forgotten, collected candles cannot."""
    frame = MemoryStore().frame
    parts = [frame.with_columns(origin=pl.lit(origin.value)) for origin in (Origin.OHLCV, Origin.RECONSTRUCTION)]
    holdings = MemoryStore(pl.concat([frame, *parts])).candles.read_holdings()
    assert list_forgettable_sources(holdings) == (
        StoredSource("by hand", Origin.IMPORTED),
        StoredSource("by hand", Origin.RECONSTRUCTION),
    )


def test_how_much_is_held_of_each_length() -> None:
    """A sentence names the candles and the size of the store, and those of each length if there are several."""
    size, part_size = StoreSize(2_500_000, 3), StoreSize(400_000, 1)
    assert describe_store("lake", size, {Timeframe.M1: (1200, size)}) == "1,200 bars at lake, 2.5 MB in 3 files."
    assert describe_store("s3://x", None, {Timeframe.M1: (1, None)}) == "1 bar at s3://x."
    assert describe_store("lake", size, {Timeframe.M1: (1200, part_size), Timeframe.S1: (60, part_size)}) == (
        "1,260 bars at lake, 2.5 MB in 3 files: 1,200 of 1 min (0.4 MB), 60 of 1 s (0.4 MB)."
    )
    assert describe_store("s3://x", None, {Timeframe.M1: (1, None), Timeframe.M5: (2, None)}) == (
        "3 bars at s3://x: 1 of 1 min, 2 of 5 min."
    )


def build_mixed_store() -> MemoryStore:
    """The crash in minutes, and ATOM's candles of it as if each were one of a second; DOGE has none of those."""
    frame = MemoryStore().frame
    seconds = frame.filter(pl.col("symbol").str.starts_with("ATOM/")).with_columns(timeframe=pl.lit("1s"))
    return MemoryStore(pl.concat([frame, seconds.filter(pl.col("venue") == "okx")]))


def test_a_choice_of_lengths_where_there_are_several() -> None:
    """The choice of length is there for an asset with several, or if the view's length is not stored."""
    context = build_context(build_mixed_store())
    assert data.build_updates(build_context(MemoryStore()), VIEW)["data-lengths", "children"] == []
    assert data.build_updates(context, replace(VIEW, asset="DOGE"))["data-lengths", "children"] == []
    lengths_text = str(to_plain_data(data.build_updates(context, VIEW)["data-lengths", "children"]))
    assert "'1 min'" in lengths_text
    assert "'1 s'" in lengths_text
    assert "'5 min'" not in lengths_text
    values = data.build_updates(context, replace(VIEW, timeframe=Timeframe.M5))
    assert "'5 min'" in str(to_plain_data(values["data-lengths", "children"]))
    assert read_text(values["data-said", "children"]).startswith("At an interval of 5 min, no data of ATOM are loaded")


def test_the_map_of_another_length() -> None:
    """Map, sentence and table count the bars of the view's length, and only venues that have some."""
    values = data.build_updates(
        build_context(build_mixed_store(), RecordedActions(venues=("okx", "kraken"))),
        replace(VIEW, timeframe=Timeframe.S1),
    )
    assert read_text(values["data-said", "children"]) == (
        "ATOM, 1 s, 9 Oct 2025, 21:00 to 10 Oct 2025, 22:00 UTC: 1 exchange loaded; 0 complete."
    )
    assert "30 of 3,600 seconds with a price, 3,570 missing (not requested)" in str(
        to_plain_data(values["data-map", "children"])
    )
    assert "3,600 seconds with a price" in read_text(values["data-map-key", "children"])
    assert values["data-never", "children"] == "Not requested yet: Kraken."
    assert "60 of 1 s" not in read_text(values["data-store", "children"])
    assert "30 of 1 s" in read_text(values["data-store", "children"])


def test_incidents_of_other_lengths() -> None:
    """Missing candles of a second are an incident apart from missing minutes, and say so."""
    rows = [build_failed_row("htx", "ATOM/USDT", "refused", "HTTP 403")]
    rows += [{**rows[0], "timeframe": "1s"}]
    incident_list = list_incidents(
        pl.DataFrame(rows, schema=COVERAGE),
        build_empty_frame(REJECTED_PAGE),
        build_empty_frame(RUN),
        CATALOGUE,
        Zone.UTC,
    )
    assert sorted(incident.request for incident in incident_list) == [
        "30 minutes of ATOM/USDT, 1 s, 10 Oct 2025, 21:10 to 21:40 UTC",
        "30 minutes of ATOM/USDT, 10 Oct 2025, 21:10 to 21:40 UTC",
    ]


def test_the_default_view_has_the_form() -> None:
    """The form names the view's window and the event, and offers assets beside the view's own."""
    values = data.build_updates(build_context(MemoryStore()), build_default_view(CATALOGUE))
    assert [choice["label"] for choice in values["data-scope", "data"]] == ["ATOM, this window", "All of the event"]
    assert "This window: 10 Oct 2025, 20:45 to 23:15 UTC." in values["data-scope-told", "children"]
    assert "ATOM" not in values["data-further", "data"]
    assert "DOGE" in values["data-further", "data"]
