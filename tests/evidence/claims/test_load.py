"""What a file of claims may say, and what is refused."""

from datetime import UTC, datetime

import pytest

from data.catalogue import load_catalogue
from data.errors import UsageError
from evidence.claims.load import list_events_with_claims, load_ledger, parse_ledger
from evidence.claims.schema import ClaimKind, Ledger, Metric

LEDGER = """
[sides]
exchange = "The exchange"

[sources.statement]
text = "A statement"
url = "https://example.org/statement"

[[claims]]
id = "X1"
side = "exchange"
who = "An exchange"
dates = ["2025-10-12", "2026-01"]
says = "A statement by an exchange says that the market reached its lowest prices at 21:20 or 21:21."
sources = ["statement"]
mark = "S"

[[claims.parts]]
kind = "spot"
collect = "Spot candles of 21:10 to 21:40."

[claims.parts.query]
metric = "bottom"
assets = ["ATOM"]
venues = ["kraken"]
groups = ["usd"]
window = "crash"
expect = { within = { start = 2025-10-10T21:20:00Z, end = 2025-10-10T21:22:00Z } }
holds_for = 2

[[claims.parts]]
kind = "arithmetic"

[claims.parts.arithmetic]
numbers = { part = 1, whole = 4 }
expression = "part / whole"
expect = { equals = 0.25, tolerance = 0.001 }

[[claims.parts]]
kind = "outside"
outside = "The exchange's own records."
"""


def parse(text: str) -> Ledger:
    """The ledger of a text about the event of October 2025."""
    return parse_ledger("2025-10-10", text, load_catalogue())


def test_a_file_of_claims() -> None:
    """Sides, sources and claims with each of the three deciders."""
    ledger = parse(LEDGER)
    assert (ledger.event, ledger.sides) == ("2025-10-10", {"exchange": "The exchange"})
    assert ledger.sources["statement"].url == "https://example.org/statement"
    (claim,) = ledger.claims
    assert (claim.id, claim.dates) == ("X1", ("2025-10-12", "2026-01"))
    candles, sum_part, records = claim.parts
    assert candles.query is not None
    assert (candles.query.metric, candles.query.assets, candles.query.holds_for) == (Metric.BOTTOM, ("ATOM",), 2)
    assert candles.query.expect.within is not None
    assert candles.query.expect.within.start == datetime(2025, 10, 10, 21, 20, tzinfo=UTC)
    assert sum_part.arithmetic is not None
    assert sum_part.arithmetic.numbers == {"part": 1.0, "whole": 4.0}
    assert (records.kind, records.outside) == (ClaimKind.OUTSIDE, "The exchange's own records.")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("who =", "whom =", "claims[1]/whom: unknown key"),
        ("holds_for = 2", "hold_for = 2", "claims[1]/parts[1]/query/hold_for: unknown key"),
        ("holds_for = 2", "holds_for = 0", "claims[1]/parts[1]/query/holds_for"),
        ("tolerance = 0.001", "tolerant = 1", "claims[1]/parts[2]/arithmetic/expect/tolerant: unknown key"),
        ('text = "A statement"', 'texts = "A statement"', "sources/statement/texts: unknown key"),
        ('"https://example.org/statement"', '"javascript:alert(1)"', "sources/statement/url"),
        ('side = "exchange"', 'side = "nobody"', "claims[1]/side: 'nobody' is unknown; known are exchange"),
        ('sources = ["statement"]', 'sources = ["note"]', "claims[1]/sources: 'note' is unknown"),
        ('venues = ["kraken"]', 'venues = ["krakn"]', "claims[1]/parts[1]/query/venues: 'krakn' is unknown"),
        ('window = "crash"', 'window = "crush"', "claims[1]/parts[1]/query/window: 'crush' is unknown"),
        ('metric = "bottom"', 'metric = "top"', "claims[1]/parts[1]/query/metric"),
        ('mark = "S"', 'mark = "X"', "claims[1]/mark: 'X' is none of C, S, D"),
        ('"2026-01"', '"January 2026"', "claims[1]/dates: 'January 2026' is neither YYYY-MM-DD nor YYYY-MM"),
        ("equals = 0.25", "equals = 0.25, at_most = 1", "give one of"),
        ("equals = 0.25, tolerance = 0.001", "at_most = 1, tolerance = 0.001", "a tolerance belongs to equals"),
        ("equals = 0.25, tolerance = 0.001", "between = [2, 1]", "2.0 is above 1.0"),
        ('kind = "outside"', 'kind = "spot"', "kind 'spot' is decided by query, not by outside"),
        ('kind = "outside"\n', 'kind = "outside"\ncollect = "More."\n', "collect belongs to a query"),
        ('collect = "Spot candles of 21:10 to 21:40."\n', "", "collect belongs to a query"),
        ('outside = "The exchange\'s own records."', "", "give one of query, arithmetic, outside, not none"),
    ],
)
def test_what_is_refused(old: str, new: str, message: str) -> None:
    """Every unknown key, name and value is refused with its place in the file."""
    assert old in LEDGER
    with pytest.raises(UsageError) as error:
        parse(LEDGER.replace(old, new))
    assert message in str(error.value)
    assert str(error.value).startswith("claims/2025-10-10.toml: ")


def test_two_claims_of_one_id_are_refused() -> None:
    """An id names one claim."""
    claim = LEDGER[LEDGER.index("[[claims]]") :]
    with pytest.raises(UsageError, match="two claims have the id X1"):
        parse(LEDGER + claim)


def test_a_claim_without_a_part_is_refused() -> None:
    """Every claim says what would decide it."""
    head = LEDGER[: LEDGER.index("[[claims.parts]]")]
    with pytest.raises(UsageError, match=r"claims\[1\]/parts: (is missing|holds nothing)"):
        parse(head)


def test_an_event_without_claims_has_no_ledger() -> None:
    """A file of claims is optional; an unknown event is an error."""
    assert load_ledger("2023-03-10") is None
    assert "2023-03-10" not in list_events_with_claims()
    with pytest.raises(UsageError, match="no event 'never'"):
        load_ledger("never")
