"""Days of a market whose counts were made on paper, and their borders, which change nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.engine.run import Engine, EngineKind, run_tasks
from analysis.questions import build_question
from analysis.scan.history import HistoryRequest, HistoryTask, list_month_spans, measure_days, measure_history
from analysis.scan.history_counts import COUNTED_COLUMNS, count_days
from analysis.scan.measure import measure_asset, measure_stored_asset
from analysis.scan.request import ScanTask
from data.catalogue import load_catalogue
from data.errors import UsageError
from data.identity.market_universe import ScanAsset, ScanMarket, build_market_universe
from data.schema import TIME, Outcome
from data.store import CandleStore
from tests.data.frames import NOW, build_candle, build_candles, build_coverage
from tests.data.scan_frames import MADE_AT

SERIAL = Engine(kind=EngineKind.SERIAL)
LAST_OF_MAY, FIRST_OF_JUNE, SECOND_OF_JUNE = date(2025, 5, 31), date(2025, 6, 1), date(2025, 6, 2)
MIDNIGHT = datetime(2025, 6, 1, tzinfo=UTC)
VENUES = {"USDT": ("binance", "okx", "gate"), "USD": ("kraken", "coinbase", "gemini")}
COUNTED_SCHEMA = {
    "day": pl.Date(),
    "family": pl.String(),
    **dict.fromkeys(("asset", "group", "venue", "side"), pl.String()),
    **dict.fromkeys(("price", "open"), pl.Float64()),
    "price_count": pl.Int64(),
    **dict.fromkeys(("gap", "aligned"), pl.Float64()),
    "missing_min": pl.Int64(),
}


def count_rows(*rows: Sequence[object], side: str = "below") -> dict[str, Any]:
    """The counts of Binance on one day from asset, price, open, price count, gap and aligned gap of each row."""
    named = [(FIRST_OF_JUNE, "binance", asset, "usdt", "binance", side, *numbers, 0) for asset, *numbers in rows]
    return count_days(pl.DataFrame(named, schema=COUNTED_SCHEMA, orient="row")).row(0, named=True)


def test_a_day_is_counted_over_all_assets() -> None:
    """Of four coins one is lowest by 10%, one tied; the 99th percentile of 0, 0, 0, 10% lies 2.97 of 3 steps up.

    A coin without another price is no asset to compare.
    """
    counts = count_rows(
        ("ATOM", 80.0, 100.0, 4, -0.10, -0.05),
        ("DOGE", 15.0, 100.0, 2, 0.02, None),
        ("LINK", 100.0, 100.0, 3, 0.0, 0.0),
        ("SUI", 95.0, 100.0, 4, 0.30, 0.0),
        ("XRP", 1.0, 100.0, 1, None, None),
    )
    assert {name: counts[name] for name in ("assets", "first", "tied", "aligned_n", "reach_80")} == {
        "assets": 4,
        "first": 1,
        "tied": 1,
        "aligned_n": 3,
        "reach_80": 1,
    }
    assert counts["even_share"] == pytest.approx(1 / 4 + 1 / 2 + 1 / 3 + 1 / 4)
    assert (counts["gap_99"], counts["gap_most"]) == (pytest.approx(-0.097), -0.10)
    assert (counts["aligned_99"], counts["aligned_most"]) == (pytest.approx(-0.049), -0.05)
    assert (counts["gap_most_asset"], counts["aligned_most_asset"]) == ("ATOM", "ATOM")
    assert counts["reach_mean"] == pytest.approx(-(0.20 + 0.85 + 0.0 + 0.05) / 4)


def test_highest_trades_count_upwards() -> None:
    """Above, a positive gap is that of the highest exchange."""
    counts = count_rows(("ATOM", 190.0, 100.0, 4, 0.5, 0.25), ("DOGE", 110.0, 100.0, 4, -0.1, 0.0), side="above")
    assert (counts["first"], counts["gap_most"], counts["aligned_most"]) == (1, 0.5, 0.25)
    assert (counts["reach_mean"], counts["reach_80"]) == (pytest.approx(0.5), 1)


def test_without_a_gap_no_asset_has_the_most() -> None:
    """Where it was never first the most is 0, and of nobody; where nothing is comparable in the minute it is null."""
    counts = count_rows(("ATOM", 100.0, 100.0, 4, 0.5, None), ("DOGE", 100.0, 100.0, 4, 0.0, None))
    assert (counts["gap_99"], counts["gap_most"], counts["gap_most_asset"]) == (0.0, 0.0, None)
    assert (counts["aligned_n"], counts["aligned_99"], counts["aligned_most_asset"]) == (0, None, None)


def test_equal_gaps_are_of_the_first_asset_by_name() -> None:
    """Whatever the order of the rows."""
    counts = count_rows(("XRP", 80.0, 100.0, 4, -0.2, 0.0), ("ATOM", 80.0, 100.0, 4, -0.2, 0.0))
    assert counts["gap_most_asset"] == "ATOM"


def build_market_row(
    asset: str, venue: str, gap: float | None, missing_min: int, price: float | None = 90.0
) -> dict[str, object]:
    """A row of a market below; Binance and Binance.US are one family."""
    family = "binance" if venue.startswith("binance") else venue
    named = {"day": FIRST_OF_JUNE, "family": family, "asset": asset, "group": "usdt", "venue": venue, "side": "below"}
    return named | {"price": price, "open": 100.0, "price_count": 3, "gap": gap, "missing_min": missing_min}


@pytest.mark.parametrize(
    ("atom", "incomplete", "sure"),
    [
        ([("binance", -0.1, 0), ("okx", 0.2, 0), ("binanceus", 0.3, 9)], 0, (-0.1, "ATOM")),
        ([("binance", -0.1, 5), ("okx", 0.2, 0)], 1, (-0.1, "ATOM")),
        ([("binance", -0.1, 0), ("okx", 0.2, 5)], 0, (-0.04, "DOGE")),
        ([("binance", -0.1, 0), ("okx", 0.2, 0), ("gate", None, 1440)], 0, (-0.04, "DOGE")),
        ([("binance", None, 0), ("okx", None, 5)], 1, (-0.04, "DOGE")),
        ([("binance", None, 0), ("okx", None, 0)], 0, (-0.04, "DOGE")),
        ([("binance", None, 1440), ("okx", 0.2, 0)], 1, (-0.04, "DOGE")),
    ],
)
def test_minutes_that_are_missing_leave_a_gap_open_one_way(
    atom: list[tuple[str, float | None, int]], incomplete: int, sure: tuple[float, str]
) -> None:
    """Its own could only make it larger, those of another only smaller, and those of its sister are neither.

    Without a gap, those of another could give it one. DOGE is complete, and 4% below.
    """
    rows = [build_market_row("ATOM", *market) for market in atom]
    rows += [build_market_row("DOGE", "binance", -0.04, 0), build_market_row("DOGE", "okx", 0.04, 0)]
    frame = pl.DataFrame(rows, schema=COUNTED_SCHEMA)
    counts = count_days(frame).row(by_predicate=pl.col("venue") == "binance", named=True)
    assert (counts["incomplete"], (counts["sure_most"], counts["sure_most_asset"])) == (incomplete, sure)


def test_a_market_that_never_traded_has_no_gap_to_miss() -> None:
    """All of its minutes are known; minutes of others change nothing."""
    rows = [build_market_row("ATOM", "binance", None, 0, price=None), build_market_row("ATOM", "okx", None, 5)]
    rows += [build_market_row("DOGE", "binance", -0.04, 0), build_market_row("DOGE", "okx", 0.04, 0)]
    counts = count_days(pl.DataFrame(rows, schema=COUNTED_SCHEMA)).filter(venue="binance")
    assert counts["incomplete"].to_list() == [0]


def test_without_an_asset_that_is_sure_nothing_is() -> None:
    """The most for certain is null, not 0."""
    rows = [build_market_row("ATOM", "binance", -0.1, 0), build_market_row("ATOM", "okx", 0.1, 1)]
    counts = count_days(pl.DataFrame(rows, schema=COUNTED_SCHEMA)).row(
        by_predicate=pl.col("venue") == "binance", named=True
    )
    assert (counts["gap_most"], counts["sure_most"], counts["sure_most_asset"]) == (-0.1, None, None)


def test_months_and_days_that_are_done_cut_the_days() -> None:
    """Across a year and around days that are saved already."""
    done = {date(2025, 1, 2), date(2025, 1, 3)}
    assert list_month_spans(date(2024, 12, 31), date(2025, 1, 5), done) == [
        (date(2024, 12, 31), 1),
        (date(2025, 1, 1), 1),
        (date(2025, 1, 4), 2),
    ]


def test_the_earlier_day_comes_first() -> None:
    """Days the wrong way round are an error of usage."""
    with pytest.raises(UsageError, match="give the earlier one first"):
        HistoryRequest(made_at=MADE_AT, assets=(), first=SECOND_OF_JUNE, last=FIRST_OF_JUNE, focus="binance")


@pytest.fixture
def border(store: CandleStore) -> CandleStore:
    """Two coins around the midnight between two months.

    All of it needs what lies before: the only dollar price of USDT, 0.98, is from 23:50; ATOM on Binance falls from
    23:55 on and is back at 00:08; DOGE on gate is another coin, of which only the day before tells.
    """
    rows: list[dict[str, object]] = [
        build_candle(0, 0.98, venue="kraken", symbol="USDT/USD", at=MIDNIGHT - timedelta(minutes=10)) | {"volume": 1e6}
    ]
    for asset, price in (("ATOM", 100.0), ("DOGE", 10.0)):
        for quote, venues in VENUES.items():
            for number, venue in enumerate(venues):
                level = price * (1 + 0.001 * number) * (50.0 if (asset, venue) == ("DOGE", "gate") else 1.0)
                rows += list(
                    _list_candles(venue, f"{asset}/{quote}", level, falls=(asset, venue) == ("ATOM", "binance"))
                )
    store.write_candles(build_candles(*rows), source="api.example", fetched_at=NOW)
    return store


def _list_candles(venue: str, symbol: str, level: float, *, falls: bool) -> Iterator[dict[str, object]]:
    """A candle per minute from 23:00 to 01:00, and one each at noon before and after."""
    minutes: Iterable[int] = (-720, *range(-60, 60), 720, 2160)
    for minute in minutes:
        close = level * (0.7 if falls and -5 <= minute < 8 else 1.0)
        candle = build_candle(0, close, venue=venue, symbol=symbol, at=MIDNIGHT + timedelta(minutes=minute))
        low = close * (0.8 if falls and minute == 2 else 0.999)
        yield {**candle, "low": low, "high": close * 1.001, "volume": 1000.0}


def list_assets() -> tuple[ScanAsset, ...]:
    """The coins and markets of the store at the border."""
    symbols = {
        venue: {f"{asset}/{quote}" for asset in ("ATOM", "DOGE")}
        for quote, venues in VENUES.items()
        for venue in venues
    }
    return build_market_universe(symbols, "binance", ("USD", "USDT"), load_catalogue().map_families())


def build_request(first: date = LAST_OF_MAY, last: date = SECOND_OF_JUNE) -> HistoryRequest:
    """The history of the days around the border."""
    return HistoryRequest(made_at=MADE_AT, assets=list_assets(), first=first, last=last, focus="binance")


def list_tasks(placebo_days: tuple[int, ...] = ()) -> list[ScanTask]:
    """A scan of the first day of June."""
    catalogue = load_catalogue()
    end = MIDNIGHT + timedelta(days=1)
    return [
        ScanTask(
            scanned,
            build_question(catalogue, scanned.asset, MIDNIGHT, end, focus="binance"),
            "binance",
            placebo_days,
            frozenset(),
        )
        for scanned in list_assets()
    ]


def test_a_day_after_the_border_has_the_numbers_made_on_paper(border: CandleStore) -> None:
    """On the first of June ATOM on Binance opens at 70, falls to 56 at 00:02, and the next lowest is okx at 99.9999.

    In that minute Binance closed at 70 and the lowest other at 100.1. Binance is lowest in DOGE too, by 9.99 to okx's
    10.01 times 0.999, as Gate's DOGE is set aside: it costs fifty times as much on the day before.
    """
    rows = pl.concat(measure_history(border, load_catalogue(), build_request(), SERIAL))
    row = rows.filter(day=FIRST_OF_JUNE, venue="binance", group="usdt", side="below").row(0, named=True)
    assert (row["assets"], row["first"], row["tied"], row["asset_count"]) == (2, 2, 0, 2)
    lowest_okx = 100.1 * 0.999
    assert row["gap_most"] == pytest.approx(56 / lowest_okx - 1)
    assert row["gap_most_asset"] == "ATOM"
    assert row["aligned_most"] == pytest.approx(70 / 100.1 - 1)
    assert row["reach_mean"] == pytest.approx((56 / 70 - 1 + 9.99 / 10 - 1) / 2)
    assert (row["incomplete"], row["sure_most"], row["universe"], row["choices"]) == (2, None, "stored", "{}")
    gate = rows.filter(day=FIRST_OF_JUNE, venue="gate", group="usdt", side="below")
    assert gate["assets"].to_list() == [1]


def cover(store: CandleStore, *markets: tuple[str, str], outcome: Outcome = Outcome.COMPLETE) -> None:
    """Say that these markets were asked for all of the three days."""
    for venue, symbol in markets:
        row = build_coverage(0, 1, venue=venue, symbol=symbol, outcome=outcome)
        store.coverage.write(
            row.with_columns(
                start=pl.lit(MIDNIGHT - timedelta(days=1)).cast(TIME),
                end=pl.lit(MIDNIGHT + timedelta(days=2)).cast(TIME),
            )
        )


def read_focus_row(store: CandleStore, day: date) -> dict[str, Any]:
    """What the history has of Binance's lows on a day."""
    rows = pl.concat(measure_history(store, load_catalogue(), build_request(day, day), SERIAL))
    return rows.row(by_predicate=(pl.col("venue") == "binance") & (pl.col("side") == "below"), named=True)


def test_a_day_is_certain_once_every_minute_is_known(border: CandleStore) -> None:
    """With all of Binance's minutes nothing is incomplete; with those of two others, ATOM's gap is certain.

    DOGE's stays open, as minutes of OKX are missing; those of Gate, which is another coin, do not count.
    """
    cover(border, *((venue, f"{asset}/USDT") for venue in ("binance",) for asset in ("ATOM", "DOGE")))
    row = read_focus_row(border, FIRST_OF_JUNE)
    assert (row["incomplete"], row["sure_most"]) == (0, None)
    cover(border, ("okx", "ATOM/USDT"), ("gate", "ATOM/USDT"))
    row = read_focus_row(border, FIRST_OF_JUNE)
    assert (row["sure_most"], row["sure_most_asset"]) == (pytest.approx(56 / (100.1 * 0.999) - 1), "ATOM")


@pytest.mark.parametrize(("outcome", "is_known"), [(Outcome.NOT_LISTED, True), (Outcome.UNREACHABLE, False)])
def test_a_market_without_a_candle_is_open_unless_it_was_not_listed(
    border: CandleStore, outcome: Outcome, *, is_known: bool
) -> None:
    """SUI on Binance, Kraken and Gate has no candle: it makes Binance's days incomplete unless nobody listed it."""
    cover(border, *((venue, f"{asset}/USDT") for venue in VENUES["USDT"] for asset in ("ATOM", "DOGE")))
    sui = [ScanMarket(venue, "SUI/USDT", 1.0) for venue in VENUES["USDT"]]
    cover(border, *((market.venue, market.symbol) for market in sui), outcome=outcome)
    assets = (*list_assets(), ScanAsset("SUI", tuple(sui)))
    request = replace(build_request(FIRST_OF_JUNE, FIRST_OF_JUNE), assets=assets)
    rows = pl.concat(measure_history(border, load_catalogue(), request, SERIAL))
    counts = rows.filter(venue="binance", side="below").select("incomplete", "asset_count").row(0)
    assert counts == (0 if is_known else 1, 2)


def test_what_lies_before_the_border_is_read(border: CandleStore) -> None:
    """The trade of 00:02 is counted in dollars by the rate of ten minutes before midnight."""
    atom, _ = list_tasks()
    row = measure_asset(border, atom).rows.filter(venue="binance", side="below").row(0, named=True)
    assert row["traded_usd"] == pytest.approx(70 * 1000 * 0.98)


@pytest.mark.parametrize("kind", [EngineKind.THREADS, EngineKind.PROCESSES, EngineKind.DASK])
def test_every_engine_gives_the_same_history(
    border: CandleStore, kind: EngineKind, request: pytest.FixtureRequest
) -> None:
    """Equal to the bit, month by month, and to each day measured alone."""
    address = request.getfixturevalue("scheduler") if kind is EngineKind.DASK else None
    engine = Engine(kind=kind, workers=2, address=address)
    catalogue = load_catalogue()
    months = list(measure_history(border, catalogue, build_request(), engine))
    assert [month["day"].unique().sort().to_list() for month in months] == [
        [LAST_OF_MAY],
        [FIRST_OF_JUNE, SECOND_OF_JUNE],
    ]
    alone = [
        frame
        for day in (LAST_OF_MAY, FIRST_OF_JUNE, SECOND_OF_JUNE)
        for frame in measure_history(border, catalogue, build_request(day, day), SERIAL)
    ]
    assert_frame_equal(pl.concat(months), pl.concat(alone), check_exact=True)


@pytest.mark.parametrize("kind", [EngineKind.PROCESSES, EngineKind.DASK])
def test_every_engine_gives_the_same_scan_across_the_border(
    border: CandleStore, kind: EngineKind, request: pytest.FixtureRequest
) -> None:
    """Rows, comparisons of quotes and what is set aside are equal to the bit, for the day and the days before.

    Without Gate two exchanges are left in DOGE/USDT, too few for those of DOGE/USD to be compared with.
    """
    address = request.getfixturevalue("scheduler") if kind is EngineKind.DASK else None
    function, tasks = partial(measure_stored_asset, border.uri), list_tasks(placebo_days=(1, 2))
    one = [function(task) for task in tasks]
    many = list(run_tasks(function, tasks, Engine(kind=kind, workers=2, address=address)))
    assert [scan.asset for scan in many] == ["ATOM", "DOGE"]
    for alone, fanned_out in zip(one, many, strict=True):
        for name in ("rows", "cross", "set_aside"):
            assert_frame_equal(getattr(fanned_out, name), getattr(alone, name), check_exact=True)
    assert [scan.rows["days_before"].unique().sort().to_list() for scan in many] == [[0, 1], [0, 1]]
    assert [(scan.cross.filter(pl.col("n") > 0).height, scan.set_aside.height) for scan in many] == [(4, 0), (2, 1)]


def test_a_month_measures_each_day_as_it_is_alone(border: CandleStore) -> None:
    """The rows of each day of a task are those of a scan of that day."""
    first_day, _ = list_tasks()
    rows = measure_days(border, HistoryTask(first_day, 2))
    alone = measure_asset(border, first_day).rows
    assert rows["day"].unique().sort().to_list() == [FIRST_OF_JUNE, SECOND_OF_JUNE]
    of_day = rows.filter(day=FIRST_OF_JUNE)
    assert_frame_equal(of_day.select(COUNTED_COLUMNS), alone.select(COUNTED_COLUMNS), check_exact=True)


def test_a_day_measured_again_replaces_itself(border: CandleStore) -> None:
    """The table gives each day as it was measured last, for the exchange that is asked for."""
    history = border.history
    for month in measure_history(border, load_catalogue(), build_request(), SERIAL):
        history.save(month)
    before = history.read(LAST_OF_MAY, SECOND_OF_JUNE, "binance")
    again = before.filter(day=FIRST_OF_JUNE).with_columns(
        pl.col("made_at") + timedelta(days=1), first=pl.lit(77, pl.Int64)
    )
    history.save(again)
    after = history.read(LAST_OF_MAY, SECOND_OF_JUNE, "binance")
    assert after.height == before.height
    assert after.filter(day=FIRST_OF_JUNE)["first"].unique().to_list() == [77]
    assert_frame_equal(after.filter(day=SECOND_OF_JUNE), before.filter(day=SECOND_OF_JUNE))
    assert history.list_days("binance") == {LAST_OF_MAY, FIRST_OF_JUNE, SECOND_OF_JUNE}
    assert history.list_days("okx") == set()
    assert history.read(FIRST_OF_JUNE, FIRST_OF_JUNE, "okx").is_empty()


def test_other_frames_are_refused(store: CandleStore) -> None:
    """A frame with other columns is a bug of the caller."""
    with pytest.raises(ValueError, match="these are no rows of a history"):
        store.history.save(pl.DataFrame({"day": [FIRST_OF_JUNE]}))
