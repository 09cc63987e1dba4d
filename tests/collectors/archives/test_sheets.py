"""Bitget's archive, whose files are sheets that take an optional reader."""

from datetime import date, timedelta

import pytest

from collectors.archives import formats
from collectors.venues.row import Archive, EmptyMinutes, FilePattern
from data.intervals import MINUTE, Span
from data.schema import Outcome
from tests.collectors.archives.test_archives import (
    ACCESS_DENIED,
    EVENING,
    NEXT_DAY,
    SYMBOL,
    TWO_DAYS,
    ArchiveRead,
    list_rows,
)
from tests.replay.archives import build_bitget_files, build_zip
from tests.replay.faults import replace_body

NEWER = FilePattern("online/kline/{base}{quote}/SP/{day:%Y%m%d}.zip", "bitget-klines", date(2018, 7, 25))
OLDER = FilePattern(
    "online/kline/{base}{quote}/{base}{quote}_SP_1min_{day:%Y%m%d}.zip", "bitget-klines", date(2018, 7, 25)
)
BITGET = Archive(
    host="img.bitgetimg.com",
    files=(NEWER, OLDER),
    day_zone_h=8,
    empty_minutes=EmptyMinutes.UNKNOWN,
    lag_h=48,
    volume_unit="base",
)
NEWER_FILE = "/online/kline/ATOMUSDT/SP/20251011.zip"
OLDER_FILE = "/online/kline/ATOMUSDT/ATOMUSDT_SP_1min_20251011.zip"


def test_without_the_reader_nothing_is_downloaded_and_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the optional reader is not installed no file is requested, and the outcome says what to install."""
    monkeypatch.setattr(formats, "find_spec", lambda _: None)
    result = ArchiveRead(BITGET, build_bitget_files(SYMBOL, TWO_DAYS), EVENING)
    assert result.outcomes == [(Outcome.UNREACHABLE, EVENING)]
    assert "pip install 'plumbline[xlsx]'" in result.span_outcomes[0].message
    assert (result.paths, result.rows) == ([], [])


@pytest.mark.parametrize("older_name", [False, True], ids=["newer name", "older name"])
def test_sheets_are_read_under_either_name(*, older_name: bool) -> None:
    """Two hours over midnight are read row by row; where the newer name has no file, the older one is asked."""
    pytest.importorskip("fastexcel")
    span = Span(NEXT_DAY - timedelta(hours=1), NEXT_DAY + timedelta(hours=1))
    faults = [replace_body("/SP/", ACCESS_DENIED, status=403)] if older_name else []
    result = ArchiveRead(BITGET, build_bitget_files(SYMBOL, TWO_DAYS, older_name=older_name), span, faults=faults)
    assert result.rows == list_rows(TWO_DAYS, span)
    assert result.paths == ([NEWER_FILE, OLDER_FILE] if older_name else [NEWER_FILE])
    assert result.outcomes == [(Outcome.COMPLETE, span)]


def test_what_is_no_workbook_is_bad_data() -> None:
    """A member that is no workbook, whatever its name says, has no candles."""
    pytest.importorskip("fastexcel")
    files = {NEWER_FILE: build_zip("ATOMUSDT_1min.xlsx", ["timestamp,open", "1760126400,3"])}
    result = ArchiveRead(BITGET, files, Span(EVENING.start, EVENING.start + MINUTE))
    assert [outcome for outcome, _ in result.outcomes] == [Outcome.BAD_DATA]
    assert "no workbook" in result.span_outcomes[0].message
