"""Bodies for the endpoint of callbacks: those that a browser sends, and mutations of them."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

JSON_TYPE = "application/json"

VALUES: dict[str, Any] = {
    "place.data": {"path": "/explorer", "search": "?window=crash", "at": 1_796_070_922_870},
    "view.data": {"window": "crash"},
    "page.data": {"name": "explorer", "title": "Explorer", "address": "/explorer"},
    "event.value": "2025-10-10",
    "asset.value": "DOGE",
    "more.value": "WBETH",
    "window.value": "crash",
    "range-from.value": "2025-10-10 21:12",
    "range-to.value": "2025-10-10 21:20",
    "visible-range.data": {"start": "2025-10-10 21:12", "end": "2025-10-10 21:20"},
    "focus.value": "okx",
    "picked.data": {"venue": "kraken"},
    "out.value": ["okx"],
    "hide.value": ["kraken"],
    "zone.value": "UTC+8",
    "theme.value": "dark",
    "origin.value": "auto",
    "quote.value": "as-is",
    "reference-kind.value": "weighted-median",
    "enter.value": 3,
    "exit.value": 1.5,
    "bar.value": "5m",
    "min-vote.value": 10,
    "collected.data": [1, None, 2],
    "overview-asked.data": {"window": "crash"},
    "claims-asked.data": {},
    "data-scope.value": "view",
    "data-before.checked": True,
    "data-further.value": ["DOGE"],
    "data-venues.value": ["binance"],
    "data-bars.value": "1m",
    "data-forget-what.value": "imported:prices.csv",
}
"""A value of each property that a browser sends; numbers of clicks apart."""

DEEP_LEVELS = 100_000

VALUE_SHARE = 0.6
"""The share of mutations that replace the value of a control, which reach the callbacks rather than dash."""

HOSTILE_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1e308,
    float("nan"),
    float("inf"),
    10**400,
    -(2**63),
    "",
    " ",
    "\0",
    "\n",
    "\ud800",
    "\u202egnp.exe",
    "\u200b",
    "0x10",
    "1e999",
    "nan",
    "1_0",
    "\u0661\u0662",
    "..",
    "../../etc/passwd",
    "--json",
    "=1+1",
    "<script>alert(1)</script>",
    "x" * 100_000,
    "0001-01-01 00:00",
    "9999-12-31 23:59",
    "9999-12-31T23:59-23:59",
    "__proto__",
    "__class__",
    [],
    [None],
    [[]],
    ["a"] * 5_000,
    [{"a": 1}],
    {},
    {"": ""},
    {"": None},
    {"venue": ["okx"]},
    {"path": ["/"], "search": {}},
    {"asset": 5},
    {"window": None},
    {"name": None},
    {"_dash_error": "x"},
    {"__dash_patch_update": "x", "operations": [{"operation": "x"}]},
)
"""Values of foreign types, and values of the right type that no control has."""

RAW_BODIES: tuple[tuple[str, bytes], ...] = (
    ("nothing", b""),
    ("no JSON", b"{"),
    ("two documents", b"{}{}"),
    ("a number", b"5"),
    ("a string", b'"output"'),
    ("nothing in JSON", b"null"),
    ("a list", b"[]"),
    ("an empty object", b"{}"),
    ("deep lists", b"[" * DEEP_LEVELS + b"]" * DEEP_LEVELS),
    ("deep lists without an end", b"[" * DEEP_LEVELS),
    ("deep objects", b'{"output":' * DEEP_LEVELS + b"1" + b"}" * DEEP_LEVELS),
    ("less deep lists", b"[" * 900 + b"]" * 900),
    ("no UTF-8", b'{"output": "\xff\xfe"}'),
    ("UTF-16", '{"output": "view"}'.encode("utf-16")),
    ("a byte order mark", b'\xef\xbb\xbf{"output": "view"}'),
    ("a number of 5,000 digits", b'{"output": ' + b"9" * 5_000 + b"}"),
    ("more than a callback may send", b'{"output": "' + b"x" * 1_100_000 + b'"}'),
)
"""Bodies that are no request of a callback at all, each with what it is."""

CONTENT_TYPES = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/jsonx",
    "\xe9",
)
"""Types of content under which no browser sends a callback's request."""


@dataclass(frozen=True, slots=True)
class Post:
    """A request of the endpoint, and what was done to it."""

    name: str
    body: bytes
    content_type: str = JSON_TYPE


def build_bodies(dependencies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A valid body for each input of each callback of the server.

    Args:
        dependencies: the callbacks as ``/_dash-dependencies`` describes them.
    """
    bodies = []
    for callback in dependencies:
        if callback["clientside_function"] is not None:
            continue
        name = callback["output"]
        outputs = [
            dict(zip(("id", "property"), part.rsplit(".", 1), strict=True)) for part in name.strip(".").split("...")
        ]
        for trigger in callback["inputs"]:
            changed = f"{trigger['id']}.{trigger['property']}"
            body = {
                "output": name,
                "outputs": outputs if name.startswith("..") else outputs[0],
                "inputs": _fill_values(callback["inputs"]),
                "changedPropIds": [changed],
                "parsedChangedPropsIds": [changed],
            }
            bodies.append(body | ({"state": _fill_values(callback["state"])} if callback["state"] else {}))
    return bodies


def mutate_bodies(bodies: list[dict[str, Any]], count: int, seed: int) -> Iterator[Post]:
    """So many requests: first those of `RAW_BODIES` and `CONTENT_TYPES`, then random mutations of valid bodies."""
    random = Random(seed)  # noqa: S311 - repeatable, for a test
    posts = [Post(name, body) for name, body in RAW_BODIES]
    posts += [Post(f"type {kind!r}", json.dumps(bodies[0]).encode(), kind) for kind in CONTENT_TYPES]
    yield from posts[:count]
    for _ in range(count - len(posts)):
        body = copy.deepcopy(random.choice(bodies))
        names = [_mutate(body, random) for _ in range(random.choice((1, 1, 1, 2, 4)))]
        yield Post(f"{body.get('output', '')!s:.40} {'; '.join(names)}", _encode(body, random))


def _fill_values(parts: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{**part, "value": VALUES.get(f"{part['id']}.{part['property']}", 1)} for part in parts]


def _mutate(body: dict[str, Any], random: Random) -> str:
    """Change one place of the body, and say what was done there."""
    places = list(_list_places(body))
    values = [place for place in places if place[1] == "value"]
    holder, key = random.choice(values if values and random.random() < VALUE_SHARE else places)
    action = random.choice(
        (
            "replace",
            "replace",
            "replace",
            "replace",
            "alike",
            "alike",
            "alike",
            "remove",
            "repeat",
            "wrap",
            "add",
            "type",
            "cut",
        )
    )
    old = holder[key]
    if action == "remove":
        del holder[key]
    elif action == "repeat" and isinstance(holder, list):
        holder.extend([old] * random.choice((1, 2, 500)))
    elif action == "alike":
        holder[key] = copy.deepcopy(random.choice([value for value in HOSTILE_VALUES if type(value) is type(old)]))
    elif action == "wrap":
        holder[key] = [old] if random.random() < 0.5 else {"value": old}
    elif action == "add" and isinstance(old, dict):
        old[random.choice(("id", "property", "value", "x", "__class__", ""))] = copy.deepcopy(
            random.choice(HOSTILE_VALUES)
        )
    elif action == "type":
        holder[key] = random.choice((str(old), [str(old)], {str(old): old}))
    elif action == "cut" and isinstance(old, str):
        place = random.randint(0, len(old))
        holder[key] = old[:place] + random.choice(("", "\0", "\ud800", ".", "@", "...", "\u202e")) + old[place + 1 :]
    else:
        action = "replace"
        holder[key] = copy.deepcopy(random.choice(HOSTILE_VALUES))
    return f"{action} {key!r:.30}"


def _list_places(value: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - JSON
    """Every place within a JSON value as its holder and its key or index."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _list_places(inner)


def _encode(body: dict[str, Any], random: Random) -> bytes:
    """The body as JSON; one in fifty is damaged as bytes."""
    text = json.dumps(body).encode()
    if random.random() < 0.02:
        place = random.randint(0, len(text))
        text = text[:place] + bytes(random.choices(range(256), k=random.randint(0, 4))) + text[place + 2 :]
    return text
