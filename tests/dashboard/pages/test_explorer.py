"""The explorer page: headline, notes, the exchanges that have prices, and the chart with a side of its own."""

from typing import Any

import polars as pl
import pytest

from dashboard.pages.base import PageContext
from dashboard.pages.explorer.page import build_updates
from dashboard.service.measurements import Measurements
from dashboard.state.url import parse_query
from tests.dashboard.component_data import collect_text, list_parts, to_plain_data
from tests.dashboard.memory_store import USDT_VENUES, MemoryStore, RecordedActions, build_market_candles
from tests.dashboard.scenarios import CATALOGUE


def read_updates(query: dict[str, str], store: MemoryStore | None = None) -> dict[str, Any]:
    """The values of the page by id, those that follow the first chart included."""
    view, notices = parse_query({"window": "crash", **query}, CATALOGUE)
    assert notices == ()
    updates = build_updates(PageContext(Measurements(store or MemoryStore(), CATALOGUE), RecordedActions()), view)
    values = {name: value for (name, _), value in updates.items()}
    later = {name: next(iter(prop.values())) for name, prop in values.pop("later").items()}
    return {**values, **later}


def list_links(part: list[Any]) -> dict[str, str]:
    """The addresses of the links of some parts, by their text."""
    return {
        collect_text(link): link["props"]["href"] for link in list_parts(to_plain_data(part)) if link.get("type") == "A"
    }


def test_the_headline_is_on_the_chosen_clock() -> None:
    """The page starts with the sentences of the headline; times are on the clock of the view."""
    page = read_updates({})
    assert page["headline"] == "ATOM/USDT on Binance: up to 33% below other USDT exchanges"
    assert page["second"].startswith("At least 2% below in 5 of 30 comparable minutes: ")
    assert "The minute of the lowest trade: 21:20 UTC" in collect_text(to_plain_data(page["close-look"]))
    other = read_updates({"zone": "UTC+8"})
    assert "The minute of the lowest trade: 05:20 UTC+8" in collect_text(to_plain_data(other["close-look"]))


def test_choices_stand_under_the_headline() -> None:
    """What was chosen by hand is said among the notes."""
    assert "Chosen by hand: Gate excluded." in read_updates({"out": "gate"})["remarks"]
    assert "Chosen by hand" not in read_updates({})["remarks"]


def test_nothing_stands_in_for_an_exchange_without_a_price() -> None:
    """Binance has no DOGE spot market here: the page says so and links the exchanges that have prices."""
    page = read_updates({"asset": "DOGE"})
    assert page["headline"] == "No price of DOGE on Binance is in this data for this window"
    assert list_links(page["second"]) == {
        name: f"/explorer?asset=DOGE&window=crash&focus={venue}"
        for venue, name in (("coinbaseexchange", "Coinbase"), ("gemini", "Gemini"), ("binanceusdm", "Binance USD-M"))
    }
    assert page["close-look"] == []


@pytest.mark.parametrize(("query", "side"), [({}, "below"), ({"side": "above"}, "above"), ({"side": "below"}, "below")])
def test_the_thresholds_have_a_switch_of_side(query: dict[str, str], side: str) -> None:
    """Both sides are one click away; without a choice the side of the larger deviation is shown."""
    page = read_updates(query)
    assert page["thresholds-title"] == f"Minutes at least this far {side}"
    assert list_links(page["thresholds-side"]) == {
        "Below": "/explorer?window=crash&side=below",
        "Above": "/explorer?window=crash&side=above",
    }
    (current,) = [
        part for part in list_parts(to_plain_data(page["thresholds-side"])) if part["props"].get("aria-current")
    ]
    assert collect_text(current) == side.capitalize()


def test_without_a_choice_the_larger_side_is_shown() -> None:
    """Where Binance stood half above the others, the chart of premiums is shown; a link to the other side holds."""
    frames = [build_market_candles(venue, "ATOM/USDT", 4) for venue in USDT_VENUES if venue != "binance"]
    frames.append(build_market_candles("binance", "ATOM/USDT", 4, fall_factor=1.5))
    store = MemoryStore(pl.concat(frames))
    assert read_updates({}, store)["thresholds-title"] == "Minutes at least this far above"
    assert read_updates({"side": "below"}, store)["thresholds-title"] == "Minutes at least this far below"
