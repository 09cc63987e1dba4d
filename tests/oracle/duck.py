"""References and deviations of every market, group and minute as one SQL query for DuckDB.

A second oracle, independent of `tests.oracle.brute` and of `deviation`. Section numbers are those of
docs/method.md. Only assets with peer markets of their own (no section 6), and no venues named outright.
Times are minutes since the epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import duckdb
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.oracle.brute import Candle, OracleQuestion

QUERY = """
with asked as (select * from setup),

-- Section 2: markets, their quote groups and kinds.
market as (
    select distinct venue, symbol, split_part(symbol, '/', 1) as base,
        split_part(split_part(symbol, '/', 2), ':', 1) as quote, contains(symbol, ':') as derivative
    from candle
),
grouped as (
    select market.*, case when quote = 'USD' then 'usd' when quote in (select name from stablecoin) then 'usdt' end as
        side, coalesce(kin.family, venue) as family
    from market left join kin using (venue)
),

-- Section 2: what a market traded over each span, unconverted; among those with a candle in the window, one per place.
turnover as (
    select venue, symbol, side, derivative, family, quote,
        coalesce(fsum(volume * close) filter (volume > 0 and minute >= calm_start and minute < calm_end), 0) as calm,
        coalesce(fsum(volume * close) filter (volume > 0 and minute >= start - 1440 and minute < start), 0) as before,
        coalesce(fsum(volume * close) filter (volume > 0 and minute >= start and minute < "end"), 0) as during
    from grouped join candle using (venue, symbol) cross join asked
    where base = asset and side is not null
    group by all
    having count(*) filter (minute >= start and minute < "end") > 0
),
deciding as (
    select *, case
        when max(calm) over place > 0 then calm
        when max(before) over place > 0 then before
        else during end as decides
    from turnover window place as (partition by venue, side, derivative)
),
chosen as (
    select venue, symbol, side, derivative, family, quote from deciding
    qualify row_number() over (partition by venue, side, derivative order by decides desc, symbol) = 1
),

-- Section 2: dollars per unit of a quote: the last traded minute's median close, up to 5 minutes old; none near: 1:1.
legs as (
    select grouped.quote, base as unit, minute, close
    from grouped join candle using (venue, symbol)
    where grouped.symbol = base || '/USD' and volume > 0
),
told as (select unit, minute as told_at, median(close) as rate from legs group by all),
known as (
    select distinct unit from legs cross join asked where minute >= start - 5 and minute < "end"
),
clock as (select unnest(range(start - 1440, "end")) as minute from asked),
latest as (
    select quote, minute, max(told_at) as told_at
    from (select distinct quote from chosen) join clock on true
        left join told on unit = quote and told_at between minute - 5 and minute
    group by all
),
fx as (
    select latest.quote, minute, case
        when as_is or latest.quote = 'USD' or latest.quote not in (select unit from known) then 1.0
        else rate end as rate
    from latest left join told on unit = latest.quote and told.told_at = latest.told_at cross join asked
),

-- Section 1: a minute votes where it traded for at least min_vote dollars.
priced as (
    select chosen.*, minute, close * rate as price, volume
    from chosen join candle using (venue, symbol) join fx using (quote, minute)
    where volume > 0 and rate is not null
),
voting as (
    select priced.* from priced cross join asked where volume * price >= min_vote and minute >= start
),

-- Section 3: weights, in whole cents traded in the 24 h before the window, none above 40 % of its group.
cents as (
    select venue, symbol, side,
        greatest(coalesce(sum(floor(100 * volume * price)::hugeint) filter (minute < start), 0), 1) as uncapped
    from (select * from chosen where not derivative) left join priced using (venue, symbol, side) cross join asked
    group by all
),
weight as (
    select venue, side,
        least(uncapped, greatest((sum(uncapped) over (partition by side))::hugeint * 40 // 100, 1))::hugeint as cents
    from cents
),

-- Section 3: the votes on a market in a minute: of spot markets, never of its own family.
hearing as (
    select listener.venue, listener.symbol, voter.side, minute, voter.price, weight.cents
    from chosen as listener
        join voting as voter on listener.family <> voter.family and not voter.derivative
        join weight on weight.venue = voter.venue and weight.side = voter.side
),
medians as (
    select venue, symbol, side, minute, count(*) as votes, median(price) as reference from hearing group by all
),
merged as (select venue, symbol, side, minute, price, sum(cents)::hugeint as cents from hearing group by all),
climbed as (
    select venue, symbol, side, minute, price, lead(price) over upwards as following,
        2 * sum(cents) over upwards as twice, sum(cents) over (partition by venue, symbol, side, minute) as total
    from merged window upwards as (partition by venue, symbol, side, minute order by price)
),
weighted as (
    select venue, symbol, side, minute,
        arg_min(if(twice = total, (price + following) / 2, price), price) as reference
    from climbed where twice >= total group by all
),
reference as (
    select medians.* exclude (reference), if(by_weight, weighted.reference, medians.reference) as reference
    from medians join weighted using (venue, symbol, side, minute) cross join asked
)

-- Section 4: the deviation, where the market votes itself.
select venue, symbol, reference.side, minute, votes, reference, price / reference - 1 as d
from reference left join (select venue, symbol, minute, price from voting) using (venue, symbol, minute)
"""


class PeerComparison(NamedTuple):
    """Votes on a market in a minute, their reference, and the market's deviation; None where it does not vote."""

    votes: int
    reference: float
    d: float | None


def run_query(candles: Sequence[Candle], setup: OracleQuestion) -> dict[tuple[str, str, str, int], PeerComparison]:
    """By venue, symbol, group and minute: every minute of the window in which anybody voted on the market."""
    calm_start, calm_end = setup.calm or (None, None)
    parameters = {
        "asset": setup.asset,
        "start": setup.start,
        "end": setup.end,
        "calm_start": calm_start,
        "calm_end": calm_end,
        "as_is": setup.as_is,
        "min_vote": float(setup.min_vote),
        "by_weight": setup.weighted,
    }
    integer_columns = {name: pl.Int64() for name in ("start", "end", "calm_start", "calm_end")}
    with duckdb.connect() as database:
        database.register("candle", pl.DataFrame([vars(candle) for candle in candles]).to_arrow())
        database.register("setup", pl.DataFrame([parameters], schema_overrides=integer_columns).to_arrow())
        database.register("stablecoin", pl.DataFrame({"name": sorted(setup.stablecoins)}).to_arrow())
        families = pl.DataFrame(list(setup.families.items()), schema=["venue", "family"], orient="row")
        database.register("kin", families.to_arrow())
        rows = database.execute(QUERY).fetchall()
    return {(venue, symbol, side, minute): PeerComparison(*values) for venue, symbol, side, minute, *values in rows}
