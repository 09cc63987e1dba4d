"""The measurement in one SQL query of DuckDB: a sorted list of votes per minute and group, windows over narrow rows."""

from datetime import datetime

import duckdb

from bench.peers import (
    ENTER,
    EXIT,
    FIRM_VOTES,
    MIN_VOTE_USD,
    STABLECOINS,
    TOLERANCE,
    NumbersByMarket,
    PeerNumbers,
    list_files,
)

QUERY = """
with read as materialized (
    select venue, (epoch_ms(open_time) // 60000)::uinteger as minute, close as price,
        split_part(symbol, '/', 2) as quote
    from read_parquet($files, hive_partitioning = false)
    where open_time >= $start and open_time < $end and volume * close >= $min_vote
),
names as (
    select venue, (2 * row_number() over (order by venue))::utinyint as id from (select distinct venue from read)
),
votes as materialized (
    select id, minute, price, if(quote = 'USD', 1, 0)::utinyint as side
    from read join names using (venue)
    where quote = 'USD' or quote in (select unnest($stablecoins))
),
sorted as (
    select minute, side, list_sort(list(price)) as prices from votes group by all
),
middles as (
    select minute, side, len(prices)::utinyint as n,
        prices[n // 2] as under, prices[n // 2 + 1] as middle, prices[n // 2 + 2] as over,
        if(n % 2 = 0, (under + middle) / 2, middle) as median
    from sorted
),
heard as (
    select id + middles.side as pair, minute, price, n - if(votes.side = middles.side, 1, 0) as others,
        case
            when votes.side <> middles.side then median
            when n % 2 = 0 then if(price < middle, middle, under)
            when price < middle then (middle + over) / 2
            when price > middle then (under + middle) / 2
            else (under + over) / 2
        end as reference
    from votes join middles using (minute)
),
compared as (
    select pair, minute, others >= $firm as firm, price / reference - 1 as d from heard where others > 0
),
stepped as (
    select pair, minute, firm, d, case
        when d <= $below then 1
        when d > $back and lag(d) over spell > $back and lag(d, 2) over spell > $back then 0
        end::tinyint as step
    from compared window spell as (partition by pair order by minute)
),
begun as (
    select pair, firm, d, step = 1 and coalesce(lag(step ignore nulls) over spell, 0) = 0 as begins
    from stepped window spell as (partition by pair order by minute)
),
counted as (
    select pair, min(d) filter (firm) as depth, count_if(firm) as firm_min, count_if(firm and d <= $below) as below_min,
        count_if(begins) as episodes
    from begun group by pair
)
select venue, if(pair % 2 = 1, 'usd', 'usdt'), depth, firm_min, below_min, episodes
from counted join names on names.id = pair // 2 * 2
"""


def measure(uri: str, asset: str, start: datetime, end: datetime) -> NumbersByMarket:
    """Numbers of every market of the asset against both groups."""
    parameters = {
        "files": list_files(uri, asset, start, end),
        "start": start,
        "end": end,
        "stablecoins": list(STABLECOINS),
        "min_vote": MIN_VOTE_USD,
        "below": -ENTER + TOLERANCE,
        "back": -EXIT + TOLERANCE,
        "firm": FIRM_VOTES,
    }
    with duckdb.connect() as database:
        rows = database.execute(QUERY, parameters).fetchall()
    return {(venue, side): PeerNumbers(*numbers) for venue, side, *numbers in rows}
