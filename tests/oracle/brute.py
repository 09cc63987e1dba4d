"""Brute-force implementation of docs/method.md, minute by minute in plain Python; shares no code with `deviation`.

Section numbers in comments and docstrings are those of docs/method.md. Times are minutes since the epoch, UTC;
spans are half-open. Deviations are fractions, except `area_pct_min`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Group = Literal["usdt", "usd"]
State = Literal["voting", "small", "quiet", "missing", "unpriced"]
CoveredSpan = tuple[str, str, int, int]
Json = dict[str, Any]

GROUPS: tuple[Group, Group] = ("usdt", "usd")
THRESHOLDS_PCT = (1, 2, 5, 10, 20, 50)
TOLERANCE = 1e-12  # section 1: what comparisons with thresholds allow
DAY = 24 * 60
CARRY = 5  # minutes: sections 2 (fx) and 4 (ranges)
FIRM_VOTES = 3  # votes: section 3; peer ranges: section 4
RATIO_MINUTES = 30  # section 6
RANKED_VENUES = 4  # section 7
DEPTH_LEAD = 0.02  # section 7
LONGEST_LEAD_MIN = 3  # section 7


@dataclass(frozen=True)
class Candle:
    """One reported minute of one market; prices in the quote, volume in base units."""

    venue: str
    symbol: str
    minute: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True)
class OracleQuestion:
    """The question: asset, window, event and parameters."""

    asset: str
    start: int
    end: int
    calm: tuple[int, int] | None
    stablecoins: frozenset[str]
    families: dict[str, str]
    underlying: str | None
    ratio_market: str | None
    venues: tuple[str, ...] | None = None
    as_is: bool = False
    min_vote: float = 100.0
    enter: float = 0.02
    exit: float = 0.01
    confirm: int = 3
    focus: str = "binance"
    weighted: bool = False

    def family_of(self, venue: str) -> str:
        """Name the family of a venue: members of one never vote on each other (section 2)."""
        return self.families.get(venue, venue)

    def list_window(self) -> range:
        """List the minutes of the window."""
        return range(self.start, self.end)

    def list_day_before(self) -> range:
        """List the minutes of the 24 hours before the window."""
        return range(self.start - DAY, self.start)


class OracleMarket(NamedTuple):
    """A venue and a symbol (section 2)."""

    venue: str
    symbol: str

    @property
    def base(self) -> str:
        """The base: ATOM in ATOM/USDT:USDT."""
        return self.symbol.split(":")[0].split("/")[0]

    @property
    def quote(self) -> str:
        """The quote: USDT in ATOM/USDT:USDT."""
        return self.symbol.split(":")[0].split("/")[-1]

    @property
    def kind(self) -> Literal["spot", "derivative"]:
        """Tell spot from derivative by the colon (section 2)."""
        return "derivative" if ":" in self.symbol else "spot"

    def group_of(self, setup: OracleQuestion) -> Group | None:
        """Name the quote group, None for a quote without a USD value here (section 2)."""
        if self.quote == "USD":
            return "usd"
        return "usdt" if self.quote in setup.stablecoins else None


class PriceBounds(NamedTuple):
    """Range of a market in a minute, the close before included (section 4)."""

    low: float
    high: float


class RatioSample(NamedTuple):
    """The market-implied pre-event ratio of a venue, with the values it is the median of (section 6)."""

    value: float
    values: list[float]
    source: Literal["ratio market", "usdt closes"]


@dataclass(frozen=True)
class OracleCell:
    """One market in one minute against one group (sections 3 and 4)."""

    minute: int
    votes: int
    reference: float | None
    d: float | None = None
    gap: float | None = None
    wick_shallow: float | None = None
    wick_deep: float | None = None
    sure: float | None = None

    @property
    def firm(self) -> bool:
        """Whether the market votes and at least three others vote on it (section 3)."""
        return self.d is not None and self.votes >= FIRM_VOTES

    @property
    def thin(self) -> bool:
        """Whether the market votes and only one or two others vote on it (section 3)."""
        return self.d is not None and self.votes < FIRM_VOTES

    def to_json(self) -> Json:
        """Give the fields that another program can be compared with."""
        names = ("votes", "reference", "d", "gap", "wick_shallow", "wick_deep", "sure")
        return {name: getattr(self, name) for name in names}


def is_at_most(value: float, limit: float) -> bool:
    """Compare as value <= limit, where equal means equal to 1e-12 (section 1)."""
    return value <= limit + TOLERANCE


def is_at_least(value: float, limit: float) -> bool:
    """Compare as value >= limit, where equal means equal to 1e-12 (section 1)."""
    return value >= limit - TOLERANCE


class CandleBook:
    """Candles by market and minute, their states, and their prices in USD (sections 1 and 2)."""

    def __init__(self, candles: Iterable[Candle], covered: Iterable[CoveredSpan], setup: OracleQuestion) -> None:
        self.setup = setup
        self.candles: dict[OracleMarket, dict[int, Candle]] = defaultdict(dict)
        self.covered: dict[OracleMarket, list[tuple[int, int]]] = defaultdict(list)
        self.fx_cache: dict[tuple[str, int], float | None] = {}
        for candle in candles:
            self.candles[OracleMarket(candle.venue, candle.symbol)][candle.minute] = candle
        for venue, symbol, start, end in covered:
            self.covered[OracleMarket(venue, symbol)].append((start, end))

    def find_traded(self, market: OracleMarket, minute: int) -> Candle | None:
        """Give the candle of a minute with trades; a candle without volume is none (section 1)."""
        candle = self.candles.get(market, {}).get(minute)
        return candle if candle is not None and candle.volume > 0 else None

    def list_traded(self, market: OracleMarket, minutes: range) -> list[Candle]:
        """List a market's traded candles in a span, in time order."""
        candles_by_minute = self.candles.get(market, {})
        return [
            candles_by_minute[minute]
            for minute in sorted(candles_by_minute)
            if minute in minutes and candles_by_minute[minute].volume > 0
        ]

    def list_fx_closes(self, quote: str, minute: int) -> list[float]:
        """List the closes of every venue's spot market q/USD that traded in a minute, small ones too (section 2)."""
        traded = [self.find_traded(market, minute) for market in self.candles if market.symbol == f"{quote}/USD"]
        return [candle.close for candle in traded if candle is not None]

    def is_assumed(self, quote: str) -> bool:
        """Whether q/USD never traded in the window or the 5 minutes before it, so that q counts 1:1 (section 2)."""
        if self.setup.as_is or quote == "USD":
            return False
        minutes = range(self.setup.start - CARRY, self.setup.end)
        return not any(self.list_traded(market, minutes) for market in self.candles if market.symbol == f"{quote}/USD")

    def get_fx(self, quote: str, minute: int) -> float | None:
        """Give the USD per unit of a quote in a minute, None without a rate at most 5 minutes old (section 2)."""
        if (quote, minute) not in self.fx_cache:
            self.fx_cache[quote, minute] = self._compute_fx(quote, minute)
        return self.fx_cache[quote, minute]

    def _compute_fx(self, quote: str, minute: int) -> float | None:
        if self.setup.as_is or quote == "USD" or self.is_assumed(quote):
            return 1.0
        for earlier in range(CARRY + 1):
            closes = self.list_fx_closes(quote, minute - earlier)
            if closes:
                return median(closes)
        return None

    def compute_price(self, market: OracleMarket, minute: int) -> float | None:
        """Give the converted close of a traded minute, None where not traded or unpriced (section 2)."""
        candle, rate = self.find_traded(market, minute), self.get_fx(market.quote, minute)
        return None if candle is None or rate is None else candle.close * rate

    def classify_minute(self, market: OracleMarket, minute: int) -> State:
        """Give the state of a market in a minute (section 1)."""
        candle = self.find_traded(market, minute)
        if candle is None:
            is_covered = any(start <= minute < end for start, end in self.covered.get(market, []))
            return "quiet" if is_covered or minute in self.candles.get(market, {}) else "missing"
        price = self.compute_price(market, minute)
        if price is None:
            return "unpriced"
        return "voting" if candle.volume * price >= self.setup.min_vote else "small"

    def find_vote(self, market: OracleMarket, minute: int) -> float | None:
        """Give the price of a voting minute, None for any other (section 1)."""
        return self.compute_price(market, minute) if self.classify_minute(market, minute) == "voting" else None

    def compute_low(self, market: OracleMarket, minute: int) -> float | None:
        """Give the converted low of a traded minute (section 2: high and low likewise)."""
        candle, rate = self.find_traded(market, minute), self.get_fx(market.quote, minute)
        return None if candle is None or rate is None else candle.low * rate

    def compute_range(self, market: OracleMarket, minute: int) -> PriceBounds | None:
        """Give the range of a market in a minute: low, high and the close before (section 4)."""
        candle, rate = self.find_traded(market, minute), self.get_fx(market.quote, minute)
        previous_close = self.find_close_before(market, minute)
        if candle is None or rate is None or previous_close is None:
            return None
        return PriceBounds(min(candle.low * rate, previous_close), max(candle.high * rate, previous_close))

    def find_close_before(self, market: OracleMarket, minute: int) -> float | None:
        """Give the last traded close at most 5 minutes earlier with only quiet minutes between (section 4).

        It is converted with the fx of its own minute; None where that is None.
        """
        for earlier in range(minute - 1, minute - CARRY - 1, -1):
            if self.find_traded(market, earlier) is not None:
                return self.compute_price(market, earlier)
            if self.classify_minute(market, earlier) != "quiet":
                return None
        return None


def sum_turnover(book: CandleBook, market: OracleMarket, minutes: range) -> float:
    """Sum volume x close, unconverted, over a span (section 2)."""
    return math.fsum(candle.volume * candle.close for candle in book.list_traded(market, minutes))


def pick_busiest(book: CandleBook, markets: Sequence[OracleMarket]) -> OracleMarket:
    """Choose the one market of a venue, group and kind: by calm span, else the day before, else the window.

    Section 2: a span in which all have 0 is skipped; equal sums are decided alphabetically.
    """
    setup = book.setup
    calm_spans = [] if setup.calm is None else [range(*setup.calm)]
    for minutes in (*calm_spans, setup.list_day_before(), setup.list_window()):
        turnovers = {market: sum_turnover(book, market, minutes) for market in sorted(markets)}
        if any(turnovers.values()):
            return max(turnovers, key=lambda market: turnovers[market])  # the first of equals: alphabetical
    return min(markets)


def has_candle(book: CandleBook, market: OracleMarket) -> bool:
    """Whether a market has any candle in the window, with volume or without (section 2)."""
    return any(minute in book.setup.list_window() for minute in book.candles.get(market, {}))


def parse_item_venue(item: str) -> str:
    """Name the venue of an item of the venue list: kraken in kraken:BTC/USDC."""
    return item.split(":", 1)[0]


def parse_item_market(item: str) -> OracleMarket | None:
    """Give the market of an item that names one outright (a derivative's symbol holds a colon of its own)."""
    venue, separator, symbol = item.partition(":")
    return OracleMarket(venue, symbol) if separator else None


def list_fixed_markets(setup: OracleQuestion) -> dict[tuple[str, Group, str], OracleMarket]:
    """Give the markets named outright, by the place they fix (section 2); the first named keeps a place."""
    fixed: dict[tuple[str, Group, str], OracleMarket] = {}
    for item in setup.venues or ():
        market = parse_item_market(item)
        group = None if market is None else market.group_of(setup)
        if market is not None and group is not None and market.base == setup.asset:
            fixed.setdefault((market.venue, group, market.kind), market)
    return fixed


def choose_markets(book: CandleBook, base: str) -> list[OracleMarket]:
    """Choose one market per venue, group and kind among those with a candle in the window (section 2)."""
    markets_by_place: dict[tuple[str, Group, str], list[OracleMarket]] = defaultdict(list)
    for market in book.candles:
        group = market.group_of(book.setup)
        if market.base == base and group is not None and has_candle(book, market):
            markets_by_place[market.venue, group, market.kind].append(market)
    fixed = list_fixed_markets(book.setup) if base == book.setup.asset else {}
    chosen = []
    for place, markets in markets_by_place.items():
        market = fixed.get(place) or pick_busiest(book, markets)
        if market in markets:
            chosen.append(market)
    return chosen


def is_named(setup: OracleQuestion, venue: str) -> bool:
    """Whether a venue takes part in this run (section 2)."""
    return setup.venues is None or venue in {parse_item_venue(item) for item in setup.venues}


def build_sort_key(setup: OracleQuestion) -> Callable[[OracleMarket], tuple[str, str, str]]:
    """Sort rows by venue, group, kind."""
    return lambda market: (market.venue, str(market.group_of(setup)), market.kind)


class OracleRun:
    """The markets of one run, and their votes on each other (sections 2, 3 and 6)."""

    def __init__(self, book: CandleBook) -> None:
        self.book = book
        self.setup = setup = book.setup
        named_markets = [market for market in choose_markets(book, setup.asset) if is_named(setup, market.venue)]
        self.rows: list[OracleMarket] = sorted(named_markets, key=build_sort_key(setup))
        # Section 2: the underlying always uses every venue in the data.
        underlying_markets = [] if setup.underlying is None else choose_markets(book, setup.underlying)
        self.underlying: list[OracleMarket] = sorted(
            (m for m in underlying_markets if m.kind == "spot"), key=build_sort_key(setup)
        )
        self.ratio_cache: dict[str, RatioSample | None] = {}
        self.weight_cache: dict[OracleMarket, int] = {}

    def list_spot(self, group: Group) -> list[OracleMarket]:
        """List the asset's spot rows of a group."""
        return [market for market in self.rows if market.kind == "spot" and market.group_of(self.setup) == group]

    def list_peers(self, market: OracleMarket, group: Group) -> list[OracleMarket]:
        """List whose votes count for a market against a group: never its own family's (sections 2, 3 and 6)."""
        own_family = self.setup.family_of(market.venue)
        return [other for other in self.list_voters(group) if self.setup.family_of(other.venue) != own_family]

    def list_voters(self, group: Group) -> list[OracleMarket]:
        """List the spot markets of a group that can vote: the asset's, or the underlying's (sections 2 and 6)."""
        if self.setup.underlying is None:
            return self.list_spot(group)
        return [other for other in self.underlying if other.group_of(self.setup) == group]

    def get_weight(self, market: OracleMarket, group: Group) -> int:
        """Give the capped weight of a voter of a group (section 3)."""
        if market not in self.weight_cache:
            uncapped = {other: count_cents_before(self.book, other) for other in self.list_voters(group)}
            cap = max(1, math.floor(Fraction(40, 100) * sum(uncapped.values())))
            self.weight_cache |= {other: min(cents, cap) for other, cents in uncapped.items()}
        return self.weight_cache[market]

    def compute_reference(self, votes: dict[OracleMarket, float], group: Group) -> float | None:
        """Give the median or weighted median of the votes (section 3)."""
        if not votes:
            return None
        if not self.setup.weighted:
            return median(votes.values())
        return compute_weighted_median([(vote, self.get_weight(peer, group)) for peer, vote in votes.items()])

    def find_scale(self, market: OracleMarket) -> float | None:
        """Give the factor from a peer's price to the market's: 1, or the ratio of section 6 (None: no ratio)."""
        if self.setup.underlying is None:
            return 1.0
        ratio = self.get_ratio(market.venue)
        return None if ratio is None else ratio.value

    def get_ratio(self, venue: str) -> RatioSample | None:
        """Give the ratio that holds for a venue (section 6)."""
        if venue not in self.ratio_cache:
            self.ratio_cache[venue] = self._compute_ratio(venue)
        return self.ratio_cache[venue]

    def _compute_ratio(self, venue: str) -> RatioSample | None:
        setup, book = self.setup, self.book
        span = range(setup.start - 36 * 60, setup.start - 8 * 60) if setup.calm is None else range(*setup.calm)
        if setup.ratio_market is not None:
            closes = [candle.close for candle in book.list_traded(OracleMarket(venue, setup.ratio_market), span)]
            if len(closes) >= RATIO_MINUTES:
                return RatioSample(median(closes), closes, "ratio market")
        wrapped, underlying = (
            OracleMarket(venue, f"{setup.asset}/USDT"),
            OracleMarket(venue, f"{setup.underlying}/USDT"),
        )
        closes = []
        for minute in sorted(book.candles.get(wrapped, {})):
            states = {book.classify_minute(wrapped, minute), book.classify_minute(underlying, minute)}
            wrapped_candle, underlying_candle = book.find_traded(wrapped, minute), book.find_traded(underlying, minute)
            if minute in span and states == {"voting"} and wrapped_candle is not None and underlying_candle is not None:
                closes.append(wrapped_candle.close / underlying_candle.close)
        return RatioSample(median(closes), closes, "usdt closes") if closes else None

    def build_cell(self, market: OracleMarket, group: Group, minute: int) -> OracleCell:
        """Compare one market in one minute with one group (sections 3 and 4)."""
        book, scale = self.book, self.find_scale(market)
        peers = [] if scale is None else self.list_peers(market, group)
        factor = 1.0 if scale is None else scale
        votes_by_peer = {peer: book.find_vote(peer, minute) for peer in peers}
        votes = {peer: vote * factor for peer, vote in votes_by_peer.items() if vote is not None}
        reference = self.compute_reference(votes, group)
        price = book.find_vote(market, minute)
        if price is None or reference is None:
            return OracleCell(minute, len(votes), reference)
        wick_shallow, wick_deep, sure = self.compute_ranges(market, minute, list(votes), factor)
        gap = price / min(votes.values()) - 1
        return OracleCell(minute, len(votes), reference, price / reference - 1, gap, wick_shallow, wick_deep, sure)

    def compute_ranges(
        self, market: OracleMarket, minute: int, voters: list[OracleMarket], factor: float
    ) -> tuple[float | None, float | None, float | None]:
        """Give wick bounds and the order-proof number, where 3 voting peers have a range (section 4)."""
        book = self.book
        spans = [span for span in (book.compute_range(peer, minute) for peer in voters) if span is not None]
        low = book.compute_low(market, minute)
        if len(spans) < FIRM_VOTES or low is None:
            return None, None, None
        lows, highs = median(span.low * factor for span in spans), median(span.high * factor for span in spans)
        own_range = book.compute_range(market, minute)
        return low / lows - 1, low / highs - 1, None if own_range is None else own_range.high / lows - 1


def count_cents_before(book: CandleBook, market: OracleMarket) -> int:
    """Sum the cents traded in each minute of the day before the window, each rounded down; at least 1 (section 3)."""
    cents = 0
    for minute in book.setup.list_day_before():
        candle, price = book.find_traded(market, minute), book.compute_price(market, minute)
        if candle is not None and price is not None:
            cents += math.floor(100 * candle.volume * price)
    return max(1, cents)


def compute_weighted_median(votes: list[tuple[float, int]]) -> float:
    """Give the first price with more than half of the weight at or below it; at exactly half, the mean (section 3)."""
    prices = sorted({price for price, _ in votes})
    total = sum(weight for _, weight in votes)
    for price, next_price in zip(prices, [*prices[1:], math.inf], strict=True):
        share = Fraction(sum(weight for other, weight in votes if other <= price), total)
        if share > Fraction(1, 2):
            return price
        if share == Fraction(1, 2):
            return (price + next_price) / 2
    message = "all of the weight is more than half of it"
    raise AssertionError(message)


def find_least(pairs: Iterable[tuple[float | None, int]]) -> tuple[float | None, int | None]:
    """Give the smallest value and its first minute; None for both without a value."""
    known_pairs = [(value, minute) for value, minute in pairs if value is not None]
    return min(known_pairs) if known_pairs else (None, None)


def list_deviations(cells: Iterable[OracleCell]) -> list[float]:
    """List the known deviations."""
    return [cell.d for cell in cells if cell.d is not None]


def count_at_most(values: Iterable[float | None], limit_value: float) -> int:
    """Count the known values that are at most a limit (section 1)."""
    return sum(1 for value in values if value is not None and is_at_most(value, limit_value))


def summarize_against(run: OracleRun, market: OracleMarket, group: Group) -> Json:
    """Summarize a market over the window against one group (section 5)."""
    setup = run.setup
    cells = [run.build_cell(market, group, minute) for minute in setup.list_window()]
    firm = [cell for cell in cells if cell.firm]
    depth, depth_at = find_least((cell.d, cell.minute) for cell in firm)
    gap_depth, gap_at = find_least((cell.gap, cell.minute) for cell in firm)
    wick_shallow, wick_at = find_least((cell.wick_shallow, cell.minute) for cell in firm)
    sure_depth, _ = find_least((cell.sure, cell.minute) for cell in firm)
    firm_deviations = list_deviations(firm)
    return {
        "firm_min": len(firm),
        "depth": depth,
        "depth_at": depth_at,
        "below_min": count_at_most(firm_deviations, -setup.enter),
        "above_min": sum(1 for d in firm_deviations if is_at_least(d, setup.enter)),
        "threshold_min": {str(x): count_at_most(firm_deviations, -x / 100) for x in THRESHOLDS_PCT},
        "gap_depth": gap_depth,
        "gap_at": gap_at,
        "alone_below_min": count_at_most((cell.gap for cell in firm), -setup.enter),
        "wick_at": wick_at,
        "wick_shallow": wick_shallow,
        "wick_deep": next((cell.wick_deep for cell in firm if cell.minute == wick_at), None),
        "sure_depth": sure_depth,
        "sure_min": count_at_most((cell.sure for cell in firm), -setup.enter),
        "thin": summarize_thin(cells, setup),
        "baseline": summarize_baseline(run, market, group),
        "episodes": sorted(
            find_episodes(cells, setup, "below") + find_episodes(cells, setup, "above"), key=get_episode_start
        ),
    }


def summarize_thin(cells: list[OracleCell], setup: OracleQuestion) -> Json:
    """Summarize the thin minutes (sections 3 and 5)."""
    thin_cells = [cell for cell in cells if cell.thin]
    depth, depth_at = find_least((cell.d, cell.minute) for cell in thin_cells)
    below = count_at_most(list_deviations(thin_cells), -setup.enter)
    return {"minutes": len(thin_cells), "depth": depth, "depth_at": depth_at, "below_min": below}


def summarize_baseline(run: OracleRun, market: OracleMarket, group: Group) -> Json:
    """Give count, least and most of d over the firm minutes of the 24 h before the window (section 5)."""
    minutes = [candle.minute for candle in run.book.list_traded(market, run.setup.list_day_before())]
    cells = [run.build_cell(market, group, minute) for minute in minutes]
    firm_deviations = list_deviations(cell for cell in cells if cell.firm)
    return {
        "n": len(firm_deviations),
        "min": min(firm_deviations, default=None),
        "max": max(firm_deviations, default=None),
    }


@dataclass
class RunningEpisode:
    """An open episode: its first minute, and the run of minutes that may end it (section 5)."""

    start: int
    recovered: list[int] = field(default_factory=list)


def get_episode_start(episode: Json) -> int:
    """Give the key that episodes are sorted by."""
    start: int = episode["start"]
    return start


def find_episodes(cells: list[OracleCell], setup: OracleQuestion, direction: Literal["below", "above"]) -> list[Json]:
    """Find the episodes in one direction (section 5).

    An episode above is an episode below of the mirrored deviations.
    """
    sign = 1 if direction == "below" else -1
    results: list[Json] = []
    running: RunningEpisode | None = None
    for cell in cells:
        if cell.d is None:
            continue  # unobserved minutes neither start, confirm nor end
        signed_deviation = sign * cell.d
        if running is None:
            running = RunningEpisode(cell.minute) if is_at_most(signed_deviation, -setup.enter) else None
            continue
        running.recovered = [] if is_at_most(signed_deviation, -setup.exit) else [*running.recovered, cell.minute]
        if len(running.recovered) == setup.confirm:
            span = range(running.start, running.recovered[0])
            results.append(describe_episode(cells, span, sign) | {"direction": direction, "open": False})
            running = None
    if running is not None:
        span = range(running.start, setup.end)
        results.append(describe_episode(cells, span, sign) | {"direction": direction, "open": True})
    return results


def describe_episode(cells: list[OracleCell], span: range, sign: int) -> Json:
    """Describe one episode that covers a span (section 5); `sign` is 1 below and -1 above."""
    observed_cells = [cell for cell in cells if cell.minute in span and cell.d is not None]
    mirrored_depth, depth_at = find_least(
        (sign * d, cell.minute) for cell, d in zip(observed_cells, list_deviations(observed_cells), strict=True)
    )
    if mirrored_depth is None or depth_at is None:
        message = "an episode holds at least the minute that started it"
        raise AssertionError(message)
    return {
        "start": span.start,
        "end": span.stop,
        "depth": sign * mirrored_depth,
        "depth_at": depth_at,
        "duration_min": len(span),
        "observed_min": len(observed_cells),
        "firm_min": sum(1 for cell in observed_cells if cell.firm),
        "unobserved_min": len(span) - len(observed_cells),
        "area_pct_min": 100 * math.fsum(abs(d) for d in list_deviations(observed_cells) if sign * d < 0),
        "half_recovery_min": find_half_recovery(cells, depth_at, mirrored_depth, sign),
    }


def find_half_recovery(cells: list[OracleCell], depth_at: int, mirrored_depth: float, sign: int) -> int | None:
    """Give the minutes from the depth until d is less than half of it or on the other side (section 5)."""
    for cell in cells:
        if cell.minute <= depth_at or cell.d is None:
            continue
        if not is_at_least(abs(cell.d), abs(mirrored_depth) / 2) or sign * cell.d > 0:
            return cell.minute - depth_at
    return None


def find_lowest_trade(book: CandleBook, market: OracleMarket) -> tuple[float | None, int | None]:
    """Give the lowest converted price over all traded minutes of the window, and its minute (section 5)."""
    return find_least((book.compute_low(market, minute), minute) for minute in book.setup.list_window())


def sum_volume_usd(book: CandleBook, market: OracleMarket, minutes: range) -> float:
    """Sum volume x converted close over the traded minutes that have a USD value; 0 where there is none (section 5)."""
    priced_candles = (
        (candle, book.compute_price(market, candle.minute)) for candle in book.list_traded(market, minutes)
    )
    return math.fsum(candle.volume * price for candle, price in priced_candles if price is not None)


def compute_volume_share(run: OracleRun, market: OracleMarket, group: Group) -> dict[str, float | None]:
    """Give the share of the window's volume that traded in firm minutes with d <= -x (section 5)."""
    candles = run.book.list_traded(market, run.setup.list_window())
    cells = [run.build_cell(market, group, candle.minute) for candle in candles]
    total = math.fsum(candle.volume for candle in candles)
    shares: dict[str, float | None] = {}
    for x in THRESHOLDS_PCT:
        deep_volumes = [
            candle.volume
            for candle, cell in zip(candles, cells, strict=True)
            if cell.firm and cell.d is not None and is_at_most(cell.d, -x / 100)
        ]
        shares[str(x)] = math.fsum(deep_volumes) / total if total > 0 else None
    return shares


def list_minutes(run: OracleRun, market: OracleMarket) -> list[Json]:
    """List every minute of the window with state, price and both comparisons."""
    return [
        {
            "minute": minute,
            "state": run.book.classify_minute(market, minute),
            "price": run.book.compute_price(market, minute),
            "against": {group: run.build_cell(market, group, minute).to_json() for group in GROUPS},
        }
        for minute in run.setup.list_window()
    ]


def build_row(run: OracleRun, market: OracleMarket, group: Group) -> Json:
    """Give all results of one market except its rank (section 5)."""
    states = [run.book.classify_minute(market, minute) for minute in run.setup.list_window()]
    low, low_at = find_lowest_trade(run.book, market)
    return {
        "venue": market.venue,
        "symbol": market.symbol,
        "kind": market.kind,
        "group": group,
        **{f"{state}_min": states.count(state) for state in ("voting", "small", "quiet", "missing", "unpriced")},
        "low": low,
        "low_at": low_at,
        "volume_usd_before": sum_volume_usd(run.book, market, run.setup.list_day_before()),
        "volume_share": compute_volume_share(run, market, group),
        "rank": {"deepest": "not ranked", "longest": "not ranked"},
        "against": {other: summarize_against(run, market, other) for other in GROUPS},
        "minutes": list_minutes(run, market),
    }


def list_ranked(rows: list[Json], group: Group, setup: OracleQuestion) -> list[Json]:
    """List the spot rows firm in at least 80 % of the window's minutes, none where fewer than 4 are (section 7)."""
    firm_rows = [
        row
        for row in rows
        if row["kind"] == "spot"
        and row["group"] == group
        and 100 * row["against"][group]["firm_min"] >= 80 * len(setup.list_window())
    ]
    return firm_rows if len(firm_rows) >= RANKED_VENUES else []


def choose_rank_word(leads: list[float], needed: float, word: str) -> str:
    """Give one venue's rank from its leads over each other ranked venue (section 7)."""
    if all(is_at_least(lead, needed) for lead in leads):
        return word
    if any(is_at_least(-lead, needed) for lead in leads):
        return f"not {word}"
    return "too close to call"


def fill_ranks(rows: list[Json], setup: OracleQuestion) -> None:
    """Fill in the ranks within each group; assets of section 6 are never ranked (sections 6 and 7)."""
    for group in GROUPS if setup.underlying is None else ():
        ranked_rows = list_ranked(rows, group, setup)
        for row in ranked_rows:
            other_numbers = [other["against"][group] for other in ranked_rows if other is not row]
            own_numbers = row["against"][group]
            depth_leads = [other["depth"] - own_numbers["depth"] for other in other_numbers]
            duration_leads = [float(own_numbers["below_min"] - other["below_min"]) for other in other_numbers]
            row["rank"] = {
                "deepest": choose_rank_word(depth_leads, DEPTH_LEAD, "deepest"),
                "longest": choose_rank_word(duration_leads, LONGEST_LEAD_MIN, "longest"),
            }


def interpolate_percentile(values: list[float], share: float) -> float:
    """Interpolate linearly between the sorted values around a share of the way (section 6)."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    lower_index = math.floor(position)
    upper_index = min(lower_index + 1, len(ordered) - 1)
    return ordered[lower_index] + (position - lower_index) * (ordered[upper_index] - ordered[lower_index])


def describe_fair_value(run: OracleRun) -> Json | None:
    """Give the ratio of the focus venue if it has a row, else of the first row (section 6)."""
    if run.setup.underlying is None or not run.rows:
        return None
    venues = [market.venue for market in run.rows]
    ratio = run.get_ratio(run.setup.focus if run.setup.focus in venues else venues[0])
    return {
        "underlying": run.setup.underlying,
        "ratio": None if ratio is None else ratio.value,
        "ratio_min": 0 if ratio is None else len(ratio.values),
        "p5": None if ratio is None else interpolate_percentile(ratio.values, 0.05),
        "p95": None if ratio is None else interpolate_percentile(ratio.values, 0.95),
        "source": None if ratio is None else ratio.source,
    }


def find_path(run: OracleRun, group: Group) -> Json:
    """Give onset and bottom of the median of all voting spot prices of a group (section 10)."""

    def compute_median(minute: int) -> float | None:
        votes = [run.book.find_vote(market, minute) for market in run.list_spot(group)]
        known_votes = [vote for vote in votes if vote is not None]
        return median(known_votes) if known_votes else None

    onset_minute = None
    for minute in run.setup.list_window():
        current_median, previous_median = compute_median(minute), compute_median(minute - 1)
        if (
            onset_minute is None
            and current_median is not None
            and previous_median is not None
            and is_at_most(current_median / previous_median - 1, -0.01)
        ):
            onset_minute = minute
    _, bottom = find_least((compute_median(minute), minute) for minute in run.setup.list_window())
    return {"onset": onset_minute, "bottom": bottom}


def compute_gap(above: float | None, below: float | None) -> float | None:
    """Give a / b - 1 where both are known."""
    return None if above is None or below is None else above / below - 1


def build_lows(rows: list[Json], setup: OracleQuestion) -> Json:
    """Give the table of lows (section 8).

    `rows`: one per spot row, low and minute. `lowest`, `second_lowest`: venues, by the lowest of their rows (equal
    lows alphabetically). `gap_to_second`: the focus venue's lowest over the least of all other venues' lows - 1.
    `focus`: one per spot row of the focus venue, with the aligned gaps and the wick bounds in the minute of its low.
    """
    spot = [row for row in rows if row["kind"] == "spot"]
    by_venue: dict[str, float] = {}
    by_group: dict[Group, float] = {}
    for row in spot:
        if row["low"] is not None:
            by_venue[row["venue"]] = min(row["low"], by_venue.get(row["venue"], math.inf))
            by_group[row["group"]] = min(row["low"], by_group.get(row["group"], math.inf))
    venues = sorted(by_venue, key=lambda venue: (by_venue[venue], venue))
    other_lows = [low for venue, low in by_venue.items() if venue != setup.focus]
    return {
        "rows": [{name: row[name] for name in ("venue", "symbol", "group", "low", "low_at")} for row in spot],
        "lowest": venues[0] if venues else None,
        "second_lowest": venues[1] if len(venues) > 1 else None,
        "gap_to_second": compute_gap(by_venue.get(setup.focus), min(other_lows, default=None)),
        "usdt_low": by_group.get("usdt"),
        "usd_low": by_group.get("usd"),
        "usdt_usd_gap": compute_gap(by_group.get("usdt"), by_group.get("usd")),
        "focus": [build_aligned_low(row) for row in spot if row["venue"] == setup.focus],
    }


def build_aligned_low(row: Json) -> Json:
    """Give the aligned numbers of a row's low (section 8)."""
    at_low = next((minute["against"] for minute in row["minutes"] if minute["minute"] == row["low_at"]), None)
    return {
        **{name: row[name] for name in ("symbol", "group", "low", "low_at")},
        "against": {
            group: {
                "gap_depth": row["against"][group]["gap_depth"],
                "wick_shallow_at_low": None if at_low is None else at_low[group]["wick_shallow"],
                "wick_deep_at_low": None if at_low is None else at_low[group]["wick_deep"],
            }
            for group in GROUPS
        },
    }


def list_absent(run: OracleRun) -> list[str]:
    """List the items of the venue list that got no row, as typed (section 2)."""
    venues = {market.venue for market in run.rows}
    return [
        item
        for item in run.setup.venues or ()
        if (parse_item_market(item) not in run.rows if ":" in item else item not in venues)
    ]


def list_left_out(run: OracleRun) -> list[Json]:
    """Name the asset's markets in the window whose quote has no USD value here, ratio markets excepted (section 2)."""
    setup, book = run.setup, run.book
    excluded = [
        market
        for market in book.candles
        if market.base == setup.asset
        and market.group_of(setup) is None
        and is_named(setup, market.venue)
        and has_candle(book, market)
        and not (setup.underlying is not None and market.symbol == setup.ratio_market)
    ]
    return [{"venue": market.venue, "symbol": market.symbol, "why": "quote"} for market in sorted(excluded)]


def measure(candles: list[Candle], covered: list[CoveredSpan], setup: OracleQuestion) -> Json:
    """Measure an asset over a window; every number follows docs/method.md."""
    if setup.exit > setup.enter or setup.end <= setup.start:
        message = "exit above enter, or an empty window (section 1)"
        raise ValueError(message)
    book = CandleBook(candles, covered, setup)
    run = OracleRun(book)
    groups = [(market, market.group_of(setup)) for market in run.rows]
    rows = [build_row(run, market, group) for market, group in groups if group is not None]
    fill_ranks(rows, setup)
    quotes = sorted({market.quote for market in (*run.rows, *run.underlying)})
    return {
        "fx_assumed": [quote for quote in quotes if book.is_assumed(quote)],
        "absent": list_absent(run),
        "left_out": list_left_out(run),
        "fair_value": describe_fair_value(run),
        "venues": rows,
        "path": {group: find_path(run, group) for group in GROUPS},
        "lows": build_lows(rows, setup),
    }
