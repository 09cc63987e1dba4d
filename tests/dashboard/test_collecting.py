"""A collection started from the page runs as a process of its own and tells how far it is."""

import json
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dashboard.actions import ASKING, Progress, ToCollect, VenueProgress
from dashboard.collecting import CollectProcess
from dashboard.collecting_told import Told
from data.errors import PlumblineError
from data.schema import Timeframe

MARKET = {"event": "progress", "venue": "okx", "symbol": "ATOM/USDT", "price": "trade", "outcome": None, "message": ""}
HALF = {**MARKET, "candles": 300, "done_min": 300, "total_min": 600}
EVENT = ToCollect(event="2025-10-10")
OKX = VenueProgress("okx", 300, 300, 600, ASKING)
SUMMARY = {"event": "summary", "candles": 600, "new": 600, "revised": 0, "failed": 0, "notes": [], "results": []}


def _script(*lines: object, code: int = 0) -> list[str]:
    """A program that prints each line (objects as JSON) and ends with the code."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return [sys.executable, "-c", f"import sys; print({chr(10).join(texts)!r}, flush=True); sys.exit({code})"]


def _ended(process: CollectProcess) -> Progress:
    """The progress once the process's output has been read to its end."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon and thread.name.startswith("collect"):
            thread.join(30)
    progress = process.progress()
    assert progress is not None
    return progress


def test_nothing_is_told_before_a_collection() -> None:
    """Without a collection there is no progress, and cancelling does nothing."""
    process = CollectProcess(lambda wanted: [str(wanted)])
    process.cancel()
    assert process.progress() is None


def test_a_collection_tells_its_result() -> None:
    """The summary at the end is told in a sentence."""
    process = CollectProcess(lambda _: _script(HALF, SUMMARY))
    process.start_collect(EVENT)
    expected = Progress(
        "Collected 600 new candles.", 1.0, running=False, failed=False, what="2025-10-10", venues=(OKX,)
    )
    assert _ended(process) == expected


def test_what_could_not_be_had_is_named() -> None:
    """Venues that refused are named with the outcome."""
    refused = {"venue": "bybit", "outcome": "refused"}
    listed = {"venue": "okx", "outcome": "not-listed"}
    process = CollectProcess(lambda _: _script({**SUMMARY, "results": [refused, listed]}, code=1))
    process.start_collect(EVENT)
    progress = _ended(process)
    assert progress.failed
    assert progress.text == "Collected 600 new candles; not everything could be had: bybit (refused)."


def test_a_collection_that_breaks_tells_its_last_words() -> None:
    """Without a summary, the last line that is no JSON says why."""
    process = CollectProcess(lambda _: _script(HALF, "Error: the store is busy", code=1))
    process.start_collect(EVENT)
    assert _ended(process).text == "Collection stopped: Error: the store is busy"
    silent = CollectProcess(lambda _: _script("", code=1))
    silent.start_collect(EVENT)
    assert _ended(silent).text == "Collection stopped: it was ended"


def test_a_running_collection_tells_how_far_it_is() -> None:
    """Minutes done of minutes asked give the fraction; a market that is done is not named any more."""
    told = Told()
    assert told.progress().text == "Asking the exchanges for their markets"
    assert told.progress().fraction is None
    told.hear(json.dumps(HALF))
    assert told.progress() == Progress("300 candles so far; asking okx", 0.5, running=True, failed=False, venues=(OKX,))
    told.hear(json.dumps({**HALF, "outcome": "complete", "candles": 600, "done_min": 600}))
    done = VenueProgress("okx", 600, 600, 600, "complete")
    assert told.progress() == Progress("600 candles so far", 1.0, running=True, failed=False, venues=(done,))


def test_a_running_collection_can_be_cancelled() -> None:
    """A second start changes nothing while one runs; cancelling ends the process."""
    process = CollectProcess(lambda _: [sys.executable, "-c", "import threading; threading.Event().wait()"])
    process.start_collect(EVENT)
    first = process.progress()
    assert first is not None
    assert first.running
    process.start_collect(EVENT)
    process.cancel()
    ended = _ended(process)
    assert (ended.text, ended.failed) == ("Cancelled; what had come is stored: 0 candles.", False)


def test_a_program_that_is_not_there_is_an_error() -> None:
    """A command that cannot be started is told as an error."""
    process = CollectProcess(lambda _: ["/nowhere/at/all"])
    with pytest.raises(PlumblineError, match="the collection of 2025-10-10 cannot be started"):
        process.start_collect(EVENT)


def test_what_is_collected_is_named() -> None:
    """An event, or assets with their window in UTC, with whatever is unusual about them."""
    assert str(EVENT) == "2025-10-10"
    start = datetime(2025, 10, 11, 5, tzinfo=timezone(timedelta(hours=8)))
    wanted = ToCollect(
        assets=("ATOM", "DOGE"),
        start=start,
        end=datetime(2025, 10, 10, 22, tzinfo=UTC),
        venues=("okx",),
        timeframe=Timeframe.S1,
    )
    told = "ATOM, DOGE from 2025-10-10T21:00:00Z to 2025-10-10T22:00:00Z, candles of 1s, okx only"
    assert str(wanted) == told
    with pytest.raises(ValueError, match="neither an event"):
        ToCollect(assets=("ATOM",))


def test_each_venue_tells_its_own() -> None:
    """A venue's markets are summed up; the outcome that had least speaks, and every reason is named once."""
    told = Told()
    half = {**HALF, "outcome": "partly", "message": "300 of 600 minutes not had: HTTP 502"}
    for said in (half, {**half, "symbol": "ATOM/USDC", "outcome": "complete", "message": ""}):
        told.hear(json.dumps(said))
    told.hear(json.dumps({**HALF, "venue": "bybit", "outcome": "refused", "message": "HTTP 403", "candles": 0}))
    told.hear(json.dumps({**HALF, "venue": "kraken", "symbol": "ATOM/*", "outcome": "not-listed", "total_min": 0}))
    okx, bybit, kraken = told.progress().venues
    assert (okx.candles, okx.state, okx.fraction) == (600, "partly", 0.5)
    assert okx.message == "ATOM/USDT: 300 of 600 minutes not had: HTTP 502"
    assert (bybit.state, bybit.message) == ("refused", "ATOM/USDT: HTTP 403")
    assert (kraken.state, kraken.message, kraken.fraction) == ("not-listed", "", 1.0)


def test_notes_on_the_request_are_told() -> None:
    """What was read into the request stands behind the result."""
    process = CollectProcess(lambda _: _script({**SUMMARY, "notes": ["edges rounded down to whole minutes"]}))
    process.start_collect(EVENT)
    assert _ended(process).text == "Collected 600 new candles. Edges rounded down to whole minutes."
