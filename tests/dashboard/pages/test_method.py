"""The method page: its numbers are those of the program and of docs/method.md."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.pages.base import PageContext
from dashboard.pages.method import page as method
from dashboard.service.measurements import Measurements
from dashboard.state.view import ViewState, build_default_view
from data.catalogue import load_catalogue
from deviation.question import QuoteHandling, ReferenceKind
from tests.dashboard.component_data import collect_text, to_plain_data
from tests.dashboard.memory_store import MemoryStore, RecordedActions

CATALOGUE = load_catalogue()


def read_page_text(view: ViewState) -> str:
    """The text of the page for a view."""
    return collect_text(
        to_plain_data(
            method.build_content(PageContext(Measurements(MemoryStore(), CATALOGUE), RecordedActions()), view)
        )
    )


def test_the_limits_come_first() -> None:
    """The limits of candles stand before every definition."""
    text = read_page_text(build_default_view(CATALOGUE))
    body = text[text.index("Read this before any number") :]
    assert body.index("No cause.") < body.index("Five states")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["at least 2 % below", "within 1 %", "for at least 100 dollars", "This view uses the  median", "nobody"]),
        ({"enter_pct": 5.0, "exit_pct": 0.5}, ["at least 5 % below", "d ≤ −5 %", "within 0.5 %"]),
        ({"min_vote": 1000.0}, ["for at least 1000 dollars", "from 1000 dollars on"]),
        ({"reference": ReferenceKind.WEIGHTED_MEDIAN}, ["This view uses the  weighted median", "exceed half of all"]),
        ({"quote": QuoteHandling.AS_IS}, ["as printed", "a USDT counts as a dollar everywhere"]),
        ({"focus": "kraken", "excluded": frozenset({"okx", "gate"})}, ["minute Kraken traded", "Gate and OKX"]),
    ],
)
def test_the_parameters_of_the_moment(changes: dict[str, Any], words: list[str]) -> None:
    """Definitions have the settings of the view."""
    text = read_page_text(replace(build_default_view(CATALOGUE), **changes))
    assert [word for word in words if word not in text] == []


def test_numbers_of_the_method() -> None:
    """Constants are those of docs/method.md: 3 votes, 80 %, 4 venues, 2 points, 3 minutes, 7 days, 40 %."""
    text = read_page_text(build_default_view(CATALOGUE))
    for phrase in (
        "at least 3 others voted",
        "in at least 80 % of the window's minutes, if there are at least 4",
        "by at least 2 percentage points",
        "at least 3 minutes more below",
        "the 7 days before",
        "none more than 40 %",
        "3 minutes in a row are back",
        "stands for 5 minutes",
        "1, 2, 5, 10, 20 and 50 %",
    ):
        assert phrase in text, phrase


def test_the_windows_are_the_event_s() -> None:
    """Every named window of the event is listed with its note."""
    for event in CATALOGUE.events.values():
        text = read_page_text(build_default_view(CATALOGUE, event.id))
        assert [window.name for window in event.windows.values() if window.note not in text] == []


def test_never_a_verdict() -> None:
    """Words of blame appear only to say that they are not used."""
    text = read_page_text(build_default_view(CATALOGUE)).lower()
    assert "manipulat" not in text
    assert text.count("abnormal") == 1
