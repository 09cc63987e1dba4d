"""What the saved history of the market says of one exchange: for each day the largest gap over all coins."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from data.tables.scans import Universe
from deviation.question import DAY
from deviation.wording import format_percent
from evidence.claims.compare import compare_number
from evidence.claims.facts import ClaimFacts
from evidence.claims.metrics.prices import LACKING
from evidence.claims.reading import Final, Reading, Unit, ViewReference
from evidence.claims.schema import Query

NO_DAY = "no history of this day is saved, of every exchange and at the defaults"

NOT_ALL_COINS = "it is of the coins that the store held, which need not be all"

MAX_OTHER_DAYS = 5
"""Days beyond what the claim says that are listed beside those that it names; one that is certain decides."""


def read_history(query: Query, facts: ClaimFacts) -> Iterator[Reading]:
    """The largest gap of each day that the claim names, and of others of the span that are not as it says.

    The latter are those of the largest gaps, those that are certain first.
    """
    rows = {row["day"]: row for row in facts.read_history(query).iter_rows(named=True)}
    for day in query.days:
        yield _read_day(day, rows.get(day), query, facts)
    others = [_read_day(day, row, query, facts) for day, row in rows.items() if day not in query.days]
    beyond = [(reading, float(reading.value)) for reading in others if isinstance(reading.value, float)]
    beyond = [(reading, gap) for reading, gap in beyond if not compare_number(gap, query.expect)]
    beyond.sort(key=lambda item: (item[0].final not in {Final.EXACT, Final.UPPER_BOUND}, item[1]))
    yield from (reading for reading, _ in beyond[:MAX_OTHER_DAYS])


def describe_history(query: Query, facts: ClaimFacts) -> Iterator[str]:
    """How many days there are, on how many the gap was not as claimed, and 99% of the gaps; without full stops."""
    rows = facts.read_history(query)
    start, end = facts.find_span(query)
    named = sum(day in set(query.days) for day in rows["day"])
    yield f"Saved: {len(rows):,} of {(end - start).days:,} days, {named} of the {len(query.days)} named ones"
    gaps = [gap for gap in rows["gap_most"] if gap is not None]
    if gaps:
        beyond = sum(not compare_number(gap, query.expect) for gap in gaps)
        within = sum(compare_number(gap, query.expect) for gap in rows["gap_99"])
        yield (
            f"The largest gap of any coin is not as claimed on {beyond:,} of them, whatever is missing; "
            f"99% of the coins are as claimed on {within:,}"
        )


def _read_day(day: date, row: dict[str, Any] | None, query: Query, facts: ClaimFacts) -> Reading:
    """The gap that decides the day: the largest, or the largest that is certain if that is not as the claim says.

    Minutes of others that are missing could make the largest one smaller; the exchange's own, and coins that were not
    looked at, could make it larger.
    """
    venue, start = query.venues[0], datetime.combine(day, time(), UTC)
    subject = f"{day:%d %b %Y} on {facts.catalogue.get_venue(venue).name}"
    if row is None:
        return Reading(subject=subject, unit=Unit.PERCENT, value=None, why=NO_DAY)
    most, sure = row["gap_most"], row["sure_most"]
    is_largest = row["incomplete"] == 0 and row["universe"] == Universe.LISTED.value
    is_refuted = sure is not None and not compare_number(sure, query.expect)
    value, asset = (sure, row["sure_most_asset"]) if is_refuted else (most, row["gap_most_asset"])
    # At least as far as the largest that is certain, and no further than the largest if nothing is missing.
    may_be_less, may_be_more = sure != value, not (is_largest and value == most)
    finals = {
        (False, False): Final.EXACT,
        (False, True): Final.UPPER_BOUND,
        (True, False): Final.LOWER_BOUND,
        (True, True): Final.OPEN,
    }
    final = finals[may_be_less, may_be_more]
    return Reading(
        subject=subject if asset is None else f"{asset}/{row['group'].upper()}, {subject}",
        unit=Unit.PERCENT,
        value=value,
        why=None if final is Final.EXACT else _explain(row),
        final=final,
        details=f"the largest of {row['assets']:,} coins; 99% of them within {format_percent(abs(row['gap_99']))}",
        view=ViewReference(
            page="history" if asset is None else "lows", asset=asset, start=start, end=start + DAY, focus=venue
        ),
    )


def _explain(row: dict[str, Any]) -> str:
    """Why the largest gap of a day is not final."""
    return NOT_ALL_COINS if not row["incomplete"] and row["universe"] != Universe.LISTED.value else LACKING
