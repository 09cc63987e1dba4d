"""Addresses of every page and export that no link has."""

from collections.abc import Iterator
from random import Random
from urllib.parse import quote

from dashboard.exports.registry import EXPORTS
from dashboard.pages.registry import PAGES
from dashboard.state.url import QUERY_KEYS
from dashboard.web.requests.limits import MAX_QUERY_CHARS

PAGE_PATHS = ("/", *(f"/{page.name}" for page in PAGES if page.name != "overview"))
EXPORT_PATHS = tuple(f"/export/{export.kind}.{kind}" for export in EXPORTS.values() for kind in export.formats)

STRANGE_PATHS = (
    "/%00",
    "/%ff%fe",
    "/%ed%a0%80",
    "/..%2f..%2fetc/passwd",
    "/explorer/",
    "//explorer",
    "/explorer/../data",
    "/%e2%80%aeexplorer",
    f"/{'x' * 30_000}",
    "/" + "a/" * 2_000,
    "/export/",
    "/export/%00.png",
    "/export/comparison",
    "/export/comparison.png.exe",
    "/export/comparison.csv-metadata.json",
    f"/export/{'x' * 5_000}.csv",
    "/import",
    "/import/none/preview",
    "/orders/log",
    "/_dash-layout",
    "/_dash-dependencies",
    "/_dash-update-component",
    "/_dash-component-suites/",
    "/_dash-component-suites/dash/",
    "/_favicon.ico",
    "/assets/../app.py",
)
"""Paths that are none of a page, and those of the app that no reader opens."""

TEXTS = (
    "",
    " ",
    "%00",
    "%0d%0aSet-Cookie:%20a=b",
    "%ed%a0%80",
    "%ff",
    "\xff\xfe",
    "\xe4\xb8\xad",
    "%e2%80%ae%e2%80%8b",
    "%",
    "%zz",
    "+",
    ",,,,",
    "<script>alert(1)</script>",
    "'%22><svg onload=1>",
    "=1%2b1",
    "..%2f..%2f",
    "nan",
    "inf",
    "-1",
    "1e999",
    "1e-999",
    "9" * 400,
    "0.0000000001",
    "1_0",
    "%d9%a1%d9%a2",
    "0001-01-01T00:00Z",
    "9999-12-31T23:59-23:59",
    "2025-10-10T21:20Z",
    "2025-10-10T21:20:59.999999999Z",
    "2025-W41-5T00Z",
    "2009-01-03T00:00Z",
    "2100-01-01T00:00Z",
    "2025-10-10:crash",
    "2025-10-10:0001-01-01T00:00Z~9999-12-31T23:59Z",
    ":~:~:",
    "__class__",
    "{}",
    "[]",
    "x" * 2_000,
    "%e2%80%ae" * 500,
    ",".join(f"v{number}" for number in range(1_500)),
    ",".join("!" * 3_000),
)
"""Values of queries, encoded as in an address, where a byte above 127 may stand as it is."""

GOOD_VALUES = {
    "event": ("2025-10-10",),
    "asset": ("ATOM", "DOGE", "WBETH"),
    "window": ("crash", "day"),
    "from": ("2025-10-10T21:12Z",),
    "to": ("2025-10-10T21:20Z",),
    "focus": ("binance", "okx", "kraken"),
    "quote": ("as-is",),
    "reference": ("median", "weighted-median"),
    "enter": ("3",),
    "exit": ("1.5",),
    "min-vote": ("10",),
    "out": ("okx", "okx,kraken"),
    "hide": ("gate",),
    "zone": ("UTC", "UTC%2B8"),
    "theme": ("dark",),
    "origin": ("auto", "imported"),
    "bar": ("1m", "5m"),
    "against": ("2025-10-10:crash",),
    "scale": ("shared",),
    "side": ("below", "above"),
    "size": ("wide", "square"),
}
"""Values that links have, by key: an address with these and one that is none gets further than chance."""

LONG_QUERIES = {
    "30,000 exchanges": "out=" + ",".join(f"venue{number}" for number in range(30_000)),
    "30,000 exchanges that are none": "hide=" + ",".join(["!"] * 30_000),
    "30,000 repeated keys": "&".join(["asset=ATOM"] * 30_000),
    "30,000 unknown keys": "&".join(f"k{number}=1" for number in range(30_000)),
    "an asset of 100,000 characters": f"asset={'A' * 100_000}",
    "as many exchanges as fit": ("out=" + ",".join(f"v{number}" for number in range(3_000)))[:MAX_QUERY_CHARS],
    "as many wrong ones as fit": ("out=" + "!,!!," * 3_000)[:MAX_QUERY_CHARS],
    "as many unknown keys as fit": "&".join(f"k{number}=1" for number in range(1_000))[:MAX_QUERY_CHARS],
    "as many semicolons as fit": (";" * MAX_QUERY_CHARS),
    "as many percent signs as fit": ("asset=" + "%" * MAX_QUERY_CHARS)[:MAX_QUERY_CHARS],
}
"""Queries by what they have too much of."""

KEYS = (*QUERY_KEYS, *("size", "embed", "lang", "", "asset%00", "\xe9", "sort", "page", "q", "status", "venue"))


def list_long_addresses() -> Iterator[tuple[str, str, str]]:
    """What it is, path and query of each page and export with each of `LONG_QUERIES`, and the strange paths."""
    for path in (*PAGE_PATHS, *EXPORT_PATHS):
        for name, query in LONG_QUERIES.items():
            yield f"{path} with {name}", path, query
    for path in STRANGE_PATHS:
        yield path[:60], path, ""


def list_random_addresses(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """So many random queries of pages and exports, as `list_long_addresses` has them."""
    random = Random(seed)  # noqa: S311 - repeatable, for a test
    for _ in range(count):
        path = random.choice((*PAGE_PATHS, *EXPORT_PATHS))
        pairs = [f"{random.choice(KEYS)}={random.choice(TEXTS)}" for _ in range(random.choice((1, 1, 2, 4)))]
        if random.random() < 0.1:
            pairs.append(pairs[0])
        query = "&".join(pairs)
        if random.random() < 0.1:
            query = quote(query)
        yield f"{path}?{query}", path, query


def list_near_addresses(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """So many queries of pages and exports in which one value, or none, is not what links have."""
    random = Random(seed)  # noqa: S311 - repeatable, for a test
    for _ in range(count):
        path = random.choice((*PAGE_PATHS, *EXPORT_PATHS, *EXPORT_PATHS))
        keys = random.sample(list(GOOD_VALUES), random.randint(1, 5))
        values = {key: random.choice(GOOD_VALUES[key]) for key in keys}
        if random.random() < 0.8:
            values[random.choice(keys)] = random.choice(TEXTS)
        query = "&".join(f"{key}={value}" for key, value in values.items())
        yield f"{path}?{query}", path, query
