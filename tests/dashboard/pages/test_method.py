"""The method page: its numbers are those of the program and of docs/method.md."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.pages.base import PageContext
from dashboard.pages.method import page as method
from dashboard.service.measurements import Measurements
from dashboard.state.view import ViewState, build_default_view
from data.catalogue import load_catalogue
from data.schema import Timeframe
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
    """What prices cannot show stands before every definition, with every limit of docs/method.md."""
    text = read_page_text(build_default_view(CATALOGUE))
    body = text[text.index("Read this before any number") :]
    assert body.index("No cause.") < body.index("Minutes that count")
    document = (Path(__file__).parents[3] / "docs" / "method.md").read_text(encoding="utf-8")
    section = document.split("## 11.")[1].split("\n## ")[0]
    headings = [line.split("**")[1] for line in section.splitlines() if line.startswith("- **")]
    assert len(headings) == 8
    assert [heading for heading in headings if heading not in body] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["at least 2% below", "within 1%", "at least $100;", "This view uses the  median", "none"]),
        ({"enter_pct": 5.0, "exit_pct": 0.5}, ["at least 5% below", "d ≤ −5%", "within 0.5%"]),
        ({"min_vote": 1000.0}, ["at least $1000;", "Minimum volume per minute $1000"]),
        ({"reference": ReferenceKind.WEIGHTED_MEDIAN}, ["This view uses the  weighted median", "exceed half of all"]),
        ({"quote": QuoteHandling.AS_IS}, ["taken as $1", "taken as exactly $1 instead"]),
        ({"focus": "kraken", "excluded": frozenset({"okx", "gate"})}, ["minute Kraken traded", "Gate and OKX"]),
        ({"timeframe": Timeframe.S1}, ["5 seconds either side", "In this view each second counts as 0.02 of a minute"]),
    ],
)
def test_the_parameters_of_the_moment(changes: dict[str, Any], words: list[str]) -> None:
    """Definitions have the settings of the view."""
    text = read_page_text(replace(build_default_view(CATALOGUE), **changes))
    assert [word for word in words if word not in text] == []


def test_numbers_of_the_method() -> None:
    """Constants are those of docs/method.md: 3 others, 80%, 4 exchanges, 2%, 3 minutes, 7 days, 5 and 60 minutes."""
    text = read_page_text(build_default_view(CATALOGUE))
    for phrase in (
        "at least 3 other exchanges did",
        "in at least 80% of the window's minutes, if there are at least 4",
        "at least 2% beyond that of each other one",
        "at least 3 minutes more than each other one",
        "the 7 days before",
        "none more than all others together",
        "3 minutes in a row are back",
        "at most 60 minutes old",
        "if it is at most 5 minutes old",
        "at least $100 of volume",
        "1, 2, 5, 10, 20 and 50%",
    ):
        assert phrase in text, phrase


@pytest.mark.parametrize(
    "word", ["yardstick", "astray", "deepest", "firm", "thin", "votes", "voting", "order-proof", "print", "told"]
)
def test_plain_words(word: str) -> None:
    """The page's terms are those of a trader or journalist."""
    text = f" {read_page_text(build_default_view(CATALOGUE)).lower()} "
    assert f" {word} " not in text


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
