"""The page of claims: its counts, what it links to, and when it gives no verdict."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.pages.base import PageContext
from dashboard.pages.claims import page as claims
from dashboard.service.measurements import Measurements
from dashboard.state.view import OriginChoice, ViewState, build_default_view
from data.catalogue import load_catalogue
from data.reconstruction.sample import ensure_sample
from data.store import CandleStore
from tests.dashboard.component_data import collect_text, list_parts, to_plain_data
from tests.dashboard.memory_store import RecordedActions
from tests.data.history_frames import build_history_row
from tests.data.scan_frames import build_scan
from tests.evidence.claims.candles import LATER, build_candles

CATALOGUE = load_catalogue()
VIEW = build_default_view(CATALOGUE)


@pytest.fixture
def page_context(tmp_path: Path) -> PageContext:
    """USDe on Binance, which falls from 1 to 0.65 at 21:21, beside the sample."""
    store = CandleStore(str(tmp_path / "lake"))
    ensure_sample(store, LATER)
    market = build_candles("binance", "USDE/USDT", {10: 0.78, 11: 0.7}, price=1.0, lows={11: 0.65})
    store.write_candles(market, source="hand.csv", fetched_at=LATER)
    return PageContext(Measurements(store, CATALOGUE), RecordedActions())


def build(context: PageContext, view: ViewState) -> list[dict[str, Any]]:
    """The page as the browser gets it, judged if it asks for that."""
    content = claims.build_content(context, view)
    parts = list(list_parts(content))
    if any(part["props"].get("id") == "claims-asked" for part in parts):
        claims.build_judged_body(context, view.to_query(CATALOGUE))
        parts = list(list_parts(claims.build_content(context, view)))
    return parts


def find(parts: list[dict[str, Any]], part_id: str) -> dict[str, Any]:
    """The part with that id."""
    return next(part for part in parts if part["props"].get("id") == part_id)


def test_verdicts_come_with_a_second_request_and_are_kept(page_context: PageContext) -> None:
    """The first page says that candles are being judged; arithmetic is decided in it already."""
    first = claims.build_content(page_context, VIEW)
    parts = list(list_parts(first))
    assert "being judged" in collect_text(to_plain_data(first))
    assert find(parts, "claims-A8")["props"]["className"] == "claim is-contradicted"
    assert find(parts, "claims-asked")["props"]["data"] == {}
    claims.build_judged_body(page_context, {})
    second = claims.build_content(page_context, VIEW)
    assert "being judged" not in collect_text(to_plain_data(second))
    assert all(part["props"].get("id") != "claims-asked" for part in list_parts(second))


def test_a_scan_that_was_saved_since_is_taken_into_account(page_context: PageContext, tmp_path: Path) -> None:
    """Claims about all coins rest on it, so that everything is judged anew."""
    build(page_context, VIEW)
    CandleStore(str(tmp_path / "lake")).scans.save(build_scan({"ATOM": {"binance": 0.5, "okx": 1.0, "gate": 1.2}}))
    assert "being judged" in collect_text(to_plain_data(claims.build_content(page_context, VIEW)))


def test_a_history_that_was_saved_since_is_taken_into_account(page_context: PageContext, tmp_path: Path) -> None:
    """A day of it can refute a claim, so that everything is judged anew: USDC 26% below all others in January 2024."""
    text = collect_text(find(build(page_context, VIEW), "claims-B5"))
    assert "12 Mar 2020 on Binance" in text
    assert "no history of this day is saved" in text
    row = build_history_row(gap_most=-0.26, gap_most_asset="USDC", sure_most=-0.26, sure_most_asset="USDC")
    CandleStore(str(tmp_path / "lake")).history.save(row)
    assert "being judged" in collect_text(to_plain_data(claims.build_content(page_context, VIEW)))
    article = find(build(page_context, VIEW), "claims-B5")
    assert article["props"]["className"] == "claim is-contradicted"
    links = [part["props"]["href"] for part in list_parts(article) if part["type"] == "A"]
    assert any(link.startswith("/lows?") and "asset=USDC" in link for link in links)


def test_a_claim_says_who_when_and_where_and_links_to_the_view(page_context: PageContext) -> None:
    """The claim on USDe's low: contradicted by 0.65, with its source and the page of lows."""
    article = find(build(page_context, VIEW), "claims-F8")
    text = collect_text(article)
    assert article["props"]["className"] == "claim is-contradicted"
    assert "A data firm and the press, 14 Oct 2025, one source: " in text
    assert "0.65 (low at 10 Oct 21:21" in text
    assert "Would decide it: Snapshots of the order book." in text
    links = [part["props"]["href"] for part in list_parts(article) if part["type"] == "A"]
    source = "https://cointelegraph.com/news/exclusively-obtained-orderbook-data-reveals-details-about-usde-crash"
    assert links == [source, "/lows?asset=USDE"]


def test_what_would_decide_a_claim_that_is_not_decided(page_context: PageContext) -> None:
    """It says what to collect, and names once what the data lacks for one reason."""
    text = " ".join(collect_text(find(build(page_context, VIEW), "claims-A3")).split())
    assert "To collect: Spot candles of ATOM, DOGE and XRP on five or more USDT exchanges" in text
    assert "ATOM on Binance, DOGE on Binance, XRP on Binance: no real price of it in the data." in text


def test_counts_are_links_that_filter(page_context: PageContext) -> None:
    """Each verdict that occurs has a count, and they add up."""
    parts = build(page_context, VIEW)
    links = [part for part in parts if str(part["props"].get("href", "")).startswith("#only-")]
    counts = {link["props"]["href"]: int(collect_text(link).split()[0]) for link in links}
    total = counts.pop("#only-all")
    assert total == sum(counts.values()) == sum(part["type"] == "Article" for part in parts)
    anchors = {part["props"]["id"] for part in parts if str(part["props"].get("id", "")).startswith("only-")}
    assert {f"#{anchor}" for anchor in anchors} == {*counts, "#only-all"}
    verdict_classes = [part["props"]["className"] for part in parts if part["type"] == "Article"]
    assert counts["#only-contradicted"] == verdict_classes.count("claim is-contradicted")


@pytest.mark.parametrize(
    ("view", "notice", "class_name"),
    [
        (
            replace(VIEW, excluded=frozenset({"gate"})),
            "With exchanges chosen by hand no verdict is given.",
            "no-verdict",
        ),
        (replace(VIEW, origin=OriginChoice.RECONSTRUCTION), "The sample is assumed between", "not-decided"),
    ],
)
def test_other_choices_give_no_verdict_on_candles(
    page_context: PageContext, view: ViewState, notice: str, class_name: str
) -> None:
    """It is said above the claims; arithmetic is decided all the same."""
    parts = build(page_context, view)
    assert any(notice in collect_text(part) for part in parts if part["props"].get("className") == "notice")
    assert find(parts, "claims-B9")["props"]["className"] == f"claim is-{class_name}"
    assert find(parts, "claims-A8")["props"]["className"] == "claim is-contradicted"


def test_an_event_without_claims_names_those_that_have_some(page_context: PageContext) -> None:
    """With a link to their claims."""
    content = claims.build_content(page_context, build_default_view(CATALOGUE, "2023-03-10"))
    assert "No claims about USDC depeg, 10-12 March 2023 are on record here." in collect_text(to_plain_data(content))
    links = [part["props"]["href"] for part in list_parts(content) if part["type"] == "A"]
    assert "/claims?event=2025-10-10" in links
