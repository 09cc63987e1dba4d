"""The actions over a real store, and the command line of an order."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from cli.commands.serve import build_collect_options
from dashboard.jobs.actions import CollectionOrder, StoredSource
from dashboard.jobs.import_choice import ImportChoice
from dashboard.jobs.store_actions import StoreActions
from dashboard.pages.data.upload import MAX_REQUEST_BYTES
from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from data.lock import FollowerLock
from data.schema import Origin, Timeframe
from data.store import CandleStore

NOW = datetime(2025, 12, 1, tzinfo=UTC)
CSV = "open_time,open,high,low,close,volume\n2025-10-10T21:00:00Z,4,4,3,3.5,10\n"


def build_actions(store: CandleStore) -> StoreActions:
    """The actions over a store; no collection is started."""
    return StoreActions(store, lambda _: [sys.executable, "-c", ""], venues=("okx",), now=lambda: NOW)


def test_a_request_as_options() -> None:
    """The command names an event, or assets with their window in UTC, and venues and length if they are given."""
    assert build_collect_options(CollectionOrder(event="2025-10-10")) == ["--event", "2025-10-10", "--timeframe", "1m"]
    start, end = datetime(2025, 10, 10, 21, tzinfo=UTC), datetime(2025, 10, 10, 22, tzinfo=UTC)
    request = CollectionOrder(
        assets=("ATOM", "DOGE"), start=start, end=end, venues=("okx", "gate"), timeframe=Timeframe.S1
    )
    assert build_collect_options(request) == [
        *("--assets", "ATOM,DOGE", "--from", "2025-10-10T21:00:00Z", "--to", "2025-10-10T22:00:00Z"),
        *("--venues", "okx,gate", "--timeframe", "1s"),
    ]


def test_files_come_in_and_go(tmp_path: Path) -> None:
    """A file of one market is stored under its name at the given time, and can be forgotten by that name."""
    store = CandleStore(str(tmp_path / "lake"))
    actions = build_actions(store)
    path = tmp_path / "mine.csv"
    path.write_text(CSV, encoding="utf-8")
    choice = ImportChoice(venue="okx", symbol="ATOM/USDT", complete=True)
    assert actions.preview_file(path, choice).count == 1
    assert store.candles.read_holdings().is_empty()
    assert actions.import_file(path, choice).write_report.new == 1
    holding = store.candles.read_holdings().row(0, named=True)
    assert (holding["source"], holding["venue"], holding["origin"]) == ("mine.csv", "okx", "imported")
    assert actions.forget_source(StoredSource("mine.csv", Origin.IMPORTED)) == 2, "a candle and its coverage"
    assert store.candles.read_holdings().is_empty()


def test_what_is_too_large_is_refused_by_its_head(tmp_path: Path) -> None:
    """A request above the limit gets 413, and its body is not read."""
    store = CandleStore(str(tmp_path / "lake"))
    client = create_app(store, load_catalogue(), build_actions(store)).server.test_client()
    headers = {"CONTENT_LENGTH": str(MAX_REQUEST_BYTES + 1), "CONTENT_TYPE": "application/json"}
    assert client.post("/_dash-update-component", environ_overrides=headers).status_code == 413


def test_who_follows(tmp_path: Path) -> None:
    """The follower is found as long as it holds its lock."""
    store = CandleStore(str(tmp_path / "lake"))
    actions = build_actions(store)
    assert actions.find_follower() is None
    with FollowerLock(store.uri).hold(NOW) as holder:
        assert actions.find_follower() == holder
