"""Counts over a market of five assets that were made on paper, and over random ones by a plain program."""

from datetime import timedelta

import polars as pl
import pytest

from analysis.scan.counts import GAP_PCT
from analysis.scan.matrix import build_matrix, count_cross, count_exchanges
from analysis.scan.measure import scan_market
from analysis.scan.scan_json import build_scan_json
from analysis.scan.sentences import describe_basis, describe_universe, write_headline
from analysis.scan.summary import list_scan_groups, summarize_scan
from data.catalogue import load_catalogue
from data.schema import build_empty_frame
from data.store import CandleStore
from data.tables.scans import SCAN_CROSS, SCAN_ROW, MarketScan, SetAside, Universe
from deviation.side import Side
from tests.analysis.scan.brute import FIVE, VENUES, make_markets, measure_extremes
from tests.analysis.scan.market_candles import SERIAL, START, build_request
from tests.analysis.scan.test_brute import MINUTES, write_random
from tests.data.scan_frames import build_run, build_scan, build_set_aside

LOWS = {
    "A": {"binance": 80, "okx": 100, "gate": 90, "kraken": 85},
    "B": {"binance": 50, "okx": 100, "kraken": 100},
    "C": {"binance": 100, "okx": 90, "gate": 95},
    "D": {"binance": 10, "okx": 20, "kraken": 10},
    "E": {"okx": 1, "gate": 2, "kraken": 3},
}

ALIGNED = {"A": {"binance": -0.12}, "C": {"binance": -0.3}, "B": {"okx": -0.01}}

RANKS = {"A": {"binance": "largest"}, "B": {"binance": "not largest"}, "C": {"binance": "too close to call"}}


def build_market_scan(days_before: int = 0) -> MarketScan:
    """The scan of these assets, by their highest trades too: 10 on each exchange."""
    return build_scan(LOWS, aligned=ALIGNED, size_ranks=RANKS, days_before=days_before)


def test_lowest_trades_and_gaps_are_counted_for_the_focus() -> None:
    """Binance is lowest on A and B, by 5.9% and 50%, and level with Kraken on D; of C OKX is."""
    everyone = summarize_scan(build_market_scan()).window.everyone
    assert (everyone.assets, everyone.first, everyone.tied) == (4, 2, 1)
    assert everyone.even_share == pytest.approx(1 / 4 + 3 * 1 / 3)
    assert (everyone.unaligned.known, everyone.unaligned.beyond) == (4, {1: 2, 5: 2, 10: 1, 20: 1, 50: 1})


def test_closes_of_the_same_minute_are_counted_beside_them() -> None:
    """Binance closed below all others at its low on A by 12% and on C by 30%, although OKX traded lower on C."""
    aligned = summarize_scan(build_market_scan()).window.everyone.aligned
    assert (aligned.known, aligned.beyond) == (4, {1: 2, 5: 2, 10: 2, 20: 1, 50: 0})


def test_the_five_of_the_report_are_a_comparison_of_their_own() -> None:
    """Against OKX and Gate alone: 11.1% below on A, half on B and D, above on C."""
    five = summarize_scan(build_market_scan()).window.five
    assert (five.assets, five.first, five.tied) == (4, 3, 0)
    assert five.unaligned.beyond == {1: 3, 5: 3, 10: 3, 20: 2, 50: 2}
    assert five.even_share == pytest.approx(1 / 3 + 1 / 2 + 1 / 3 + 1 / 2)


def test_any_exchange_can_be_the_focus() -> None:
    """OKX is lowest on C by 5.3% and on E by half; Kraken shares the lowest of D."""
    scan = build_market_scan()
    okx, kraken = (summarize_scan(scan, venue).window.everyone for venue in ("okx", "kraken"))
    assert (okx.assets, okx.first, okx.tied, okx.unaligned.beyond[50]) == (5, 2, 0, 1)
    assert (kraken.assets, kraken.first, kraken.tied) == (4, 0, 1)
    assert summarize_scan(scan, "htx").window.everyone.assets == 0


def test_the_reading_aid_counts_ranked_assets_alone() -> None:
    """Largest on one of three; shared evenly it would be 1/4 and 1/3 twice."""
    window = summarize_scan(build_market_scan()).window
    assert (window.ranked, window.largest, window.longest) == (3, 1, 0)
    assert window.rank_share == pytest.approx(1 / 4 + 1 / 3 + 1 / 3)


def test_days_before_are_counted_apart() -> None:
    """The window has its own rows, and each day with rows is counted like it."""
    window, before = build_market_scan(), build_scan({"A": {"binance": 3, "okx": 2, "gate": 2}}, days_before=2)
    scan = MarketScan(window.run, pl.concat([window.rows, before.rows]), window.cross, window.set_aside)
    summary = summarize_scan(scan)
    assert summary.window.everyone.assets == 4
    assert [(day.days_before, day.everyone.assets, day.everyone.first) for day in summary.placebo] == [(2, 1, 0)]


def test_highest_trades_that_are_equal_are_shared_by_all() -> None:
    """Nobody is above the others."""
    summary = summarize_scan(build_market_scan(), side=Side.ABOVE)
    assert (summary.window.everyone.first, summary.window.everyone.tied) == (0, 4)
    assert summary.first_gaps.is_empty()


def test_gaps_are_listed_by_size_and_assets_without_a_price_by_name() -> None:
    """E is not on Binance."""
    summary = summarize_scan(build_market_scan())
    assert summary.gaps["asset"].to_list() == ["B", "A", "D", "C"]
    assert summary.first_gaps["asset"].to_list() == ["B", "A"]
    assert summary.unpriced == ("E",)
    assert summary.exchange_counts == (3, 4)


def test_what_may_change_a_count_is_counted() -> None:
    """Missing minutes of the exchange, and prices of the five that nobody knows."""
    scan = build_market_scan()
    is_a = (pl.col("asset") == "A") & (pl.col("venue") == "binance")
    rows = scan.rows.with_columns(
        missing_min=pl.when(is_a).then(3).otherwise(pl.col("missing_min")),
        five_missing=pl.when(pl.col("asset").is_in(["B", "D"])).then(2).otherwise(0).cast(pl.Int64),
    )
    summary = summarize_scan(MarketScan(scan.run, rows, scan.cross, scan.set_aside))
    assert (summary.incomplete, summary.five_incomplete) == (1, 2)


def test_a_scan_of_nothing_has_no_counts() -> None:
    """No row, no share, and a sentence that says so."""
    empty = build_empty_frame(SCAN_ROW)
    scan = MarketScan(build_run(), empty, build_market_scan().cross, build_market_scan().set_aside)
    summary = summarize_scan(scan)
    assert (summary.window.everyone.assets, summary.placebo, summary.unpriced) == (0, (), ())
    assert write_headline(summary, load_catalogue()) == ["No USDT price of Binance can be compared in this scan."]
    assert list_scan_groups(scan, "binance") == ()
    assert build_matrix(scan).columns == ["asset"]


def test_the_headline_is_counts_beside_what_chance_would_give() -> None:
    """With as many exchanges on each asset it is 1 in so many; else it is the sum of the shares."""
    catalogue = load_catalogue()
    summary = summarize_scan(build_market_scan())
    assert write_headline(summary, catalogue) == [
        (
            "Binance had the lowest trade in 2 of 4 assets (50%), and shared it in 1, each on 3 to 4 exchanges; "
            "by chance it would be about 1.2 (31%)."
        ),
        "1 was at least 10% below the second-lowest exchange; by closing prices of the same minute: 2.",
        (
            "Against OKX, Bybit, Bitget, Gate and KuCoin alone: lowest in 3 of 4 assets (75%). "
            "3 were at least 10% below the lowest of them; by closing prices of the same minute: 2."
        ),
    ]
    even = summarize_scan(build_scan({name: LOWS[name] for name in "BC"}))
    assert write_headline(even, catalogue)[0] == (
        "Binance had the lowest trade of 3 exchanges in 1 of 2 assets (50%); by chance it would be 1 in 3."
    )
    assert write_headline(summarize_scan(even.scan, side=Side.ABOVE), catalogue)[:2] == [
        (
            "Binance had the highest trade of 3 exchanges in 0 of 2 assets (0.0%), and shared it in 2; "
            "by chance it would be 1 in 3."
        ),
        "0 were at least 10% above the second-highest exchange; by closing prices of the same minute: 0.",
    ]
    assert describe_universe(summary, catalogue) == (
        "Scanned: 5 coins with prices on Binance and on at least two other exchanges in this data, "
        "of those that the store held. Counted: the 4 with USDT prices on Binance and another one."
    )


def test_a_scan_says_where_its_list_of_coins_is_from() -> None:
    """From the exchanges, from some that were chosen, or from what the store held."""
    chosen = {"venues": ["binance", "okx", "gate"]}
    assert describe_basis(build_run(universe=Universe.LISTED)) == "as the exchanges list them"
    assert describe_basis(build_run(universe=Universe.LISTED, choices=chosen)) == (
        "as the exchanges list them, on 3 chosen exchanges"
    )
    assert describe_basis(build_run(choices=chosen)) == "of those that the store held, on 3 chosen exchanges"


def test_an_exchange_of_the_five_is_compared_with_the_other_four() -> None:
    """OKX is not among its own peers."""
    line = write_headline(summarize_scan(build_market_scan(), "okx"), load_catalogue())[2]
    assert line.startswith("Against Bybit, Bitget, Gate and KuCoin alone: lowest in 2 of 3 assets (67%).")


def test_all_exchanges_are_counted_alike() -> None:
    """The table of all has the numbers of each one's summary, the most often lowest first."""
    counts = count_exchanges(build_market_scan())
    assert counts.select("venue", "assets", "first", "tied").rows() == [
        ("binance", 4, 2, 1),
        ("okx", 5, 2, 0),
        ("gate", 3, 0, 0),
        ("kraken", 4, 0, 1),
    ]


def test_the_matrix_has_a_column_for_each_exchange() -> None:
    """Null where an exchange has no such market."""
    matrix = build_matrix(build_market_scan(), "price")
    assert matrix.columns == ["asset", "binance", "gate", "kraken", "okx"]
    assert matrix.rows()[1] == ("B", 50.0, None, 100.0, 100.0)
    assert build_matrix(build_market_scan())["okx"].to_list()[2] == pytest.approx(90 / 95 - 1)


def test_quotes_are_counted_against_each_other() -> None:
    """Of three coins compared all exchanges stray on one and some on another; the median that all reach is 1%."""
    values = [
        ("A", 4, 4, -0.3, -0.5),
        ("B", 3, 1, -0.01, -0.2),
        ("C", 3, 0, 0.0, -0.01),
        ("D", 0, 0, None, None),
    ]
    rows = [
        ("scan-1", asset, "usdt", "usd", "below", n, reaching, least, "okx", most, "binance")
        for asset, n, reaching, least, most in values
    ]
    rows.append(("scan-1", "A", "usd", "usdt", "above", 3, 2, 0.01, "kraken", 0.7, "gemini"))
    scan = build_market_scan()
    cross = pl.DataFrame(rows, schema=SCAN_CROSS, orient="row")
    counts = count_cross(MarketScan(scan.run, scan.rows, cross, scan.set_aside))
    assert counts.rows() == [
        ("usd", "usdt", "above", 1, 0, 1, 0.01, 0.7),
        ("usdt", "usd", "below", 3, 1, 1, -0.01, -0.5),
    ]


def test_the_json_has_the_counts_of_both_sides_and_every_row() -> None:
    """Fields as documented, without the id of the scan in each row."""
    scan = build_scan(LOWS, set_aside=build_set_aside("BTT", "gate", SetAside.OTHER_COIN, 3.5, 1.0))
    content = build_scan_json(scan, load_catalogue())
    assert (content["from"], content["to"]) == ("2025-10-10T16:00:00Z", "2025-10-11T16:00:00Z")
    below = content["summary"]["usdt"]["below"]
    assert below["everyone"]["unaligned"] == {"known": 4, "1": 2, "5": 2, "10": 1, "20": 1, "50": 1}
    assert (below["five"]["first"], below["exchange_counts"], below["unpriced"]) == (3, [3, 4], ["E"])
    assert content["summary"]["usdt"]["above"]["everyone"]["tied"] == 4
    assert len(content["rows"]) == 2 * sum(len(lows) for lows in LOWS.values())
    assert content["rows"][0].keys() == SCAN_ROW.keys() - {"scan_id", "days_before"}
    assert content["set_aside"] == [
        {
            "asset": "BTT",
            "venue": "gate",
            "symbol": "BTT/USDT",
            "reason": "other-coin",
            "calm_price": 3.5,
            "median_price": 1.0,
        }
    ]


@pytest.mark.parametrize("side", list(Side))
def test_random_markets_are_counted_as_by_the_plain_program(store: CandleStore, side: Side) -> None:
    """Lowest, shared, and beyond each size, unaligned and aligned, with both sets of peers, for every exchange."""
    markets = make_markets(7, assets=12, minutes=MINUTES)
    write_random(store, markets)
    request = build_request(store, end=START + timedelta(minutes=MINUTES), placebo_days=())
    scan = scan_market(store, load_catalogue(), request, SERIAL)
    sign = -1 if side is Side.BELOW else 1
    for venue in VENUES:
        found = [measure_extremes(venues, side.value)[venue] for venues in markets.values() if venue in venues]
        window = summarize_scan(scan, venue, side=side).window
        for counts, gaps, closes in (
            (window.everyone, [one.gap for one in found], [one.aligned for one in found]),
            (window.five, [one.gap_five for one in found], [one.aligned_five for one in found]),
        ):
            known = [sign * gap for gap in gaps if gap is not None]
            known_closes = [sign * gap for gap in closes if gap is not None]
            assert (counts.assets, counts.aligned.known) == (len(known), len(known_closes))
            assert counts.first == sum(gap > 1e-12 for gap in known)
            for pct in GAP_PCT:
                assert counts.unaligned.beyond[pct] == sum(gap >= pct / 100 for gap in known)
                assert counts.aligned.beyond[pct] == sum(gap >= pct / 100 for gap in known_closes)
        assert window.everyone.even_share == pytest.approx(sum(1 / (len(one.others) + 1) for one in found))
        five = [len([other for other in one.others if other in FIVE]) for one in found]
        assert window.five.even_share == pytest.approx(sum(1 / (count + 1) for count in five if count))
