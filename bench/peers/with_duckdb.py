"""The measurement in one SQL query of DuckDB: a sorted list of votes per minute and group, windows over narrow rows."""

from datetime import datetime

import duckdb

from bench.peers import (
    ENTER,
    EXIT,
    FIRM_VOTES,
    MIN_VOTE,
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
    where open_time >= $start and open_time < $end and volume * greatest(open, close) >= $min_vote
),
names as (
    select venue, quote, row_number() over (order by venue, quote)::utinyint as id
    from (select distinct venue, quote from read)
),
votes as materialized (
    select id, minute, price, quote from read join names using (venue, quote)
),
sorted as (
    select minute, quote, list_sort(list(price)) as prices from votes group by all
),
middles as (
    select minute, quote, len(prices)::utinyint as n,
        prices[n // 2] as under, prices[n // 2 + 1] as middle, prices[n // 2 + 2] as over
    from sorted
),
heard as (
    select id, minute, price, n - 1 as others,
        if(price < middle, middle, under) as low,
        if(n % 2 = 0, low, if(price > middle, middle, over)) as high
    from votes join middles using (minute, quote)
    where n > 1
),
compared as (
    select id, minute, others >= $firm as firm, least(price / low - 1, 0) + greatest(price / high - 1, 0) as d
    from heard
),
stepped as (
    select id, minute, firm, d,
        case
            when d <= -$enter then 1
            when d > -$exit and lag(d) over spell > -$exit and lag(d, 2) over spell > -$exit then 0
        end::tinyint as step_below,
        case
            when d >= $enter then 1
            when d < $exit and lag(d) over spell < $exit and lag(d, 2) over spell < $exit then 0
        end::tinyint as step_above
    from compared window spell as (partition by id order by minute)
),
begun as (
    select id, firm, d,
        step_below = 1 and coalesce(lag(step_below ignore nulls) over spell, 0) = 0 as begins_below,
        step_above = 1 and coalesce(lag(step_above ignore nulls) over spell, 0) = 0 as begins_above
    from stepped window spell as (partition by id order by minute)
),
counted as (
    select id, least(min(d) filter (firm), 0) as below, greatest(max(d) filter (firm), 0) as above,
        count_if(firm) as firm_min, count_if(firm and d <= -$enter) as below_min,
        count_if(firm and d >= $enter) as above_min, count_if(begins_below) + count_if(begins_above) as episodes
    from begun group by id
)
select venue, quote, if(firm_min > 0, below, null), if(firm_min > 0, above, null), firm_min, below_min, above_min,
    episodes
from counted join names using (id)
"""


def measure(uri: str, asset: str, start: datetime, end: datetime) -> NumbersByMarket:
    """Numbers of every market of the asset against its own group."""
    parameters = {
        "files": list_files(uri, asset, start, end),
        "start": start,
        "end": end,
        "min_vote": MIN_VOTE,
        "enter": ENTER - TOLERANCE,
        "exit": EXIT - TOLERANCE,
        "firm": FIRM_VOTES,
    }
    with duckdb.connect() as database:
        rows = database.execute(QUERY, parameters).fetchall()
    return {(venue, quote.lower()): PeerNumbers(*numbers) for venue, quote, *numbers in rows}
