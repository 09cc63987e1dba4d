"""The short form of the fuzzing of files of archives and pages; the long form is ``tests.torture.files.fuzz_files``."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.archives.table import read_bars
from collectors.failures import BadData
from data.intervals import Span
from data.schema import Timeframe
from tests.torture.files.fuzz_files import fuzz_targets
from tests.torture.files.fuzz_targets import list_answers

CASES = 150


def test_bad_files_and_pages_of_exchanges_are_bad_data(tmp_path: Path) -> None:
    """No foreign exception, no row of another day, and no hang."""
    report = fuzz_targets(list(list_answers(tmp_path)), CASES, 1)
    assert report.failures == []
    assert report.cases == CASES


def test_names_of_columns_are_shown_with_nothing_hidden(tmp_path: Path) -> None:
    """Signs that a terminal obeys or does not show are escaped; a long line is cut."""
    path = tmp_path / "bars.csv"
    path.write_text(f"time,open\U000e0190,\u202eclose,{'x' * 1000}\n", encoding="utf-8")
    day = datetime(2025, 10, 10, tzinfo=UTC)
    with pytest.raises(BadData) as refusal:
        read_bars(path, "kucoin-klines", "base", "ATOM/USDT", Timeframe.M1, Span(day, day + timedelta(days=1)))
    message = str(refusal.value)
    assert message.startswith(
        "a file with other columns than time,open,close,high,low,volume,turnover: 'time,open\\U000e0190"
    )
    assert "\u202e" not in message
    assert len(message) < 300
