"""Files that say something else about a bar than what the store has."""

from datetime import timedelta
from pathlib import Path

import polars as pl

from data.delta.upsert import WriteReport
from data.files.export import write_rows
from data.files.import_many import import_files
from data.schema import Evidence, Origin
from data.store import CandleStore
from tests.data.frames import LATER, NOW, build_candle, build_candles, get_minute

WIDE = (get_minute(-60), get_minute(60))


def write_file(path: Path, closes: dict[int, float], **candle: str) -> Path:
    """A file of one-minute candles with these closes by minute."""
    rows = (build_candle(number, close, origin=Origin.IMPORTED, **candle) for number, close in closes.items())  # type: ignore[arg-type]
    return write_rows(build_candles(*rows), path)


def read_closes(store: CandleStore) -> list[float]:
    """The closes that a measurement reads."""
    return store.read_candles(["ATOM"], *WIDE)["close"].to_list()


def test_a_file_that_contradicts_an_earlier_file_is_refused_whole(store: CandleStore, tmp_path: Path) -> None:
    """The message names the minutes, both values and the earlier file; not even its new minutes are stored."""
    first = write_file(tmp_path / "first.csv", {0: 2.0, 1: 2.0, 2: 2.0})
    second = write_file(tmp_path / "second.csv", {1: 2.5, 2: 2.0, 3: 2.0})
    import_files(store, [first], now=NOW, complete=True)
    version = store.read_version()
    stored, refusals = import_files(store, [second], now=LATER, complete=True)
    assert stored == []
    assert str(refusals[0]) == (
        "second.csv: nothing of it was taken: 1 minute with other values than in first.csv, which the store has "
        "(values are compared exactly)\n"
        "  binance ATOM/USDT 2025-10-10 21:21 UTC: open 2.5, in first.csv 2.0\n"
        "  import it with --replace to let its values count, or forget the earlier file first"
    )
    assert store.read_version() == version


def test_a_long_list_of_contradictions_is_cut(store: CandleStore, tmp_path: Path) -> None:
    """Five minutes are named, the rest is a number."""
    import_files(store, [write_file(tmp_path / "a.csv", dict.fromkeys(range(7), 2.0))], now=NOW)
    _, refusals = import_files(store, [write_file(tmp_path / "b.csv", dict.fromkeys(range(7), 3.0))], now=LATER)
    lines = str(refusals[0]).split("\n")
    assert lines[0].startswith("b.csv: nothing of it was taken: 7 minutes ")
    assert lines[5] == "  binance ATOM/USDT 2025-10-10 21:24 UTC: open 3.0, in a.csv 2.0"
    assert lines[6] == "  and 2 more"


def test_the_last_digit_is_a_contradiction(store: CandleStore, tmp_path: Path) -> None:
    """A file that was rounded otherwise is refused: no tolerance hides an edit."""
    import_files(store, [write_file(tmp_path / "a.csv", {0: 2.0})], now=NOW)
    _, refusals = import_files(store, [write_file(tmp_path / "b.csv", {0: 2.0000001})], now=LATER)
    assert len(refusals) == 1


def test_the_same_file_again_changes_nothing(store: CandleStore, tmp_path: Path) -> None:
    """Neither does a copy of another name with the same values, which is stored beside it."""
    first = write_file(tmp_path / "first.csv", {0: 2.0, 1: 2.0})
    import_files(store, [first], now=NOW)
    version = store.read_version()
    stored, _ = import_files(store, [first], now=LATER)
    assert stored[0].write_report == WriteReport(same=2)
    assert store.read_version() == version
    copy, _ = import_files(store, [first.rename(tmp_path / "copy.csv")], now=LATER)
    assert copy[0].write_report == WriteReport(new=2)
    store.forget(source="first.csv")
    assert read_closes(store) == [2.0, 2.0]


def test_of_two_contradicting_files_of_one_command_the_later_is_refused(store: CandleStore, tmp_path: Path) -> None:
    """With leave to replace, its values count although both were brought at the same time."""
    paths = [write_file(tmp_path / "b.csv", {0: 2.0}), write_file(tmp_path / "c.csv", {0: 2.5})]
    _, refusals = import_files(store, paths, now=NOW)
    assert [str(refusal).split(":", 1)[0] for refusal in refusals] == ["c.csv"]
    import_files(store, paths, now=NOW, replace=True)
    assert read_closes(store) == [2.5]
    import_files(store, paths[:1], now=NOW - timedelta(days=1), replace=True)
    assert read_closes(store) == [2.0]
    assert import_files(store, paths[:1], now=NOW)[0][0].write_report == WriteReport(same=1)
    assert len(import_files(store, paths[1:], now=NOW)[1]) == 1


def test_a_replaced_file_is_still_there_as_first_seen(store: CandleStore, tmp_path: Path) -> None:
    """Replacing drops no row: without the later file the earlier one counts again."""
    import_files(store, [write_file(tmp_path / "first.csv", {0: 2.0, 1: 2.0})], now=NOW)
    import_files(store, [write_file(tmp_path / "second.csv", {0: 2.5})], now=LATER, replace=True)
    assert read_closes(store) == [2.5, 2.0]
    assert read_closes(CandleStore(store.uri, first_seen=True)) == [2.0, 2.0]
    store.forget(source="second.csv")
    assert read_closes(store) == [2.0, 2.0]


def test_an_edited_file_of_the_same_name_is_refused(store: CandleStore, tmp_path: Path) -> None:
    """Its values count only with leave to replace."""
    import_files(store, [write_file(tmp_path / "mine.csv", {0: 2.0})], now=NOW)
    edited = write_file(tmp_path / "mine.csv", {0: 2.5})
    assert len(import_files(store, [edited], now=LATER)[1]) == 1
    stored, _ = import_files(store, [edited], now=LATER, replace=True)
    assert stored[0].write_report == WriteReport(revised=1)
    assert read_closes(store) == [2.5]


def test_other_series_of_the_same_bar_are_no_contradiction(store: CandleStore, tmp_path: Path) -> None:
    """Another venue, symbol, kind of price or length has values of its own."""
    import_files(store, [write_file(tmp_path / "a.csv", {0: 2.0})], now=NOW)
    others: tuple[dict[str, str], ...] = (
        {"venue": "okx"},
        {"symbol": "ATOM/USD"},
        {"price": "index"},
        {"timeframe": "5m"},
    )
    paths = [write_file(tmp_path / f"{number}.csv", {0: 3.0}, **other) for number, other in enumerate(others)]
    assert import_files(store, paths, now=LATER)[1] == []


def test_the_prices_of_quiet_minutes_do_not_contradict(store: CandleStore, tmp_path: Path) -> None:
    """Two candles without volume agree; an index price has no volume, and its prices count."""
    for price, refused in (("trade", 0), ("index", 1)):
        for close in (2.0, 3.0):
            rows = build_candles(build_candle(0, close, origin=Origin.IMPORTED, price=price))
            path = write_rows(rows.with_columns(volume=pl.lit(0.0)), tmp_path / f"{price}-{close}.csv")
            refusals = import_files(store, [path], now=NOW)[1]
        assert len(refusals) == refused


def test_collected_candles_are_no_file_to_contradict(store: CandleStore, tmp_path: Path) -> None:
    """They rank above the file, which is taken; the number of differing candles is told."""
    collected = build_candles(build_candle(0, 2.0), build_candle(1, 2.0))
    store.write_candles(collected, source="api.example", fetched_at=NOW)
    trades = build_candles(build_candle(1, 9.0, origin=Origin.TRADES))
    store.write_candles(trades, source="api.example", fetched_at=LATER)
    stored, _ = import_files(store, [write_file(tmp_path / "a.csv", {0: 2.5, 1: 2.0, 2: 2.5})], now=LATER)
    assert stored[0].collected_differences == 1
    assert stored[0].format_lines()[-1] == "  other values than collected candles, which are used instead: 1"
    assert read_closes(store) == [2.0, 2.0, 2.5]


def test_candles_of_the_reconstruction_contradict_only_each_other(store: CandleStore, tmp_path: Path) -> None:
    """An invented price never stands in the way of a real one."""
    sample = build_candles(build_candle(0, 1.0, origin=Origin.RECONSTRUCTION))
    assert import_files(store, [write_rows(sample, tmp_path / "sample.csv")], now=NOW)[1] == []
    assert import_files(store, [write_file(tmp_path / "real.csv", {0: 2.0})], now=NOW)[1] == []
    other = sample.with_columns(low=pl.lit(0.5))
    _, refusals = import_files(store, [write_rows(other, tmp_path / "other.csv")], now=NOW)
    assert "low 0.5, in sample.csv 1.0" in str(refusals[0])
    assert store.read_candles(["ATOM"], *WIDE, origin=Evidence.RECONSTRUCTION)["low"].to_list() == [1.0]


def test_files_of_many_months_are_compared_with_each(store: CandleStore, tmp_path: Path) -> None:
    """A contradiction in the last of three months refuses the file before the first is written."""
    month_minutes = 31 * 24 * 60
    import_files(store, [write_file(tmp_path / "a.csv", {0: 2.0})], now=NOW)
    closes = {-2 * month_minutes: 2.0, -month_minutes: 2.0, 0: 2.5}
    assert len(import_files(store, [write_file(tmp_path / "b.csv", closes)], now=LATER)[1]) == 1
    assert store.candles.read_holdings()["candles"].to_list() == [1]
