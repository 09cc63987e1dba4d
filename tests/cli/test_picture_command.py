"""The command in the source line of a picture."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.options import FileOptions, MeasureOptions
from cli.picture_command import write_picture_command
from data.schema import Evidence, Timeframe
from deviation.question import Parameters, QuoteHandling


def build_options(**changes: Any) -> MeasureOptions:  # noqa: ANN401 - values of any field
    """The options of the default window of the event, with changes."""
    values: dict[str, Any] = {
        **dict.fromkeys(("start", "end", "window", "focus")),
        **dict.fromkeys(("venues", "excluded", "files", "new_venues"), ()),
        "event": "2025-10-10",
        "parameters": Parameters(),
        "origin": Evidence.REAL,
        "timeframe": Timeframe.M1,
        "complete": False,
        "first_seen": False,
        **changes,
    }
    return MeasureOptions(**values)


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, "plumbline chart --asset ATOM --event 2025-10-10"),
        (
            {"window": "crash", "excluded": ("gate", "okx"), "parameters": Parameters(enter=0.05, min_vote=1000)},
            (
                "plumbline chart --asset ATOM --event 2025-10-10 --window crash --exclude gate,okx --min-vote 1000 "
                "--enter 5"
            ),
        ),
        (
            {
                "event": None,
                "start": datetime(2025, 10, 10, 21, 10, tzinfo=UTC),
                "end": datetime(2025, 10, 10, 21, 40, tzinfo=UTC),
                "files": (Path("/home/somebody/my candles.csv"),),
                "parameters": Parameters(quote=QuoteHandling.USD, exit=0.005),
                "file_options": FileOptions(venue="kraken", symbol="ATOM/USD", decimal_comma=True),
                "complete": True,
            },
            (
                "plumbline chart --asset ATOM --from 2025-10-10T21:10:00Z --to 2025-10-10T21:40:00Z --exit 0.5 "
                "--input 'my candles.csv' --venue kraken --symbol ATOM/USD --decimal-comma --complete"
            ),
        ),
        (
            {"timeframe": Timeframe.M5, "origin": Evidence.RECONSTRUCTION, "focus": "okx", "first_seen": True},
            (
                "plumbline chart --asset ATOM --event 2025-10-10 --focus okx --timeframe 5m --origin reconstruction "
                "--as-first-seen"
            ),
        ),
    ],
)
def test_the_command_has_what_differs_from_the_defaults(changes: dict[str, Any], command: str) -> None:
    """Whoever has the same candles draws the same picture with it; a file has no folder of its owner's machine."""
    assert write_picture_command(build_options(**changes), "ATOM") == command
