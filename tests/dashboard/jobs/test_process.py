"""A collection in a process of its own, and its progress."""

import json
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dashboard.jobs.actions import ASKING, CollectionOrder, CollectionProgress, VenueProgress
from dashboard.jobs.process import CollectionProcess
from dashboard.jobs.progress import ProgressReader
from data.errors import PlumblineError
from data.schema import Timeframe

MARKET = {"event": "progress", "venue": "okx", "symbol": "ATOM/USDT", "price": "trade", "outcome": None, "message": ""}
HALF_DONE = {**MARKET, "candles": 300, "done_min": 300, "total_min": 600}
EVENT_REQUEST = CollectionOrder(event="2025-10-10")
OKX_PROGRESS = VenueProgress("okx", 300, 300, 600, ASKING)
SUMMARY = {"event": "summary", "candles": 600, "new": 600, "revised": 0, "failed": 0, "notes": [], "results": []}


def _build_script(*lines: object, exit_code: int = 0) -> list[str]:
    """A program that prints each line (objects as JSON) and ends with the code."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return [sys.executable, "-c", f"import sys; print({chr(10).join(texts)!r}, flush=True); sys.exit({exit_code})"]


def _wait_for_end(process: CollectionProcess) -> CollectionProgress:
    """The progress after the output of the process was read to its end."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon and thread.name.startswith("collect"):
            thread.join(30)
    progress = process.read_progress()
    assert progress is not None
    return progress


def test_nothing_is_told_before_a_collection() -> None:
    """Without a collection there is no progress, and cancelling does nothing."""
    process = CollectionProcess(lambda request: [str(request)])
    process.cancel_collection()
    assert process.read_progress() is None


def test_a_collection_tells_its_result() -> None:
    """The summary at the end becomes a sentence."""
    process = CollectionProcess(lambda _: _build_script(HALF_DONE, SUMMARY))
    process.start_collection(EVENT_REQUEST)
    expected = CollectionProgress(
        "Collected 600 new candles.", 1.0, running=False, failed=False, description="2025-10-10", venues=(OKX_PROGRESS,)
    )
    assert _wait_for_end(process) == expected


def test_what_could_not_be_had_is_named() -> None:
    """Venues that refused are named with their outcome."""
    refused_result = {"venue": "bybit", "outcome": "refused"}
    unlisted_result = {"venue": "okx", "outcome": "not-listed"}
    process = CollectionProcess(
        lambda _: _build_script({**SUMMARY, "results": [refused_result, unlisted_result]}, exit_code=1)
    )
    process.start_collection(EVENT_REQUEST)
    progress = _wait_for_end(process)
    assert progress.failed
    assert progress.text == "Collected 600 new candles; missing: bybit (refused)."


def test_a_collection_without_a_network_says_what_to_check() -> None:
    """If no exchange could be reached, the text says so once, whatever their number."""
    results = [{"venue": venue, "outcome": "unreachable"} for venue in ("bybit", "okx", "okx")]
    process = CollectionProcess(lambda _: _build_script({**SUMMARY, "new": 0, "results": results}, exit_code=1))
    process.start_collection(EVENT_REQUEST)
    text = (
        "None of the 2 exchanges could be reached. Check the internet connection. "
        "Behind a proxy, name it with --proxy. Then collect again."
    )
    assert _wait_for_end(process).text == text


def test_a_collection_that_breaks_tells_its_last_words() -> None:
    """Without a summary, the text is the last line that is no JSON."""
    process = CollectionProcess(lambda _: _build_script(HALF_DONE, "Error: the store is busy", exit_code=1))
    process.start_collection(EVENT_REQUEST)
    assert _wait_for_end(process).text == "Collection stopped: Error: the store is busy"
    silent_process = CollectionProcess(lambda _: _build_script("", exit_code=1))
    silent_process.start_collection(EVENT_REQUEST)
    assert _wait_for_end(silent_process).text == "Collection stopped: it was ended"


def test_a_running_collection_tells_how_far_it_is() -> None:
    """The fraction is that of done minutes; a market that is done is not named any more."""
    reader = ProgressReader()
    assert reader.build_progress().text == "Contacting the exchanges"
    assert reader.build_progress().fraction is None
    reader.read_line(json.dumps(HALF_DONE))
    assert reader.build_progress() == CollectionProgress(
        "300 candles so far; waiting for okx", 0.5, running=True, failed=False, venues=(OKX_PROGRESS,)
    )
    reader.read_line(json.dumps({**HALF_DONE, "outcome": "complete", "candles": 600, "done_min": 600}))
    okx_done = VenueProgress("okx", 600, 600, 600, "complete")
    assert reader.build_progress() == CollectionProgress(
        "600 candles so far", 1.0, running=True, failed=False, venues=(okx_done,)
    )


def test_a_running_collection_can_be_cancelled() -> None:
    """A second start does nothing while one runs; cancelling ends the process."""
    process = CollectionProcess(lambda _: [sys.executable, "-c", "import threading; threading.Event().wait()"])
    process.start_collection(EVENT_REQUEST)
    first_progress = process.read_progress()
    assert first_progress is not None
    assert first_progress.running
    process.start_collection(EVENT_REQUEST)
    process.cancel_collection()
    last_progress = _wait_for_end(process)
    assert (last_progress.text, last_progress.failed) == ("Cancelled; stored so far: 0 candles.", False)


def test_a_program_that_is_not_there_is_an_error() -> None:
    """A command that cannot be started raises an error."""
    process = CollectionProcess(lambda _: ["/nowhere/at/all"])
    with pytest.raises(PlumblineError, match="the collection of 2025-10-10 cannot be started"):
        process.start_collection(EVENT_REQUEST)


def test_what_is_collected_is_named() -> None:
    """An order names its event, or assets with their window in UTC, and what is not the default."""
    assert str(EVENT_REQUEST) == "2025-10-10"
    start = datetime(2025, 10, 11, 5, tzinfo=timezone(timedelta(hours=8)))
    request = CollectionOrder(
        assets=("ATOM", "DOGE"),
        start=start,
        end=datetime(2025, 10, 10, 22, tzinfo=UTC),
        venues=("okx",),
        timeframe=Timeframe.S1,
    )
    expected = "ATOM, DOGE from 2025-10-10T21:00:00Z to 2025-10-10T22:00:00Z, candles of 1s, okx only"
    assert str(request) == expected
    with pytest.raises(ValueError, match="neither an event"):
        CollectionOrder(assets=("ATOM",))


def test_each_venue_tells_its_own() -> None:
    """A venue adds up its markets; it has the worst outcome, and every reason once."""
    reader = ProgressReader()
    half_done = {**HALF_DONE, "outcome": "partly", "message": "300 of 600 minutes missing: HTTP 502"}
    for event in (half_done, {**half_done, "symbol": "ATOM/USDC", "outcome": "complete", "message": ""}):
        reader.read_line(json.dumps(event))
    reader.read_line(
        json.dumps({**HALF_DONE, "venue": "bybit", "outcome": "refused", "message": "HTTP 403", "candles": 0})
    )
    reader.read_line(
        json.dumps({**HALF_DONE, "venue": "kraken", "symbol": "ATOM/*", "outcome": "not-listed", "total_min": 0})
    )
    okx, bybit, kraken = reader.build_progress().venues
    assert (okx.candles, okx.state, okx.fraction) == (600, "partly", 0.5)
    assert okx.message == "ATOM/USDT: 300 of 600 minutes missing: HTTP 502"
    assert (bybit.state, bybit.message) == ("refused", "ATOM/USDT: HTTP 403")
    assert (kraken.state, kraken.message, kraken.fraction) == ("not-listed", "", 1.0)


def test_notes_on_the_request_are_told() -> None:
    """The progress has the description of the order."""
    process = CollectionProcess(lambda _: _build_script({**SUMMARY, "notes": ["edges rounded down to whole minutes"]}))
    process.start_collection(EVENT_REQUEST)
    assert _wait_for_end(process).text == "Collected 600 new candles. Edges rounded down to whole minutes."
