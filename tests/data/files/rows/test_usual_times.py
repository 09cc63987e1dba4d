"""The fast way for usual times gives what the slow one gives."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from data.files.rows.usual_times import parse_usual_times

FILE = Path("a.csv")
AT = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)


def parse(*texts: str | None, timeframe: str = "1m") -> pl.DataFrame:
    """The parsed times of rows of one length."""
    times = pl.Series(texts, dtype=pl.String)
    return parse_usual_times(FILE, times, pl.Series([timeframe] * len(texts)))


def test_usual_times_are_parsed() -> None:
    """A whole minute in UTC, and no fault; the types are those of a candle."""
    parsed = parse("2025-10-10T21:20:00Z", "2009-01-01T00:00:00Z")
    assert parsed.rows() == [(AT, None), (datetime(2009, 1, 1, tzinfo=UTC), None)]
    assert parsed.schema == {"open_time": pl.Datetime("ms", "UTC"), "why": pl.String}


def test_other_forms_are_parsed_in_their_places() -> None:
    """Between usual times."""
    usual = "2025-10-10T21:20:00Z"
    others = ("2025-10-10 21:20:00+00:00", " 2025-10-10T21:20Z", "1760131200", "2025-10-10T23:20:00.000+02:00")
    for other in others:
        assert parse(usual, other, usual).rows() == [(AT, None)] * 3


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "has no time"),
        ("2025-10-10T21:20:30Z", "time 2025-10-10T21:20:30Z lies inside a minute; candles are whole ones"),
        ("2025-13-10T21:20:00Z", "time 2025-13-10T21:20:00Z is neither ISO 8601 nor an epoch number"),
        ("2025-02-30T21:20:00Z", "time 2025-02-30T21:20:00Z is neither ISO 8601 nor an epoch number"),
        ("1960-10-10T21:20:00Z", "time 1960-10-10T21:20:00Z lies before 2009 or after tomorrow"),
        ("2025-10-10T21:20:00z", None),
        ("2025- 1-10T21:20:00Z", "time 2025- 1-10T21:20:00Z is neither ISO 8601 nor an epoch number"),
        ("+025-10-10T21:20:00Z", "time +025-10-10T21:20:00Z is neither ISO 8601 nor an epoch number"),
    ],
)
def test_faults_are_those_of_the_slow_way(text: str | None, fault: str | None) -> None:
    """Each is described, and the usual time beside it is parsed."""
    parsed = parse("2025-10-10T21:20:00Z", text)
    assert parsed["open_time"][0] == AT
    assert parsed["why"].to_list() == [None, fault]


def test_a_time_is_a_whole_bar_of_its_own_length() -> None:
    """A second is whole for bars of a second, a minute is not for bars of five; an unknown length is no fault."""
    assert parse("2025-10-10T21:20:01Z", timeframe="1s")["why"].to_list() == [None]
    assert parse("2025-10-10T21:21:00Z", timeframe="5m")["why"][0].startswith("time 2025-10-10T21:21:00Z lies inside")
    assert parse("2025-10-10T21:21:01Z", timeframe="1h").rows()[0][1] is None
    times, lengths = pl.Series(["2025-10-10T21:21:00Z"] * 2), pl.Series(["1m", "5m"])
    assert parse_usual_times(FILE, times, lengths)["why"].is_null().to_list() == [True, False]


def test_times_that_are_no_text_are_left_to_the_slow_way() -> None:
    """Epoch numbers."""
    assert parse_usual_times(FILE, pl.Series([1760131200]), pl.Series(["1m"])).rows() == [(AT, None)]
