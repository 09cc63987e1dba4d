"""`collect --check`: what the venue table assumes beside what replayed venues send."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from collectors.access import Access
from collectors.check import check
from collectors.chunk import BARS
from collectors.comparison import compare
from collectors.display import finding_json, finding_line
from collectors.findings import Finding, Verdict, totals
from collectors.venues import EmptyMinutes, Kind, Route, VenueRow
from tests.collectors.everywhere import DOLLARS, SPOT, archives_of, trades_of
from tests.collectors.setting import HASTY, NOW, bars, ms
from tests.replay.faults import Fault, ignoring_the_window, refusing, saying, with_rows
from tests.replay.market import Bar, at
from tests.replay.server import Replay

Venues = Mapping[str, Mapping[str, list[Bar]]]

ROWS = {row.id: row for row in HASTY if row.kind is Kind.SPOT}
SWAPS = {row.key: row for row in HASTY if row.kind is Kind.SWAP}

PAST = bars(datetime(2025, 10, 9, tzinfo=UTC), 9 * 1440, quiet=range(0, 9 * 1440, 7))
"""Whole days around the old page, as many as the longest page has."""

TODAY = bars(NOW.replace(second=0) - timedelta(days=30), 30 * 1440 + 1, level=6, quiet=range(0, 30 * 1440, 7))
MADE = PAST + TODAY

FILES = PAST + at(TODAY, ms(datetime(2026, 11, 16, tzinfo=UTC)), ms(datetime(2026, 11, 18, tzinfo=UTC)))
"""The days that archives are asked for: those of the old page and of an hour 72 h ago, 2026-11-17 12:00."""

REACH = {"kraken": 720, "gate": 10_000, "mexc": 41_760, "gemini": 1440}
"""Venues whose candles reach a number of minutes back."""

UNKNOWN = {"htx", "bingx", "whitebit"}
"""Venues of which the table does not say how empty minutes come; the replays leave them out or send them flat."""


def symbol_of(venue: str) -> str:
    """The market of ATOM that a venue has here."""
    return "ATOM/USD" if venue in DOLLARS else "ATOM/USDT"


def venues_with(*only: str) -> dict[str, dict[str, list[Bar]]]:
    """ATOM on these venues, or all; WBETH and BNSOL on Binance."""
    venues = {venue: {symbol_of(venue): MADE} for venue in only or SPOT}
    if "binance" in venues:
        venues["binance"] |= {"WBETH/USDT": PAST, "BNSOL/USDT": PAST}
    return venues


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of a check, what was told while it ran, and the replay."""

    findings: Sequence[Finding]
    told: Sequence[Finding]
    replay: Replay

    def of(self, venue: str, fact: str, route: str = "") -> Finding:
        """The only finding about a fact."""
        (found,) = [f for f in self.findings if (f.venue, f.fact) == (venue, fact) and f.route.startswith(route)]
        return found

    def verdicts(self, venue: str) -> dict[str, Verdict]:
        """The verdict on each fact by the candles or the list of markets."""
        return {f.fact: f.verdict for f in self.findings if f.venue == venue and f.route.startswith(("ohlcv", "mark"))}


def checked(
    venues: Venues,
    *faults: Fault,
    table: Sequence[VenueRow] | None = None,
    files: Sequence[Bar] = FILES,
) -> Checked:
    """Check the venues against a replay of them, their trades and their archives."""
    in_files = {venue: {symbol_of(venue): list(files)} for venue in venues if venue in ROWS}
    hour = [bar for bar in PAST if 0 <= bar.open_ms - ms(datetime(2025, 10, 10, 20, tzinfo=UTC)) < 4 * 3_600_000]
    told: list[Finding] = []

    async def run() -> Checked:
        async with Replay(
            venues,
            now_ms=ms(NOW),
            faults=faults,
            trades={"kraken": {"ATOM/USD": trades_of(hour)}},
            sites=archives_of(in_files),
        ) as replay:
            rows = [ROWS[venue] for venue in venues] if table is None else table
            return Checked(await check(rows, lambda: NOW, told.append, Access(replay.url)), told, replay)

    return asyncio.run(run())


@pytest.fixture(scope="module")
def everywhere() -> Checked:
    """The check of all venues in one run, while each does as the table says."""
    return checked(venues_with())


def test_venues_that_do_as_the_table_says(everywhere: Checked) -> None:
    """Every fact that the table knows is as assumed; what it does not know is told."""
    other = {(f.venue, f.fact) for f in everywhere.findings if f.verdict is Verdict.OTHER}
    assert other == {(venue, "empty_minutes") for venue in UNKNOWN} | {
        (venue, "archive.empty_minutes") for venue in ("gate", "okx")
    }
    assert [f for f in everywhere.findings if f.verdict is Verdict.OPEN] == []
    assert everywhere.replay.unknown == set()


@pytest.mark.parametrize("venue", SPOT)
def test_each_venue_gets_the_same_check(everywhere: Checked, venue: str) -> None:
    """History, order, empty minutes and page of each venue are told, and its reach where it has a bound."""
    facts = {f.fact for f in everywhere.findings if f.venue == venue and f.route.startswith(("ohlcv", "mark"))}
    wanted = {"WBETH", "BNSOL", "history", "newest_first", "empty_minutes", "page_min"}
    assert facts == wanted | ({"reach_min"} if venue in REACH else set())


@pytest.mark.parametrize("venue", ["binance", "okx", "bybit", "gate", "kucoin"])
def test_archives_are_read_and_compared(everywhere: Checked, venue: str) -> None:
    """Path, empty minutes, lag, prices and unit of volume of an archive are told."""
    facts = {f.fact.removeprefix("archive."): f for f in everywhere.findings if f.fact.startswith("archive.")}
    assert set(facts) == {"path", "empty_minutes", "lag_h", "layout", "volume_unit"}
    unit = everywhere.of(venue, "archive.volume_unit")
    # 60 minutes, of which those whose number in TODAY seven divides are quiet: 8 or 9.
    assert unit.verdict is Verdict.AS_ASSUMED
    assert unit.came in {
        f"the same volume in {n} of {n} minutes that both have in the hour of 2026-11-17 12:00Z" for n in (51, 52)
    }


def test_a_bounded_reach_is_tried_at_its_edge(everywhere: Checked) -> None:
    """Gate's candles of 13 months ago are refused, and those 10 minutes inside of its 10,000 come."""
    assert everywhere.of("gate", "history", "ohlcv").came.startswith("HTTP 400")
    reach = everywhere.of("gate", "reach_min")
    assert reach.assumed == "10000 minutes, so candles from 2026-11-13 13:30Z on"
    assert reach.came == "2026-11-13 13:30Z to 2026-11-14 06:09Z"


def test_findings_come_venue_by_venue(everywhere: Checked) -> None:
    """The findings of a venue are told together, and all are returned in the order of the venues."""
    seen = [f.venue for f in everywhere.told]
    assert len([1 for one, next_ in pairwise(seen) if one != next_]) == len(SPOT) - 1
    assert list(dict.fromkeys(f.venue for f in everywhere.findings)) == list(SPOT)
    by_venue: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in everywhere.told:
        by_venue[finding.venue].append(finding)
    assert [f for venue in SPOT for f in by_venue[venue]] == everywhere.findings


def test_an_order_that_differs_is_told() -> None:
    """Rows that come newest first from a venue that sends the oldest first are other than assumed."""
    findings = checked(venues_with("binance"), with_rows("api/v3/klines", lambda rows: rows[::-1]))
    found = findings.of("binance", "newest_first")
    assert (found.assumed, found.came, found.verdict) == ("oldest first", "newest first", Verdict.OTHER)
    assert found.advice == "correct [binance] newest_first, mark V"


def test_omitted_minutes_of_a_venue_with_flat_ones_are_told() -> None:
    """Minutes left out where flat candles are assumed are other than assumed, and so is the other way round."""
    left_out = with_rows("api/v3/klines", lambda rows: [row for row in rows if float(str(row[5]))])
    omitted = checked(venues_with("binance"), left_out).of("binance", "empty_minutes")
    assert (omitted.assumed, omitted.verdict) == ("flat", Verdict.OTHER)
    assert omitted.came.startswith("omitted: 0 candles with volume 0")
    row = replace(ROWS["okx"], empty_minutes=EmptyMinutes.OMITTED)
    flat = checked(venues_with("okx"), table=[row]).of("okx", "empty_minutes")
    assert (flat.assumed, flat.verdict) == ("omitted", Verdict.OTHER)
    assert flat.came.endswith("0 minutes absent between first and last")


def test_a_page_without_a_quiet_minute_tells_nothing() -> None:
    """Whether empty minutes are flat cannot be told where something traded in each."""
    busy = [bar._replace(volume=1.0) for bar in MADE]
    found = checked({"okx": {"ATOM/USDT": busy}}, table=[replace(ROWS["okx"], archive=None)])
    assert found.of("okx", "empty_minutes").verdict is Verdict.OPEN
    assert "no minute without a trade" in found.of("okx", "empty_minutes").came


def test_a_market_that_should_not_be_there_is_told() -> None:
    """WBETH on another venue than Binance is other than assumed, with its market; so is its absence from Binance."""
    venues = venues_with("okx", "binance")
    venues["okx"]["WBETH/USDT"] = PAST
    del venues["binance"]["BNSOL/USDT"]
    found = checked(venues)
    assert (found.of("okx", "WBETH").came, found.of("okx", "WBETH").verdict) == ("WBETH/USDT", Verdict.OTHER)
    assert (found.of("binance", "BNSOL").came, found.of("binance", "BNSOL").verdict) == ("not listed", Verdict.OTHER)
    assert found.of("okx", "BNSOL").verdict is Verdict.AS_ASSUMED


def test_newest_candles_for_an_old_page_are_told() -> None:
    """A venue that answers with today's candles does not reach back as assumed."""
    found = checked(venues_with("binance"), ignoring_the_window("api/v3/klines", "startTime"))
    history = found.of("binance", "history")
    assert history.verdict is Verdict.OTHER
    assert "answered with candles of another time" in history.came


def test_a_page_that_is_cut_is_told() -> None:
    """Fewer candles than fit on a page by the table are other than assumed, where quiet minutes are flat."""
    found = checked(venues_with("binance"), with_rows("api/v3/klines", lambda rows: rows[:500]))
    page = found.of("binance", "page_min")
    assert (page.assumed, page.verdict) == ("1000 minutes at once", Verdict.OTHER)
    assert page.came == "500 candles, 2025-10-10 21:00Z to 2025-10-11 05:19Z"


def test_a_venue_that_cannot_be_reached_ends_nothing() -> None:
    """A venue that refuses is told as one that says nothing; its archive and other venues are checked all the same."""
    found = checked(venues_with("binance", "kraken"), refusing("api.binance.com"), refusing("data-api.binance"))
    hosts = found.of("binance", "hosts")
    assert hosts.verdict is Verdict.OPEN
    assert "451" in hosts.came
    assert found.of("binance", "archive.path").verdict is Verdict.AS_ASSUMED
    assert found.verdicts("binance") == {"hosts": Verdict.OPEN}
    assert found.of("kraken", "history", "trades").verdict is Verdict.AS_ASSUMED
    assert set(found.verdicts("kraken").values()) == {Verdict.AS_ASSUMED}


def test_candles_that_fail_tell_nothing() -> None:
    """Where only candles are refused the list of markets is told, and the history cannot be."""
    found = checked(venues_with("okx"), refusing("market/"))
    assert found.of("okx", "WBETH").verdict is Verdict.AS_ASSUMED
    assert found.of("okx", "history").verdict is Verdict.OPEN
    assert found.of("okx", "archive.volume_unit").verdict is Verdict.OPEN


def test_an_archive_that_is_not_there_is_told() -> None:
    """A file that is not found is other than assumed; a host that fails cannot be told."""
    gone = checked(venues_with("gate"), files=TODAY[-1:])
    assert gone.of("gate", "archive.path").verdict is Verdict.OTHER
    assert "no archive file" in gone.of("gate", "archive.path").came
    down = checked(venues_with("gate"), saying("download.gatedata.org", "", status=503))
    assert down.of("gate", "archive.path").verdict is Verdict.OPEN


def test_an_archive_that_counts_the_quote_is_told() -> None:
    """Volumes that are the candles' times the price are other than the base units assumed; the prices are the same."""
    dear = [bar._replace(volume=bar.volume * bar.close) for bar in FILES]
    found = checked(venues_with("gate"), files=dear)
    assert found.of("gate", "archive.layout").verdict is Verdict.AS_ASSUMED
    unit = found.of("gate", "archive.volume_unit")
    assert (unit.assumed, unit.verdict) == ("volume in base", Verdict.OTHER)
    assert "it counts the quote" in unit.came


def test_perpetuals_are_checked_in_each_price() -> None:
    """Of a row of futures the history of trade, mark and index candles is told, and spot listings are not."""
    contract = {"ATOM/USDT:USDT": MADE, "ATOM/USDT:USDT#mark": MADE, "ATOM/USDT:USDT#index": MADE}
    found = checked({"binanceusdm": contract}, table=[SWAPS["binanceusdm"]])
    histories = {f.route for f in found.findings if f.fact == "history"}
    assert histories == {f"ohlcv ATOM/USDT:USDT{price}" for price in ("", " (mark)", " (index)")}
    assert {f.verdict for f in found.findings} == {Verdict.AS_ASSUMED}
    assert {f.fact for f in found.findings} == {"history", "newest_first", "empty_minutes", "page_min"}


def minutes(*rows: tuple[float, ...]) -> pl.DataFrame:
    """Minutes with these prices and volumes from 1970 on."""
    made = [(datetime(1970, 1, 1, 0, n, tzinfo=UTC), *row) for n, row in enumerate(rows)]
    return pl.DataFrame(made, schema=BARS, orient="row")


def test_comparison_by_hand() -> None:
    """Minutes that one lacks or in which nothing traded do not count; a constant ratio of volumes is named."""
    candles = np.array(
        [[0, 3, 4, 2, 3, 10], [60_000, 3, 4, 2, 3, 0], [120_000, 3, 4, 2, 3, 20], [180_000, 3, 4, 2, 3, 5]]
    )
    prices, volume = compare(minutes((3, 4, 2, 3, 1000), (3, 4, 2, 3, 0), (3, 5, 2, 3, 2000)), candles)
    assert prices == ("the same prices in 1 of 2 minutes that both have", Verdict.OTHER)
    assert volume.came.endswith("in 0 of 2 minutes that both have; it is 100 times that of the candles (median)")
    assert compare(minutes(), candles)[1].verdict is Verdict.OPEN
    assert compare(minutes((3, 4, 2, 3, 10)), candles)[1].verdict is Verdict.AS_ASSUMED


def test_a_line_says_what_to_do() -> None:
    """A finding is a line: where, which fact, the verdict, what was assumed on what evidence, what came, what next."""
    finding = Finding("gate", "ohlcv ATOM/USDT", "empty_minutes", "M", "flat", "omitted: 3", Verdict.OTHER)
    assert finding_line(finding) == (
        "other than assumed | gate ohlcv ATOM/USDT empty_minutes [M]: flat; came omitted: 3"
        " -> correct [gate] empty_minutes, mark V"
    )
    held = replace(finding, verdict=Verdict.AS_ASSUMED)
    assert finding_line(held).endswith("-> mark M may become V")
    assert finding_line(replace(held, came="flat", mark="T")) == (
        "as assumed         | gate ohlcv ATOM/USDT empty_minutes [T]: flat"
    )
    assert replace(held, mark="U").advice == "write what came into [gate] empty_minutes, mark V"
    assert json.loads(finding_json(held))["advice"] == "mark M may become V"
    assert finding_line(replace(held, mark="D")).endswith("came omitted: 3")
    assert replace(finding, verdict=Verdict.OPEN).advice == ""
    archived = replace(held, fact="archive.lag_h")
    assert archived.advice == "mark M may become V where all of [gate.archive] is so"
    assert replace(archived, verdict=Verdict.OTHER).advice == "correct [gate.archive] lag_h, mark V"
    assert replace(finding, mark="").advice == ""
    assert totals([finding, held]).startswith("2 findings: 1 as assumed, 1 other than assumed, 0 cannot be told.")


def test_what_is_known_only_here_has_a_row() -> None:
    """Every venue that is replayed is in the table, with candles among its routes."""
    assert all(Route.OHLCV in ROWS[venue].routes for venue in SPOT)
