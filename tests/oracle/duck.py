"""References and deviations of every row and bar against its own group as SQL for DuckDB.

A second oracle, independent of `tests.oracle.brute` and of `deviation`: votes, medians, the distances to them, and
what a window makes of them. Section numbers are those of docs/method.md. Only assets with peer markets of their own
(no section 6). Times are seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import duckdb
import polars as pl

from tests.oracle.question import Candle, OracleQuestion

BARS = """
create temp view bar as
with asked as (select * from setup),

-- Section 2: rows are the chosen markets of the asset in a known quote with a candle in the window.
market as (
    select venue, symbol, split_part(symbol, '/', 1) as base,
        split_part(split_part(symbol, '/', 2), ':', 1) as quote, contains(symbol, ':') as is_derivative
    from candle cross join asked where time >= start and time < "end" group by all
),
chosen as (
    select market.venue, symbol, quote, is_derivative, per_usd, coalesce(kin.family, market.venue) as family
    from market join quotes using (quote) left join kin using (venue) cross join asked
    where base = asset and market.venue not in (select item from excluded)
        and (not exists (from items) or market.venue in (select item from items)
            or market.venue || ':' || symbol in (select item from items))
),

-- Section 1: a bar votes where it traded for the floor of its quote, at the larger of open and close.
voting as (
    select chosen.*, time, close as price, volume * close as turnover
    from chosen join candle using (venue, symbol) cross join asked
    where volume > 0 and volume * greatest(open, close) >= min_vote * per_usd and time >= start and time < "end"
),

-- Section 3: weights of whole cents traded in the 24 h before the window.
weight as (
    select venue, symbol, greatest(1, coalesce(sum(floor(100 * volume * close / per_usd)) filter (
        volume > 0 and time >= start - 86400 and time < start), 0))::hugeint as cents
    from chosen join candle using (venue, symbol) cross join asked group by all
),

-- Section 3: one vote per family, then who hears it: rows of the same group and of other families.
vote as (
    select voting.quote, family, time, price, cents
    from voting join weight using (venue, symbol) where not is_derivative
    qualify row_number() over (partition by quote, family, time order by turnover desc, venue) = 1
),
heard as (
    select chosen.venue, chosen.symbol, time, price, cents,
        row_number() over (listener order by price) as place, count(*) over listener as n,
        sum(cents) over listener as total
    from chosen join vote on chosen.quote = vote.quote and chosen.family <> vote.family
    window listener as (partition by chosen.venue, chosen.symbol, time)
),

-- Section 3: the two middle votes, and the inner pair, counted from 1.
places as (
    select venue, symbol, time, n,
        min(price) filter (place = (n + 1) // 2) as m1, min(price) filter (place = n // 2 + 1) as m2,
        min(price) filter (place = if(n = 1, 1, (n - 2) // 2 + 1)) as i1,
        min(price) filter (place = if(n = 1, 1, (n + 1) // 2 + 1)) as i2,
        min(price) as lowest, max(price) as highest
    from heard group by all
),

-- Section 3: the weighted median; no weight above the sum of the others.
merged as (
    select venue, symbol, time, price, sum(if(n = 1, cents, least(cents, total - cents)))::hugeint as cents
    from heard group by all
),
climbed as (
    select venue, symbol, time, price, lead(price) over upwards as following, 2 * sum(cents) over upwards as twice,
        sum(cents) over (partition by venue, symbol, time) as total
    from merged window upwards as (partition by venue, symbol, time order by price)
),
weighted as (
    select venue, symbol, time, arg_min(price, price) as m1, arg_min(if(twice = total, following, price), price) as m2
    from climbed where twice >= total group by all
),
reference as (
    select places.* exclude (m1, m2), if(by_weight, weighted.m1, places.m1) as m1,
        if(by_weight, weighted.m2, places.m2) as m2
    from places join weighted using (venue, symbol, time) cross join asked
)

-- Section 4: distances to the nearest edges, where the row votes itself.
select venue, symbol, time, n as votes, m1, m2, price,
    case when price < m1 then price / m1 - 1 when price > m2 then price / m2 - 1 when price is not null then 0 end as d,
    case when price < i1 then price / i1 - 1 when price > i2 then price / i2 - 1 when price is not null then 0 end as j,
    if(price is null, null, least(0, price / lowest - 1)) as next_below,
    if(price is null, null, greatest(0, price / highest - 1)) as next_above
from reference left join (select venue, symbol, time, price from voting) using (venue, symbol, time)
"""

WINDOW = """
-- Section 5: firm bars, the extremes on both sides, and the bars beyond `enter`; 1e-12 is the tolerance of section 1.
select venue, symbol, count(*) * bar_length / 60 as firm_min,
    if(min(d) < -1e-12, min(d), 0) as below, count(*) filter (d <= -enter + 1e-12) * bar_length / 60 as below_min,
    if(max(d) > 1e-12, max(d), 0) as above, count(*) filter (d >= enter - 1e-12) * bar_length / 60 as above_min
from bar cross join setup where d is not null and votes >= 3 group by venue, symbol, bar_length
"""


class BarComparison(NamedTuple):
    """Votes on a row in a bar, and the row's distances to them; None where the row does not vote."""

    votes: int
    m1: float
    m2: float
    price: float | None
    d: float | None
    jackknife: float | None
    next_below: float | None
    next_above: float | None


class WindowComparison(NamedTuple):
    """What the firm bars of a window say about a row."""

    firm_min: float
    below: float
    below_min: float
    above: float
    above_min: float


class SqlAnswer(NamedTuple):
    """Comparisons by venue, symbol and time of open, and of rows with firm bars by venue and symbol."""

    bars: dict[tuple[str, str, int], BarComparison]
    windows: dict[tuple[str, str], WindowComparison]


def run_query(candles: Sequence[Candle], question: OracleQuestion) -> SqlAnswer:
    """Compare every row with its own group, in each bar of the window in which anybody votes on it."""
    setup = {
        "asset": question.asset,
        "start": question.start,
        "end": question.end,
        "bar_length": question.bar,
        "min_vote": float(question.min_vote),
        "enter": float(question.enter),
        "by_weight": question.weighted,
    }
    frames = {
        "candle": pl.DataFrame([vars(candle) for candle in candles]).fill_nan(None),
        "setup": pl.DataFrame([setup]),
        "quotes": _build_frame(list(question.quotes.items()), {"quote": pl.String(), "per_usd": pl.Float64()}),
        "kin": _build_frame(list(question.families.items()), {"venue": pl.String(), "family": pl.String()}),
        "items": _build_frame([(item,) for item in question.venues], {"item": pl.String()}),
        "excluded": _build_frame([(item,) for item in question.excluded], {"item": pl.String()}),
    }
    with duckdb.connect() as database:
        for name, frame in frames.items():
            database.register(name, frame.to_arrow())
        database.execute(BARS)
        bars = database.execute("from bar").fetchall()
        windows = database.execute(WINDOW).fetchall()
    return SqlAnswer(
        {(venue, symbol, time): BarComparison(*values) for venue, symbol, time, *values in bars},
        {(venue, symbol): WindowComparison(*values) for venue, symbol, *values in windows},
    )


def _build_frame(rows: list[tuple[object, ...]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")
