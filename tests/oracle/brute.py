"""The method page, spelled out minute by minute in plain Python: slow, obvious, and apart from the fast program.

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
Covered = tuple[str, str, int, int]
Json = dict[str, Any]

GROUPS: tuple[Group, Group] = ("usdt", "usd")
PER_CENTS = (1, 2, 5, 10, 20, 50)
TOLERANCE = 1e-12  # section 1: what comparisons with thresholds allow
DAY = 24 * 60
CARRY = 5  # minutes: sections 2 (fx) and 4 (ranges)
FIRM = 3  # votes: section 3; peer ranges: section 4
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
class Setup:
    """What is asked: asset, window, event and parameters."""

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

    def family(self, venue: str) -> str:
        """Name the family of a venue: members of one never vote on each other (section 2)."""
        return self.families.get(venue, venue)

    def window(self) -> range:
        """List the minutes of the window."""
        return range(self.start, self.end)

    def day_before(self) -> range:
        """List the minutes of the 24 hours before the window."""
        return range(self.start - DAY, self.start)


class Market(NamedTuple):
    """A venue and a symbol (section 2)."""

    venue: str
    symbol: str

    @property
    def base(self) -> str:
        """What is traded: ATOM in ATOM/USDT:USDT."""
        return self.symbol.split(":")[0].split("/")[0]

    @property
    def quote(self) -> str:
        """What it is priced in: USDT in ATOM/USDT:USDT."""
        return self.symbol.split(":")[0].split("/")[-1]

    @property
    def kind(self) -> Literal["spot", "derivative"]:
        """Tell spot from derivative by the colon (section 2)."""
        return "derivative" if ":" in self.symbol else "spot"

    def group(self, setup: Setup) -> Group | None:
        """Name the quote group, None for a quote without a USD value here (section 2)."""
        if self.quote == "USD":
            return "usd"
        return "usdt" if self.quote in setup.stablecoins else None


class Span(NamedTuple):
    """Lowest and highest price that a market can have stood at during a minute (section 4)."""

    low: float
    high: float


class Ratio(NamedTuple):
    """The market-implied pre-event ratio of a venue, with what it was made from (section 6)."""

    value: float
    values: list[float]
    source: Literal["ratio market", "usdt closes"]


@dataclass(frozen=True)
class Cell:
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
        return self.d is not None and self.votes >= FIRM

    @property
    def thin(self) -> bool:
        """Whether the market votes and only one or two others vote on it (section 3)."""
        return self.d is not None and self.votes < FIRM

    def as_json(self) -> Json:
        """Give the fields that another program can be compared with."""
        names = ("votes", "reference", "d", "gap", "wick_shallow", "wick_deep", "sure")
        return {name: getattr(self, name) for name in names}


def at_most(value: float, limit: float) -> bool:
    """Compare as value <= limit, where equal means equal to 1e-12 (section 1)."""
    return value <= limit + TOLERANCE


def at_least(value: float, limit: float) -> bool:
    """Compare as value >= limit, where equal means equal to 1e-12 (section 1)."""
    return value >= limit - TOLERANCE


class Money:
    """Candles by market and minute, their states, and their worth in USD (sections 1 and 2)."""

    def __init__(self, candles: Iterable[Candle], covered: Iterable[Covered], setup: Setup) -> None:
        self.setup = setup
        self.candles: dict[Market, dict[int, Candle]] = defaultdict(dict)
        self.covered: dict[Market, list[tuple[int, int]]] = defaultdict(list)
        self.known_fx: dict[tuple[str, int], float | None] = {}
        for candle in candles:
            self.candles[Market(candle.venue, candle.symbol)][candle.minute] = candle
        for venue, symbol, start, end in covered:
            self.covered[Market(venue, symbol)].append((start, end))

    def traded(self, market: Market, minute: int) -> Candle | None:
        """Give the candle of a minute with trades; a candle without volume is none (section 1)."""
        candle = self.candles.get(market, {}).get(minute)
        return candle if candle is not None and candle.volume > 0 else None

    def traded_in(self, market: Market, minutes: range) -> list[Candle]:
        """List a market's traded candles in a span, in time order."""
        own = self.candles.get(market, {})
        return [own[minute] for minute in sorted(own) if minute in minutes and own[minute].volume > 0]

    def fx_closes(self, quote: str, minute: int) -> list[float]:
        """List the closes of every venue's spot market q/USD that traded in a minute, small ones too (section 2)."""
        found = [self.traded(market, minute) for market in self.candles if market.symbol == f"{quote}/USD"]
        return [candle.close for candle in found if candle is not None]

    def assumed(self, quote: str) -> bool:
        """Whether q/USD never traded in the window or the 5 minutes before it, so that q counts 1:1 (section 2)."""
        if self.setup.as_is or quote == "USD":
            return False
        near = range(self.setup.start - CARRY, self.setup.end)
        return not any(self.traded_in(market, near) for market in self.candles if market.symbol == f"{quote}/USD")

    def fx(self, quote: str, minute: int) -> float | None:
        """Give the USD per unit of a quote in a minute, None where nothing at most 5 minutes old says (section 2)."""
        if (quote, minute) not in self.known_fx:
            self.known_fx[quote, minute] = self._fx(quote, minute)
        return self.known_fx[quote, minute]

    def _fx(self, quote: str, minute: int) -> float | None:
        if self.setup.as_is or quote == "USD" or self.assumed(quote):
            return 1.0
        for earlier in range(CARRY + 1):
            closes = self.fx_closes(quote, minute - earlier)
            if closes:
                return median(closes)
        return None

    def price(self, market: Market, minute: int) -> float | None:
        """Give the converted close of a traded minute, None where not traded or unpriced (section 2)."""
        candle, rate = self.traded(market, minute), self.fx(market.quote, minute)
        return None if candle is None or rate is None else candle.close * rate

    def state(self, market: Market, minute: int) -> State:
        """Sort a minute of a market into the five states (section 1)."""
        candle = self.traded(market, minute)
        if candle is None:
            inside = any(start <= minute < end for start, end in self.covered.get(market, []))
            return "quiet" if inside or minute in self.candles.get(market, {}) else "missing"
        price = self.price(market, minute)
        if price is None:
            return "unpriced"
        return "voting" if candle.volume * price >= self.setup.min_vote else "small"

    def vote(self, market: Market, minute: int) -> float | None:
        """Give the price that a market brings into references and deviations: that of a voting minute (section 1)."""
        return self.price(market, minute) if self.state(market, minute) == "voting" else None

    def low(self, market: Market, minute: int) -> float | None:
        """Give the converted low of a traded minute (section 2: high and low likewise)."""
        candle, rate = self.traded(market, minute), self.fx(market.quote, minute)
        return None if candle is None or rate is None else candle.low * rate

    def span(self, market: Market, minute: int) -> Span | None:
        """Give the range of a market in a minute: low, high and the close that stood before (section 4)."""
        candle, rate = self.traded(market, minute), self.fx(market.quote, minute)
        before = self.close_before(market, minute)
        if candle is None or rate is None or before is None:
            return None
        return Span(min(candle.low * rate, before), max(candle.high * rate, before))

    def close_before(self, market: Market, minute: int) -> float | None:
        """Give the last traded close at most 5 minutes earlier with only quiet minutes between (section 4).

        It is converted with its own minute's fx; where that is null there is nothing to extend the range by.
        """
        for earlier in range(minute - 1, minute - CARRY - 1, -1):
            if self.traded(market, earlier) is not None:
                return self.price(market, earlier)
            if self.state(market, earlier) != "quiet":
                return None
        return None


def turnover(money: Money, market: Market, minutes: range) -> float:
    """Sum volume x close, unconverted, over a span (section 2)."""
    return math.fsum(candle.volume * candle.close for candle in money.traded_in(market, minutes))


def busiest(money: Money, markets: Sequence[Market]) -> Market:
    """Choose the one market of a venue, group and kind: by calm span, else the day before, else the window.

    Section 2: a span in which all have 0 says nothing; equal sums go alphabetically.
    """
    setup = money.setup
    calm = [] if setup.calm is None else [range(*setup.calm)]
    for minutes in (*calm, setup.day_before(), setup.window()):
        sums = {market: turnover(money, market, minutes) for market in sorted(markets)}
        if any(sums.values()):
            return max(sums, key=lambda market: sums[market])  # the first of equals: alphabetical
    return min(markets)


def has_candle(money: Money, market: Market) -> bool:
    """Whether a market has any candle in the window, be it without volume (section 2)."""
    return any(minute in money.setup.window() for minute in money.candles.get(market, {}))


def item_venue(item: str) -> str:
    """Name the venue of an item of the venue list: kraken in kraken:BTC/USDC."""
    return item.split(":", 1)[0]


def item_market(item: str) -> Market | None:
    """Give the market of an item that names one outright (a derivative's symbol holds a colon of its own)."""
    venue, colon, symbol = item.partition(":")
    return Market(venue, symbol) if colon else None


def fixed_markets(setup: Setup) -> dict[tuple[str, Group, str], Market]:
    """Give the markets named outright, by the place they fix (section 2); the first named keeps a place."""
    fixed: dict[tuple[str, Group, str], Market] = {}
    for item in setup.venues or ():
        market = item_market(item)
        group = None if market is None else market.group(setup)
        if market is not None and group is not None and market.base == setup.asset:
            fixed.setdefault((market.venue, group, market.kind), market)
    return fixed


def choose(money: Money, base: str) -> list[Market]:
    """Choose one market per venue, group and kind among those with a candle in the window (section 2)."""
    places: dict[tuple[str, Group, str], list[Market]] = defaultdict(list)
    for market in money.candles:
        group = market.group(money.setup)
        if market.base == base and group is not None and has_candle(money, market):
            places[market.venue, group, market.kind].append(market)
    fixed = fixed_markets(money.setup) if base == money.setup.asset else {}
    chosen = []
    for place, markets in places.items():
        market = fixed.get(place) or busiest(money, markets)
        if market in markets:
            chosen.append(market)
    return chosen


def is_named(setup: Setup, venue: str) -> bool:
    """Whether a venue takes part in this run (section 2)."""
    return setup.venues is None or venue in {item_venue(item) for item in setup.venues}


def order(setup: Setup) -> Callable[[Market], tuple[str, str, str]]:
    """Sort rows by venue, group, kind."""
    return lambda market: (market.venue, str(market.group(setup)), market.kind)


class Run:
    """The rows of one run, and who votes on whom (sections 2, 3 and 6)."""

    def __init__(self, money: Money) -> None:
        self.money = money
        self.setup = setup = money.setup
        named = [market for market in choose(money, setup.asset) if is_named(setup, market.venue)]
        self.rows: list[Market] = sorted(named, key=order(setup))
        # Section 2: the underlying always uses every venue in the data.
        every = [] if setup.underlying is None else choose(money, setup.underlying)
        self.underlying: list[Market] = sorted((m for m in every if m.kind == "spot"), key=order(setup))
        self.known_ratios: dict[str, Ratio | None] = {}
        self.known_weights: dict[Market, int] = {}

    def spot(self, group: Group) -> list[Market]:
        """List the asset's spot rows of a group."""
        return [market for market in self.rows if market.kind == "spot" and market.group(self.setup) == group]

    def peers(self, market: Market, group: Group) -> list[Market]:
        """List whose votes count for a market against a group: never its own family's (sections 2, 3 and 6)."""
        own = self.setup.family(market.venue)
        return [other for other in self.pool(group) if self.setup.family(other.venue) != own]

    def pool(self, group: Group) -> list[Market]:
        """List the spot markets of a group that can vote: the asset's, or the underlying's (sections 2 and 6)."""
        if self.setup.underlying is None:
            return self.spot(group)
        return [other for other in self.underlying if other.group(self.setup) == group]

    def weight(self, market: Market, group: Group) -> int:
        """Give the capped weight of a voter of a group (section 3)."""
        if market not in self.known_weights:
            uncapped = {other: cents_before(self.money, other) for other in self.pool(group)}
            cap = max(1, math.floor(Fraction(40, 100) * sum(uncapped.values())))
            self.known_weights |= {other: min(cents, cap) for other, cents in uncapped.items()}
        return self.known_weights[market]

    def reference(self, votes: dict[Market, float], group: Group) -> float | None:
        """Make one price of the votes (section 3)."""
        if not votes:
            return None
        if not self.setup.weighted:
            return median(votes.values())
        return weighted_median([(vote, self.weight(peer, group)) for peer, vote in votes.items()])

    def scale(self, market: Market) -> float | None:
        """Give the factor from a peer's price to the market's: 1, or the ratio of section 6 (None: no ratio)."""
        if self.setup.underlying is None:
            return 1.0
        ratio = self.ratio(market.venue)
        return None if ratio is None else ratio.value

    def ratio(self, venue: str) -> Ratio | None:
        """Give the ratio that holds for a venue (section 6)."""
        if venue not in self.known_ratios:
            self.known_ratios[venue] = self._ratio(venue)
        return self.known_ratios[venue]

    def _ratio(self, venue: str) -> Ratio | None:
        setup, money = self.setup, self.money
        span = range(setup.start - 36 * 60, setup.start - 8 * 60) if setup.calm is None else range(*setup.calm)
        if setup.ratio_market is not None:
            closes = [candle.close for candle in money.traded_in(Market(venue, setup.ratio_market), span)]
            if len(closes) >= RATIO_MINUTES:
                return Ratio(median(closes), closes, "ratio market")
        wrapped, underlying = Market(venue, f"{setup.asset}/USDT"), Market(venue, f"{setup.underlying}/USDT")
        closes = []
        for minute in sorted(money.candles.get(wrapped, {})):
            both = {money.state(wrapped, minute), money.state(underlying, minute)}
            above, below = money.traded(wrapped, minute), money.traded(underlying, minute)
            if minute in span and both == {"voting"} and above is not None and below is not None:
                closes.append(above.close / below.close)
        return Ratio(median(closes), closes, "usdt closes") if closes else None

    def cell(self, market: Market, group: Group, minute: int) -> Cell:
        """Hold one market in one minute against one group (sections 3 and 4)."""
        money, scale = self.money, self.scale(market)
        peers = [] if scale is None else self.peers(market, group)
        factor = 1.0 if scale is None else scale
        found = {peer: money.vote(peer, minute) for peer in peers}
        votes = {peer: vote * factor for peer, vote in found.items() if vote is not None}
        reference = self.reference(votes, group)
        price = money.vote(market, minute)
        if price is None or reference is None:
            return Cell(minute, len(votes), reference)
        shallow, deep, sure = self.ranges(market, minute, list(votes), factor)
        gap = price / min(votes.values()) - 1
        return Cell(minute, len(votes), reference, price / reference - 1, gap, shallow, deep, sure)

    def ranges(
        self, market: Market, minute: int, voters: list[Market], factor: float
    ) -> tuple[float | None, float | None, float | None]:
        """Give wick bounds and the order-proof number, where 3 voting peers have a range (section 4)."""
        money = self.money
        spans = [span for span in (money.span(peer, minute) for peer in voters) if span is not None]
        low = money.low(market, minute)
        if len(spans) < FIRM or low is None:
            return None, None, None
        lows, highs = median(span.low * factor for span in spans), median(span.high * factor for span in spans)
        own = money.span(market, minute)
        return low / lows - 1, low / highs - 1, None if own is None else own.high / lows - 1


def cents_before(money: Money, market: Market) -> int:
    """Sum the cents traded in each minute of the day before the window, each rounded down; at least 1 (section 3)."""
    cents = 0
    for minute in money.setup.day_before():
        candle, price = money.traded(market, minute), money.price(market, minute)
        if candle is not None and price is not None:
            cents += math.floor(100 * candle.volume * price)
    return max(1, cents)


def weighted_median(votes: list[tuple[float, int]]) -> float:
    """Go up the prices until more than half of the weight is behind; at exactly half take the mean (section 3)."""
    prices = sorted({price for price, _ in votes})
    whole = sum(weight for _, weight in votes)
    for price, following in zip(prices, [*prices[1:], math.inf], strict=True):
        share = Fraction(sum(weight for other, weight in votes if other <= price), whole)
        if share > Fraction(1, 2):
            return price
        if share == Fraction(1, 2):
            return (price + following) / 2
    message = "all of the weight is more than half of it"
    raise AssertionError(message)


def least(pairs: Iterable[tuple[float | None, int]]) -> tuple[float | None, int | None]:
    """Give the smallest value and the first minute in which it stood; None twice where there is no value."""
    known = [(value, minute) for value, minute in pairs if value is not None]
    return min(known) if known else (None, None)


def deviations(cells: Iterable[Cell]) -> list[float]:
    """List the known deviations."""
    return [cell.d for cell in cells if cell.d is not None]


def count_at_most(values: Iterable[float | None], limit: float) -> int:
    """Count the known values that are at most a limit (section 1)."""
    return sum(1 for value in values if value is not None and at_most(value, limit))


def against(run: Run, market: Market, group: Group) -> Json:
    """Sum up a market over the window against one group (section 5)."""
    setup = run.setup
    cells = [run.cell(market, group, minute) for minute in setup.window()]
    firm = [cell for cell in cells if cell.firm]
    depth, depth_at = least((cell.d, cell.minute) for cell in firm)
    gap_depth, gap_at = least((cell.gap, cell.minute) for cell in firm)
    wick_shallow, wick_at = least((cell.wick_shallow, cell.minute) for cell in firm)
    sure_depth, _ = least((cell.sure, cell.minute) for cell in firm)
    found = deviations(firm)
    return {
        "firm_min": len(firm),
        "depth": depth,
        "depth_at": depth_at,
        "below_min": count_at_most(found, -setup.enter),
        "above_min": sum(1 for d in found if at_least(d, setup.enter)),
        "threshold_min": {str(x): count_at_most(found, -x / 100) for x in PER_CENTS},
        "gap_depth": gap_depth,
        "gap_at": gap_at,
        "alone_below_min": count_at_most((cell.gap for cell in firm), -setup.enter),
        "wick_at": wick_at,
        "wick_shallow": wick_shallow,
        "wick_deep": next((cell.wick_deep for cell in firm if cell.minute == wick_at), None),
        "sure_depth": sure_depth,
        "sure_min": count_at_most((cell.sure for cell in firm), -setup.enter),
        "thin": thin(cells, setup),
        "baseline": baseline(run, market, group),
        "episodes": sorted(episodes(cells, setup, "below") + episodes(cells, setup, "above"), key=episode_start),
    }


def thin(cells: list[Cell], setup: Setup) -> Json:
    """Sum up the thin minutes, apart from the firm ones (sections 3 and 5)."""
    found = [cell for cell in cells if cell.thin]
    depth, depth_at = least((cell.d, cell.minute) for cell in found)
    below = count_at_most(deviations(found), -setup.enter)
    return {"minutes": len(found), "depth": depth, "depth_at": depth_at, "below_min": below}


def baseline(run: Run, market: Market, group: Group) -> Json:
    """Give count, least and most of d over the firm minutes of the 24 h before the window (section 5)."""
    minutes = [candle.minute for candle in run.money.traded_in(market, run.setup.day_before())]
    cells = [run.cell(market, group, minute) for minute in minutes]
    found = deviations(cell for cell in cells if cell.firm)
    return {"n": len(found), "min": min(found, default=None), "max": max(found, default=None)}


@dataclass
class Running:
    """An episode being followed: its first minute, and the run of minutes that may end it (section 5)."""

    start: int
    recovered: list[int] = field(default_factory=list)


def episode_start(episode: Json) -> int:
    """Give the key that episodes are sorted by."""
    start: int = episode["start"]
    return start


def episodes(cells: list[Cell], setup: Setup, direction: Literal["below", "above"]) -> list[Json]:
    """Find the episodes in one direction (section 5).

    An episode above is an episode below of the mirrored deviations.
    """
    sign = 1 if direction == "below" else -1
    found: list[Json] = []
    running: Running | None = None
    for cell in cells:
        if cell.d is None:
            continue  # unobserved minutes neither start, confirm nor end
        d = sign * cell.d
        if running is None:
            running = Running(cell.minute) if at_most(d, -setup.enter) else None
            continue
        running.recovered = [] if at_most(d, -setup.exit) else [*running.recovered, cell.minute]
        if len(running.recovered) == setup.confirm:
            span = range(running.start, running.recovered[0])
            found.append(episode(cells, span, sign) | {"direction": direction, "open": False})
            running = None
    if running is not None:
        span = range(running.start, setup.end)
        found.append(episode(cells, span, sign) | {"direction": direction, "open": True})
    return found


def episode(cells: list[Cell], span: range, sign: int) -> Json:
    """Describe one episode that covers a span (section 5); `sign` is 1 below and -1 above."""
    inside = [cell for cell in cells if cell.minute in span and cell.d is not None]
    mirrored_depth, depth_at = least(
        (sign * d, cell.minute) for cell, d in zip(inside, deviations(inside), strict=True)
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
        "observed_min": len(inside),
        "firm_min": sum(1 for cell in inside if cell.firm),
        "unobserved_min": len(span) - len(inside),
        "area_pct_min": 100 * math.fsum(abs(d) for d in deviations(inside) if sign * d < 0),
        "half_recovery_min": half_recovery(cells, depth_at, mirrored_depth, sign),
    }


def half_recovery(cells: list[Cell], depth_at: int, mirrored_depth: float, sign: int) -> int | None:
    """Give the minutes from the depth until less than half of it, or the other side, was seen (section 5)."""
    for cell in cells:
        if cell.minute <= depth_at or cell.d is None:
            continue
        if not at_least(abs(cell.d), abs(mirrored_depth) / 2) or sign * cell.d > 0:
            return cell.minute - depth_at
    return None


def lowest_trade(money: Money, market: Market) -> tuple[float | None, int | None]:
    """Give the lowest converted price over all traded minutes of the window, and its minute (section 5)."""
    return least((money.low(market, minute), minute) for minute in money.setup.window())


def volume_usd(money: Money, market: Market, minutes: range) -> float:
    """Sum volume x converted close over the traded minutes that have a USD value; 0 where there is none (section 5)."""
    worths = ((candle, money.price(market, candle.minute)) for candle in money.traded_in(market, minutes))
    return math.fsum(candle.volume * price for candle, price in worths if price is not None)


def volume_share(run: Run, market: Market, group: Group) -> dict[str, float | None]:
    """Give the share of the window's volume that traded in firm minutes with d <= -x (section 5)."""
    candles = run.money.traded_in(market, run.setup.window())
    cells = [run.cell(market, group, candle.minute) for candle in candles]
    total = math.fsum(candle.volume for candle in candles)
    shares: dict[str, float | None] = {}
    for x in PER_CENTS:
        deep = [
            candle.volume
            for candle, cell in zip(candles, cells, strict=True)
            if cell.firm and cell.d is not None and at_most(cell.d, -x / 100)
        ]
        shares[str(x)] = math.fsum(deep) / total if total > 0 else None
    return shares


def minutes_of(run: Run, market: Market) -> list[Json]:
    """List every minute of the window with state, price and both comparisons."""
    return [
        {
            "minute": minute,
            "state": run.money.state(market, minute),
            "price": run.money.price(market, minute),
            "against": {group: run.cell(market, group, minute).as_json() for group in GROUPS},
        }
        for minute in run.setup.window()
    ]


def row(run: Run, market: Market, group: Group) -> Json:
    """Give all results of one market but its rank (section 5)."""
    states = [run.money.state(market, minute) for minute in run.setup.window()]
    low, low_at = lowest_trade(run.money, market)
    return {
        "venue": market.venue,
        "symbol": market.symbol,
        "kind": market.kind,
        "group": group,
        **{f"{state}_min": states.count(state) for state in ("voting", "small", "quiet", "missing", "unpriced")},
        "low": low,
        "low_at": low_at,
        "volume_usd_before": volume_usd(run.money, market, run.setup.day_before()),
        "volume_share": volume_share(run, market, group),
        "rank": {"deepest": "not ranked", "longest": "not ranked"},
        "against": {other: against(run, market, other) for other in GROUPS},
        "minutes": minutes_of(run, market),
    }


def ranked(rows: list[Json], group: Group, setup: Setup) -> list[Json]:
    """List the spot rows firm in at least 80 % of the window's minutes, none where fewer than 4 are (section 7)."""
    firm = [
        row
        for row in rows
        if row["kind"] == "spot"
        and row["group"] == group
        and 100 * row["against"][group]["firm_min"] >= 80 * len(setup.window())
    ]
    return firm if len(firm) >= RANKED_VENUES else []


def verdict(leads: list[float], needed: float, word: str) -> str:
    """Word one venue's rank from its leads over each other ranked venue (section 7)."""
    if all(at_least(lead, needed) for lead in leads):
        return word
    if any(at_least(-lead, needed) for lead in leads):
        return f"not {word}"
    return "too close to call"


def rank(rows: list[Json], setup: Setup) -> None:
    """Fill in the ranks within each group; assets of section 6 are never ranked (sections 6 and 7)."""
    for group in GROUPS if setup.underlying is None else ():
        ring = ranked(rows, group, setup)
        for own in ring:
            others = [other["against"][group] for other in ring if other is not own]
            mine = own["against"][group]
            deeper = [other["depth"] - mine["depth"] for other in others]
            longer = [float(mine["below_min"] - other["below_min"]) for other in others]
            own["rank"] = {
                "deepest": verdict(deeper, DEPTH_LEAD, "deepest"),
                "longest": verdict(longer, LONGEST_LEAD_MIN, "longest"),
            }


def percentile(values: list[float], share: float) -> float:
    """Interpolate linearly between the sorted values around a share of the way (section 6)."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def fair_value(run: Run) -> Json | None:
    """Show the ratio of the focus venue if it has a row, else of the first row (section 6)."""
    if run.setup.underlying is None or not run.rows:
        return None
    venues = [market.venue for market in run.rows]
    ratio = run.ratio(run.setup.focus if run.setup.focus in venues else venues[0])
    return {
        "underlying": run.setup.underlying,
        "ratio": None if ratio is None else ratio.value,
        "ratio_min": 0 if ratio is None else len(ratio.values),
        "p5": None if ratio is None else percentile(ratio.values, 0.05),
        "p95": None if ratio is None else percentile(ratio.values, 0.95),
        "source": None if ratio is None else ratio.source,
    }


def path(run: Run, group: Group) -> Json:
    """Give onset and bottom of the median of all voting spot prices of a group (section 10)."""

    def middle(minute: int) -> float | None:
        votes = [run.money.vote(market, minute) for market in run.spot(group)]
        known = [vote for vote in votes if vote is not None]
        return median(known) if known else None

    onset = None
    for minute in run.setup.window():
        now, before = middle(minute), middle(minute - 1)
        if onset is None and now is not None and before is not None and at_most(now / before - 1, -0.01):
            onset = minute
    _, bottom = least((middle(minute), minute) for minute in run.setup.window())
    return {"onset": onset, "bottom": bottom}


def ratio_less_one(above: float | None, below: float | None) -> float | None:
    """Give a / b - 1 where both are known."""
    return None if above is None or below is None else above / below - 1


def lows(rows: list[Json], setup: Setup) -> Json:
    """Make the table of lows (section 8).

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
    others = [low for venue, low in by_venue.items() if venue != setup.focus]
    return {
        "rows": [{name: row[name] for name in ("venue", "symbol", "group", "low", "low_at")} for row in spot],
        "lowest": venues[0] if venues else None,
        "second_lowest": venues[1] if len(venues) > 1 else None,
        "gap_to_second": ratio_less_one(by_venue.get(setup.focus), min(others, default=None)),
        "usdt_low": by_group.get("usdt"),
        "usd_low": by_group.get("usd"),
        "usdt_usd_gap": ratio_less_one(by_group.get("usdt"), by_group.get("usd")),
        "focus": [aligned_low(row) for row in spot if row["venue"] == setup.focus],
    }


def aligned_low(row: Json) -> Json:
    """Set the aligned numbers beside a row's low (section 8)."""
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


def absent(run: Run) -> list[str]:
    """List the items of the venue list that got no row, as typed (section 2)."""
    venues = {market.venue for market in run.rows}
    return [
        item
        for item in run.setup.venues or ()
        if (item_market(item) not in run.rows if ":" in item else item not in venues)
    ]


def left_out(run: Run) -> list[Json]:
    """Name the asset's markets in the window whose quote has no USD value here, ratio markets excepted (section 2)."""
    setup, money = run.setup, run.money
    found = [
        market
        for market in money.candles
        if market.base == setup.asset
        and market.group(setup) is None
        and is_named(setup, market.venue)
        and has_candle(money, market)
        and not (setup.underlying is not None and market.symbol == setup.ratio_market)
    ]
    return [{"venue": market.venue, "symbol": market.symbol, "why": "quote"} for market in sorted(found)]


def measure(candles: list[Candle], covered: list[Covered], setup: Setup) -> Json:
    """Measure an asset over a window; every number follows docs/method.md."""
    if setup.exit > setup.enter or setup.end <= setup.start:
        message = "exit above enter, or an empty window (section 1)"
        raise ValueError(message)
    money = Money(candles, covered, setup)
    run = Run(money)
    groups = [(market, market.group(setup)) for market in run.rows]
    rows = [row(run, market, group) for market, group in groups if group is not None]
    rank(rows, setup)
    quotes = sorted({market.quote for market in (*run.rows, *run.underlying)})
    return {
        "fx_assumed": [quote for quote in quotes if money.assumed(quote)],
        "absent": absent(run),
        "left_out": left_out(run),
        "fair_value": fair_value(run),
        "venues": rows,
        "path": {group: path(run, group) for group in GROUPS},
        "lows": lows(rows, setup),
    }
