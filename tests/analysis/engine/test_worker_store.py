from pathlib import Path

from analysis.engine.worker_store import open_store
from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles, get_minute


def test_tasks_share_a_store_that_sees_what_is_written_meanwhile(tmp_path: Path) -> None:
    """A second task has the store of the first, and reads what another process wrote between them."""
    uri = str(tmp_path / "lake")
    writer = CandleStore(uri)
    heights = []
    for number in range(2):
        writer.write_candles(build_candles(build_candle(number)), source="api.example", fetched_at=NOW)
        heights.append(open_store(uri).read_candles(["ATOM"], get_minute(0), get_minute(9)).height)
    assert heights == [1, 2]
    assert open_store(uri) is open_store(uri)
    assert open_store(f"{uri}-of-another") is not open_store(uri)
