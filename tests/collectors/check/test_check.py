"""`collect --check`: the venue table compared with what replayed venues send."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from cli.tables.check import format_check_end, format_finding_json, format_finding_line
from collectors.check.compare import compare_candles
from collectors.check.findings import Finding, FindingStatus
from collectors.check.ohlcv import check_venues
from collectors.http.access import Access
from collectors.venues.row import EmptyMinutes, MarketType, Route, VenueRow
from data.trades.candles import BAR_SCHEMA
from tests.collectors.all_venues import SPOT_VENUES, USD_VENUES, build_archives, build_trades
from tests.collectors.replay_setup import FAST_VENUES, NOW, build_bars, to_ms
from tests.replay.faults import Fault, change_rows, ignore_window, refuse_location, replace_body
from tests.replay.market import Bar, select_bars
from tests.replay.server import Replay

Venues = Mapping[str, Mapping[str, list[Bar]]]

ROWS = {row.id: row for row in FAST_VENUES if row.kind is MarketType.SPOT}
SWAPS = {row.key: row for row in FAST_VENUES if row.kind is MarketType.SWAP}

PAST_BARS = build_bars(datetime(2025, 10, 9, tzinfo=UTC), 9 * 1440, quiet=range(0, 9 * 1440, 7))
"""Whole days around the old page, as many as the longest page spans."""

TODAY_BARS = build_bars(
    NOW.replace(second=0) - timedelta(days=30), 30 * 1440 + 1, level=6, quiet=range(0, 30 * 1440, 7)
)
MARKET_BARS = PAST_BARS + TODAY_BARS

FILE_BARS = PAST_BARS + select_bars(
    TODAY_BARS, to_ms(datetime(2026, 11, 16, tzinfo=UTC)), to_ms(datetime(2026, 11, 18, tzinfo=UTC))
)
"""The days that are requested from archives: that of the old page, and that of the hour 72 h ago, 2026-11-17 12:00."""

REACH_MIN = {"kraken": 720, "gate": 10_000, "mexc": 41_760, "gemini": 1440}
"""Venues whose candles reach a number of minutes back."""

HAS_SHEET_READER = find_spec("fastexcel") is not None
"""Whether the optional reader of Bitget's sheets is installed."""

UNKNOWN_EMPTY_MINUTES = {"htx", "bingx", "whitebit"}
"""Venues whose empty minutes are unknown in the table; the replays omit them or send them flat."""


def find_symbol(venue: str) -> str:
    """The market of ATOM of a replayed venue."""
    return "ATOM/USD" if venue in USD_VENUES else "ATOM/USDT"


def build_venues(*only: str) -> dict[str, dict[str, list[Bar]]]:
    """ATOM on these venues, or all; WBETH and BNSOL on Binance."""
    venues = {venue: {find_symbol(venue): MARKET_BARS} for venue in only or SPOT_VENUES}
    if "binance" in venues:
        venues["binance"] |= {"WBETH/USDT": PAST_BARS, "BNSOL/USDT": PAST_BARS}
    return venues


@dataclass(frozen=True, slots=True)
class CheckRun:
    """The findings of a check, those reported during it, and the replay."""

    findings: Sequence[Finding]
    reported: Sequence[Finding]
    replay: Replay

    def find_finding(self, venue: str, fact: str, route: str = "") -> Finding:
        """The only finding about a fact."""
        (finding,) = [f for f in self.findings if (f.venue, f.fact) == (venue, fact) and f.route.startswith(route)]
        return finding

    def map_statuses(self, venue: str) -> dict[str, FindingStatus]:
        """The status of each fact checked by the candles or the list of markets."""
        return {f.fact: f.verdict for f in self.findings if f.venue == venue and f.route.startswith(("ohlcv", "mark"))}


def run_venue_check(
    venues: Venues,
    *faults: Fault,
    table: Sequence[VenueRow] | None = None,
    files: Sequence[Bar] = FILE_BARS,
) -> CheckRun:
    """Check the venues against a replay of them, their trades and their archives."""
    in_files = {venue: {find_symbol(venue): list(files)} for venue in venues if venue in ROWS}
    hour = [
        bar for bar in PAST_BARS if 0 <= bar.open_ms - to_ms(datetime(2025, 10, 10, 20, tzinfo=UTC)) < 4 * 3_600_000
    ]
    reported: list[Finding] = []

    async def check_replay() -> CheckRun:
        async with Replay(
            venues,
            now_ms=to_ms(NOW),
            faults=faults,
            trades={venue: {"ATOM/USD": build_trades(hour)} for venue in ("kraken", "coinbaseexchange")},
            sites=build_archives(in_files),
        ) as replay:
            rows = [ROWS[venue] for venue in venues] if table is None else table
            return CheckRun(
                await check_venues(rows, lambda: NOW, reported.append, Access(replay.url)), reported, replay
            )

    return asyncio.run(check_replay())


@pytest.fixture(scope="module")
def everywhere() -> CheckRun:
    """One check of all venues."""
    return run_venue_check(build_venues())


def test_venues_that_do_as_the_table_says(everywhere: CheckRun) -> None:
    """All known facts are as assumed; facts that are unknown in the table differ."""
    other = {(f.venue, f.fact) for f in everywhere.findings if f.verdict is FindingStatus.DIFFERENT}
    unknown_in_files = {"kucoin", "htx", *(("bitget",) if HAS_SHEET_READER else ())}
    assert other == {(venue, "empty_minutes") for venue in UNKNOWN_EMPTY_MINUTES} | {
        (venue, "archive.empty_minutes") for venue in unknown_in_files
    }
    undecided = {(f.venue, f.fact) for f in everywhere.findings if f.verdict is FindingStatus.UNDECIDED}
    unread = set() if HAS_SHEET_READER else {("bitget", "archive.path"), ("bitget", "archive.lag_h")}
    assert undecided == unread
    assert everywhere.replay.unknown_parameters == set()


@pytest.mark.parametrize("venue", SPOT_VENUES)
def test_each_venue_gets_the_same_check(everywhere: CheckRun, venue: str) -> None:
    """Each venue has findings on history, order, empty minutes and page size, and on a bounded reach."""
    facts = {f.fact for f in everywhere.findings if f.venue == venue and f.route.startswith(("ohlcv", "mark"))}
    expected_facts = {"WBETH", "BNSOL", "history", "newest_first", "empty_minutes", "page_min"}
    assert facts == expected_facts | ({"reach_min"} if venue in REACH_MIN else set())


@pytest.mark.parametrize("venue", ["binance", "okx", "bybit", "gate", "kucoin"])
def test_archives_are_read_and_compared(everywhere: CheckRun, venue: str) -> None:
    """Each archive has findings on path, empty minutes, lag, prices and unit of volume."""
    own = [f for f in everywhere.findings if f.venue == venue]
    facts = {f.fact.removeprefix("archive."): f for f in own if f.fact.startswith("archive.")}
    assert set(facts) == {"path", "empty_minutes", "lag_h", "layout", "volume_unit"}
    unit = everywhere.find_finding(venue, "archive.volume_unit", "archive ")
    # 60 minutes, of which those whose number in TODAY seven divides are quiet: 8 or 9.
    assert unit.verdict is FindingStatus.AS_ASSUMED
    assert unit.came in {
        f"the same volume in {n} of {n} minutes that both have in the hour of 2026-11-17 12:00Z" for n in (51, 52)
    }


def test_files_of_trades_are_compared_with_candles(everywhere: CheckRun) -> None:
    """The candles built from OKX's files of trades have findings under the name of their table."""
    findings = {f.fact: f for f in everywhere.findings if f.route == "archive-trades ATOM/USDT"}
    names = {"path", "empty_minutes", "lag_h", "layout", "volume_unit"}
    assert set(findings) == {f"trade_archive.{name}" for name in names}
    assert {finding.verdict for finding in findings.values()} == {FindingStatus.AS_ASSUMED}
    assert {finding.mark for finding in findings.values()} == {"I"}


def test_a_bounded_reach_is_tried_at_its_edge(everywhere: CheckRun) -> None:
    """Gate refuses candles of 13 months ago, and sends those 10 minutes inside of its reach."""
    assert everywhere.find_finding("gate", "history", "ohlcv").came.startswith("HTTP 400")
    reach = everywhere.find_finding("gate", "reach_min")
    assert reach.assumed == "10000 minutes, so candles from 2026-11-13 13:30Z on"
    assert reach.came == "2026-11-13 13:30Z to 2026-11-14 06:09Z"


def test_findings_come_venue_by_venue(everywhere: CheckRun) -> None:
    """The findings of a venue are reported together, and all are returned in the order of the venues."""
    venue_order = [f.venue for f in everywhere.reported]
    assert len([1 for one, next_ in pairwise(venue_order) if one != next_]) == len(SPOT_VENUES) - 1
    assert list(dict.fromkeys(f.venue for f in everywhere.findings)) == list(SPOT_VENUES)
    by_venue: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in everywhere.reported:
        by_venue[finding.venue].append(finding)
    assert [f for venue in SPOT_VENUES for f in by_venue[venue]] == everywhere.findings


def test_an_order_that_differs_is_told() -> None:
    """Rows sent newest first where oldest first is assumed are a difference."""
    findings = run_venue_check(build_venues("binance"), change_rows("api/v3/klines", lambda rows: rows[::-1]))
    finding = findings.find_finding("binance", "newest_first")
    assert (finding.assumed, finding.came, finding.verdict) == ("oldest first", "newest first", FindingStatus.DIFFERENT)
    assert finding.advice == "correct [binance] newest_first, mark V"


def test_omitted_minutes_of_a_venue_with_flat_ones_are_told() -> None:
    """Omitted minutes where flat candles are assumed are a difference, and the other way round."""
    left_out = change_rows("api/v3/klines", lambda rows: [row for row in rows if float(str(row[5]))])
    omitted = run_venue_check(build_venues("binance"), left_out).find_finding("binance", "empty_minutes")
    assert (omitted.assumed, omitted.verdict) == ("flat", FindingStatus.DIFFERENT)
    assert omitted.came.startswith("omitted: 0 candles with volume 0")
    row = replace(ROWS["okx"], empty_minutes=EmptyMinutes.OMITTED)
    flat = run_venue_check(build_venues("okx"), table=[row]).find_finding("okx", "empty_minutes")
    assert (flat.assumed, flat.verdict) == ("omitted", FindingStatus.DIFFERENT)
    assert flat.came.endswith("0 minutes absent between first and last")


def test_a_page_without_a_quiet_minute_tells_nothing() -> None:
    """Empty minutes are undecided where something traded in each minute."""
    busy = [bar._replace(volume=1.0) for bar in MARKET_BARS]
    check_run = run_venue_check({"okx": {"ATOM/USDT": busy}}, table=[replace(ROWS["okx"], archive=None)])
    assert check_run.find_finding("okx", "empty_minutes").verdict is FindingStatus.UNDECIDED
    assert "no minute without a trade" in check_run.find_finding("okx", "empty_minutes").came


def test_a_market_that_should_not_be_there_is_told() -> None:
    """WBETH on another venue than Binance is a difference; so is the absence of BNSOL from Binance."""
    venues = build_venues("okx", "binance")
    venues["okx"]["WBETH/USDT"] = PAST_BARS
    del venues["binance"]["BNSOL/USDT"]
    check_run = run_venue_check(venues)
    assert (check_run.find_finding("okx", "WBETH").came, check_run.find_finding("okx", "WBETH").verdict) == (
        "WBETH/USDT",
        FindingStatus.DIFFERENT,
    )
    assert (check_run.find_finding("binance", "BNSOL").came, check_run.find_finding("binance", "BNSOL").verdict) == (
        "not listed",
        FindingStatus.DIFFERENT,
    )
    assert check_run.find_finding("okx", "BNSOL").verdict is FindingStatus.AS_ASSUMED


def test_newest_candles_for_an_old_page_are_told() -> None:
    """Today's candles in response to an old page are a difference in history."""
    check_run = run_venue_check(build_venues("binance"), ignore_window("api/v3/klines", "startTime"))
    history = check_run.find_finding("binance", "history")
    assert history.verdict is FindingStatus.DIFFERENT
    assert "answered with candles of another time" in history.came


def test_a_page_that_is_cut_is_told() -> None:
    """A page shorter than in the table is a difference where quiet minutes are flat."""
    check_run = run_venue_check(build_venues("binance"), change_rows("api/v3/klines", lambda rows: rows[:500]))
    page = check_run.find_finding("binance", "page_min")
    assert (page.assumed, page.verdict) == ("1000 minutes at once", FindingStatus.DIFFERENT)
    assert page.came == "500 candles, 2025-10-10 21:00Z to 2025-10-11 05:19Z"


def test_a_venue_that_cannot_be_reached_ends_nothing() -> None:
    """A venue that refuses is undecided; its archive and other venues are checked."""
    check_run = run_venue_check(
        build_venues("binance", "kraken"), refuse_location("api.binance.com"), refuse_location("data-api.binance")
    )
    hosts = check_run.find_finding("binance", "hosts")
    assert hosts.verdict is FindingStatus.UNDECIDED
    assert "451" in hosts.came
    assert check_run.find_finding("binance", "archive.path").verdict is FindingStatus.AS_ASSUMED
    assert check_run.map_statuses("binance") == {"hosts": FindingStatus.UNDECIDED}
    assert check_run.find_finding("kraken", "history", "trades").verdict is FindingStatus.AS_ASSUMED
    assert set(check_run.map_statuses("kraken").values()) == {FindingStatus.AS_ASSUMED}


def test_candles_that_fail_tell_nothing() -> None:
    """Where only candles are refused the list of markets is checked, and the history is undecided."""
    check_run = run_venue_check(build_venues("okx"), refuse_location("market/"))
    assert check_run.find_finding("okx", "WBETH").verdict is FindingStatus.AS_ASSUMED
    assert check_run.find_finding("okx", "history").verdict is FindingStatus.UNDECIDED
    assert check_run.find_finding("okx", "archive.volume_unit").verdict is FindingStatus.UNDECIDED


def test_an_archive_that_is_not_there_is_told() -> None:
    """A missing file is a difference; a host that fails is undecided."""
    check_run = run_venue_check(build_venues("gate"), files=TODAY_BARS[-1:])
    assert check_run.find_finding("gate", "archive.path").verdict is FindingStatus.DIFFERENT
    assert "no archive file" in check_run.find_finding("gate", "archive.path").came
    down = run_venue_check(build_venues("gate"), replace_body("download.gatedata.org", "", status=503))
    assert down.find_finding("gate", "archive.path").verdict is FindingStatus.UNDECIDED


def test_an_archive_that_counts_the_quote_is_told() -> None:
    """Volumes in the quote are a difference where base units are assumed; the prices are equal."""
    quote_volume_bars = [bar._replace(volume=bar.volume * bar.close) for bar in FILE_BARS]
    check_run = run_venue_check(build_venues("gate"), files=quote_volume_bars)
    assert check_run.find_finding("gate", "archive.layout").verdict is FindingStatus.AS_ASSUMED
    unit = check_run.find_finding("gate", "archive.volume_unit")
    assert (unit.assumed, unit.verdict) == ("volume in base", FindingStatus.DIFFERENT)
    assert "it counts the quote" in unit.came


def test_perpetuals_are_checked_in_each_price() -> None:
    """Futures have findings on trade, mark and index candles, and none on spot listings."""
    contract = {"ATOM/USDT:USDT": MARKET_BARS, "ATOM/USDT:USDT#mark": MARKET_BARS, "ATOM/USDT:USDT#index": MARKET_BARS}
    check_run = run_venue_check({"binanceusdm": contract}, table=[SWAPS["binanceusdm"]])
    histories = {f.route for f in check_run.findings if f.fact == "history"}
    assert histories == {f"ohlcv ATOM/USDT:USDT{price}" for price in ("", " (mark)", " (index)")}
    assert {f.verdict for f in check_run.findings} == {FindingStatus.AS_ASSUMED}
    assert {f.fact for f in check_run.findings} == {"history", "newest_first", "empty_minutes", "page_min"}


def build_minutes(*rows: tuple[float, ...]) -> pl.DataFrame:
    """Minutes with these prices and volumes from 1970 on."""
    built = [(datetime(1970, 1, 1, 0, n, tzinfo=UTC), *row) for n, row in enumerate(rows)]
    return pl.DataFrame(built, schema=BAR_SCHEMA, orient="row")


def test_comparison_by_hand() -> None:
    """Minutes that one lacks or without a trade do not count; a constant ratio of volumes is reported."""
    candles = np.array(
        [[0, 3, 4, 2, 3, 10], [60_000, 3, 4, 2, 3, 0], [120_000, 3, 4, 2, 3, 20], [180_000, 3, 4, 2, 3, 5]]
    )
    prices, volume = compare_candles(build_minutes((3, 4, 2, 3, 1000), (3, 4, 2, 3, 0), (3, 5, 2, 3, 2000)), candles)
    assert prices == ("the same prices in 1 of 2 minutes that both have", FindingStatus.DIFFERENT)
    assert volume.observed.endswith("in 0 of 2 minutes that both have; it is 100 times that of the candles (median)")
    assert compare_candles(build_minutes(), candles)[1].status is FindingStatus.UNDECIDED
    assert compare_candles(build_minutes((3, 4, 2, 3, 10)), candles)[1].status is FindingStatus.AS_ASSUMED


def test_a_line_says_what_to_do() -> None:
    """A finding is a line of status, place, fact, assumption, evidence, observation and advice."""
    finding = Finding("gate", "ohlcv ATOM/USDT", "empty_minutes", "M", "flat", "omitted: 3", FindingStatus.DIFFERENT)
    assert format_finding_line(finding) == (
        "different  | gate ohlcv ATOM/USDT empty_minutes [M]: flat; observed: omitted: 3"
        " -> correct [gate] empty_minutes, mark V"
    )
    confirmed = replace(finding, verdict=FindingStatus.AS_ASSUMED)
    assert format_finding_line(confirmed).endswith("-> mark M may become V")
    assert format_finding_line(replace(confirmed, came="flat", mark="T")) == (
        "as assumed | gate ohlcv ATOM/USDT empty_minutes [T]: flat"
    )
    assert replace(confirmed, mark="U").advice == "write what was observed into [gate] empty_minutes, mark V"
    assert json.loads(format_finding_json(confirmed))["advice"] == "mark M may become V"
    assert format_finding_line(replace(confirmed, mark="D")).endswith("observed: omitted: 3")
    assert replace(finding, verdict=FindingStatus.UNDECIDED).advice == ""
    archived = replace(confirmed, fact="archive.lag_h")
    assert archived.advice == "mark M may become V where all of [gate.archive] is so"
    assert replace(archived, verdict=FindingStatus.DIFFERENT).advice == "correct [gate.archive] lag_h, mark V"
    assert replace(finding, mark="").advice == ""


def test_a_check_ends_with_counts_and_what_to_do() -> None:
    """The last lines count the facts by status, and say what each status asks for."""
    finding = Finding("gate", "ohlcv ATOM/USDT", "empty_minutes", "D", "flat", "omitted: 3", FindingStatus.DIFFERENT)
    confirmed = replace(finding, venue="okx", mark="M", verdict=FindingStatus.AS_ASSUMED)
    silent = replace(finding, venue="htx", verdict=FindingStatus.UNDECIDED)
    assert format_check_end([finding, confirmed, silent]) == [
        "3 facts of 3 exchanges checked: 1 as assumed, 1 different, 1 unclear.",
        "Different: correct the line in collectors/venues.toml that is named after the arrow.",
        "No answer from htx: check again later, or with --proxy or --host.",
        "As assumed: the marks named after the arrow can be raised in collectors/venues.toml.",
    ]
    assert format_check_end([confirmed, replace(confirmed, verdict=FindingStatus.UNDECIDED)])[1:] == [
        "Unclear: the answer neither confirms the fact nor contradicts it; check again another day.",
        "As assumed: the marks named after the arrow can be raised in collectors/venues.toml.",
    ]
    (advice,) = format_check_end([silent, replace(silent, venue="mexc")])[1:]
    assert advice.startswith("None of the 2 exchanges answered: check the internet connection")


def test_what_is_known_only_here_has_a_row() -> None:
    """Every replayed venue is in the table with the OHLCV route."""
    assert all(Route.OHLCV in ROWS[venue].routes for venue in SPOT_VENUES)
