from datetime import UTC, datetime, timedelta

import pytest

from data.errors import UsageError
from data.reconstruction.figures import AssumedMarket, parse_shape

SHAPE = """
event = "e"
start = 2025-10-10T00:00:00Z
end = 2025-10-11T00:00:00Z
[lowest_of.day]
start = 2025-10-10T00:00:00Z
end = 2025-10-11T00:00:00Z
[source]
trades = "raw trades of the venue"
[[anchor]]
venue = "okx"
symbol = "ATOM/USDT"
minute = 2025-10-10T21:20:00Z
low = "2.00"
lowest_of = "day"
evidence = "C"
source = "trades"
[[band]]
symbol = "ATOM/USDT"
venues = ["okx"]
of = "low"
least = 1.5
most = 2.5
evidence = "S"
source = "trades"
[activity]
knots = [[2025-10-10T00:00:00Z, 1.0], [2025-10-10T21:00:00Z, 25]]
[group.usdt]
quote = "USDT"
share = { okx = 0.5 }
[[asset]]
name = "ATOM"
groups = ["usdt"]
usd_per_minute = 16000
price_decimals = 4
volume_decimals = 2
market_noise_pct = 0.045
venue_noise_pct = 0.03
knots = [[2025-10-10T00:00:00Z, 4.2]]
[[market]]
venue = "kraken"
symbol = "ATOM/USD"
share = 0.1
[[premium]]
asset = "ATOM"
over = "usdt"
knots = [[2025-10-10T00:00:00Z, 1.0]]
"""


def test_a_shape_is_read_with_its_defaults() -> None:
    """Sources are resolved, markets come from groups and rows, and prices that are left out are None."""
    shape = parse_shape("e.toml", SHAPE)
    start = datetime(2025, 10, 10, tzinfo=UTC)
    assert shape.spans == {"day": (start, start + timedelta(days=1))}
    (anchor,) = shape.anchors
    assert (anchor.open, f"{anchor.low}", anchor.close, anchor.minute_assumed) == (None, "2.00", None, False)
    assert anchor.source == shape.bands[0].source == "raw trades of the venue"
    assert shape.activity == ((start, 1.0), (start + timedelta(hours=21), 25.0))
    assert shape.markets == (
        AssumedMarket("kraken", "ATOM/USD", "usd", 0.1),
        AssumedMarket("okx", "ATOM/USDT", "usdt", 0.5),
    )
    assert shape.premiums == {("ATOM", "usdt"): ((start, 1.0),)}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('low = "2.00"', 'low = "two"', r"e\.toml: anchor\[1\]/low: "),
        ('low = "2.00"\n', "", r"e\.toml: anchor\[1\]/low: is missing"),
        ('low = "2.00"', 'low = "2.00"\nlows = 3', r"e\.toml: anchor\[1\]/lows: unknown key"),
        ("minute = 2025-10-10T21:20:00Z", "minute = 2025-10-10T21:20:00", r"anchor\[1\]/minute: .* no time zone"),
        ("T21:00:00Z, 25]", "T21:00:30Z, 25]", r"e\.toml: activity/knots\[2\]: .* no whole minute"),
        ('name = "ATOM"', "name = 5", r"e\.toml: asset\[1\]/name: 5 should be a str"),
        ("[activity]\nknots", "[activity]\nknot", r"e\.toml: activity/knots: is missing"),
        ('lowest_of = "day"', 'lowest_of = "week"', r"anchor\[1\]/lowest_of: 'week' is unknown; known are day"),
        ('source = "trades"\n[[band', 'source = "x"\n[[band', r"anchor\[1\]/source: 'x' is unknown; known are trades"),
        ('groups = ["usdt"]', 'groups = ["eur"]', r"asset\[1\]/groups: 'eur' is unknown; known are usdt"),
        ('asset = "ATOM"', 'asset = "SOL"', r"premium\[1\]/asset: 'SOL' is unknown; known are ATOM"),
        ("[activity]", "[activity", r"e\.toml: "),
    ],
)
def test_errors_name_file_and_key(old: str, new: str, complaint: str) -> None:
    """A bad value, a missing or unknown key, or a name that the file does not define is refused by file and key."""
    assert old in SHAPE
    with pytest.raises(UsageError, match=complaint):
        parse_shape("e.toml", SHAPE.replace(old, new, 1))
