"""The numbers of the comparison picture: those that it carries, and those that are drawn in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import plotly.graph_objects as go

from tests.oracle.question import SIDES, Json, OracleMarket, Side
from tests.torture.truth.comparison import Comparison
from tests.torture.truth.page import STATE_NAMES, TrueMinutes
from tests.torture.truth.side import TrueAnswer

COUNTS = re.compile(r"^\(?(\d+) \| (\d+) of (\d+)\)?$")
OWN_TITLE = re.compile(r"^(\w+) exchanges, each vs the others$")
ACROSS_TITLE = re.compile(r"^(\w+) exchanges vs (\w+) exchanges$")
FAIR_TITLE = re.compile(r"^Vs fair value by (\w+) exchanges$")
FINDING = re.compile(r"up to ([\d.]+)% (below|above) (?:other (\w+) exchanges|its estimated fair value)")
ROBUST = re.compile(
    r"At least [\d.]+% (below|above) in (\d+) of (\d+) comparable minutes: (\d+) whichever exchange is left out, "
    r"(\d+) allowing for a minute's lag, (\d+) for the whole minute"
)
EXTREME = re.compile(r"^<b>([^<]+)</b> vs other (\w+) exchanges, (\d\d:\d\d)$")
SAME = 1e-6
NEAR = 0.013
"""How far apart the lines of one row are, as a share of the picture's height."""


class Text(NamedTuple):
    """A text and its place, as shares of the picture from its lower left corner."""

    x: float
    y: float
    text: str


def list_texts(figure: go.Figure) -> list[Text]:
    """Every text of a picture, the highest first, those of a line from left to right."""
    texts = [Text(float(a.x), float(a.y), str(a.text)) for a in figure.layout.annotations]
    return sorted(texts, key=lambda text: (-round(text.y, 4), text.x))


def compare_picture(
    comparison: Comparison, answer: TrueAnswer, figure: go.Figure, manifest: Json, name_of: Callable[[str], str]
) -> None:
    """Compare the numbers of the manifest, and all that stand in rows of exchanges, headline, labels and strip."""
    numbers: dict[str, Any] = manifest["measured"][0]["numbers"]
    answer.compare_json(
        comparison, "manifest", numbers, {k: v for k, v in answer.json.items() if k in numbers}, name_of
    )
    texts = list_texts(figure)
    minutes = TrueMinutes(answer)
    focus = minutes.find_focus()
    _compare_blocks(comparison, answer, texts, name_of)
    if focus is not None:
        row = answer.find_row(focus)
        _compare_sentences(comparison, row, " ".join(text.text for text in texts if text.x < 0.1))
        _compare_labels(comparison, row, texts)
        _compare_strip(comparison, minutes.states[focus], texts)


def _compare_blocks(
    comparison: Comparison, answer: TrueAnswer, texts: list[Text], name_of: Callable[[str], str]
) -> None:
    """Every row of every block: deviation, minutes below and above, trade and its time."""
    titles = [(text, groups) for text in texts if (groups := _read_title(text.text)) is not None]
    venues = {name_of(row["venue"]): row["venue"] for row in answer.json["rows"]}
    read = 0
    for text in texts:
        counts = COUNTS.match(text.text)
        above = next((title for title in reversed(titles) if title[0].y > text.y and title[0].x < text.x), None)
        if counts is None or above is None:
            continue
        left, title = above[0].x, above[1]
        line = [other for other in texts if abs(other.y - text.y) < SAME and other.x > left - SAME]
        name = " ".join(_strip(o.text) for o in texts if abs(o.x - left) < SAME and abs(o.y - text.y) < NEAR)
        markets = _list_markets(answer, venues, name, *title)
        is_cut = name.endswith("…") and len(markets) > 1
        comparison.require(
            "picture", f"{len(markets)} markets are named {name!r} in {title}", holds=is_cut or len(markets) == 1
        )
        if len(markets) != 1:
            continue
        (market,), against = markets, title[1]
        read += 1
        _compare_row(comparison, answer.find_row(market), against, line, counts, text)
    expected = any(
        m["firm_min"] or m["thin"]["minutes"] for row in answer.json["rows"] for m in [row["against"][row["group"]]]
    )
    comparison.require("picture", "no row of exchanges was read", holds=read > 0 or not expected)


def _strip(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text)


def _read_title(text: str) -> tuple[str | None, str] | None:
    """The group of a block's rows, None for all, and the group that they are measured against."""
    title = _strip(text)
    if found := OWN_TITLE.match(title):
        return found[1].lower(), found[1].lower()
    if found := ACROSS_TITLE.match(title):
        return found[1].lower(), found[2].lower()
    if found := FAIR_TITLE.match(title):
        return None, found[1].lower()
    return None


def _list_markets(
    answer: TrueAnswer, venues: dict[str, str], name: str, group: str | None, against: str
) -> list[OracleMarket]:
    """The markets that a row may be of by its name, which may be cut, and has the quote where a venue has several."""
    markets = []
    for row in answer.json["rows"]:
        venue_name = next(spoken for spoken, venue in venues.items() if venue == row["venue"])
        own = [r for r in answer.json["rows"] if r["venue"] == row["venue"] and group in {None, r["group"]}]
        spoken = (
            [venue_name] if len(own) == 1 else [f"{venue_name} {row['group'].upper()}", f"{venue_name} {row['symbol']}"]
        )
        is_named = name in spoken or any(name.endswith("…") and one.startswith(name.rstrip("… ")) for one in spoken)
        if is_named and group in {None, row["group"]} and against in row["against"]:
            markets.append(OracleMarket(row["venue"], row["symbol"]))
    return markets


def _compare_row(
    comparison: Comparison, row: Json, against: str, line: list[Text], counts: re.Match[str], counts_text: Text
) -> None:
    """One row: the larger deviation, the minutes, and the trade on the side of the block with its time."""
    summary, place = row["against"][against], f"{row['venue']} {row['symbol']} vs {against}"
    is_thin = not summary["firm_min"] and summary["thin"]["minutes"]
    sides: dict[Side, Json] = {side: summary["thin"][side] if is_thin else summary[side] for side in SIDES}
    total = summary["thin"]["minutes"] if is_thin else summary["firm_min"]
    found = [int(number) for number in counts.groups()]
    comparison.compare("picture", f"{place} minutes", found, [*(sides[side]["minutes"] for side in SIDES), total])
    comparison.compare("picture", f"{place} brackets", counts_text.text.startswith("("), bool(is_thin))
    deviation = max((sides[side]["deviation"] or 0.0 for side in SIDES), key=abs)
    values = [_strip(text.text) for text in line if re.fullmatch(r"[−+]?[\d.]+%", _strip(text.text))]
    comparison.require("picture", f"{place} has {len(values)} deviations", holds=len(values) == 1)
    for value in values:
        comparison.compare_printed("picture", f"{place} deviation", value, 100 * deviation)
    after = [_strip(text.text) for text in line if text.x > counts_text.x]
    prices = [text for text in after if re.fullmatch(r"[\d.,]+", text)]
    times = [text for text in after if re.fullmatch(r"\d\d:\d\d", text)]
    if prices and times:
        trades = [(row[name], (row[f"{name}_at"] or "")[11:16]) for name in ("low", "high")]
        matching = [price for price, time in trades if time == times[0]] or [trades[0][0]]
        nearest = min(matching, key=lambda price: abs(price - float(prices[0])))
        comparison.compare_significant("picture", f"{place} trade", prices[0], nearest)
        comparison.require("picture", f"{place} trade at {times[0]}", holds=times[0] in {time for _, time in trades})


def _compare_sentences(comparison: Comparison, row: Json, text: str) -> None:
    """The size and the minutes in the headline."""
    text, summary = _strip(text), row["against"][row["group"]]
    finding, robust = FINDING.search(text), ROBUST.search(text)
    if finding is not None and summary["firm_min"] and finding[3] in {None, row["group"].upper()}:
        expected = 100 * abs(summary[finding[2]]["deviation"])
        comparison.compare_printed("picture", "headline", finding[1], expected)
    if robust is not None:
        numbers = summary[robust[1]]
        minutes = [numbers["minutes"], summary["firm_min"], numbers["jackknife"]["minutes"]]
        minutes += [numbers["lag"]["minutes"], numbers["whole"]["minutes"]]
        comparison.compare("picture", "headline's minutes", [int(n) for n in robust.groups()[1:]], minutes)


def _compare_labels(comparison: Comparison, row: Json, texts: list[Text]) -> None:
    """The labels of the furthest closes."""
    for one, other in pairwise([*texts, Text(0, 0, "")]):
        found = EXTREME.match(one.text) or EXTREME.match(f"{one.text} {other.text}")
        if found is None or found[2].lower() not in row["against"]:
            continue
        summary = row["against"][found[2].lower()]
        side = "below" if found[1].startswith("\N{MINUS SIGN}") else "above"
        numbers = summary[side] if summary["firm_min"] else summary["thin"][side]
        comparison.compare_printed("picture", "label of a close", found[1], 100 * numbers["deviation"])
        comparison.compare("picture", "label's time", found[3], str(numbers["at"])[11:16])


def _compare_strip(comparison: Comparison, states: list[str], texts: list[Text]) -> None:
    """The minutes of each state under the charts."""
    (text,) = [_strip(text.text) for text in texts if "Exchanges with a price, per minute" in text.text] or [""]
    if not text:
        comparison.require("picture", "the strip has no text", holds=set(states) == {"voting"})
        return
    for state, name in STATE_NAMES.items():
        found = re.search(rf"(\d+) {name}", text)
        comparison.compare("picture", f"minutes {name}", int(found[1]) if found else 0, states.count(state))
