"""Random markets whose prices and volumes are exact decimals, and what a collection of them must find.

Nothing here comes from the program: a market is drawn minute by minute, and what a minute is, traded, quiet or missing,
follows from the draw and from the outages alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import NamedTuple

from tests.oracle.question import Candle, CoveredSpan
from tests.replay.market import Bar

USD_VENUES = ("coinbaseexchange", "coinbase", "kraken", "gemini", "bitstamp", "cryptocom")
USDT_VENUES = ("binance", "okx", "bybit", "bitget", "gate", "kucoin", "htx", "mexc", "bingx", "whitebit", "binanceus")
KRW_VENUES = ("upbit", "bithumb")

VENUES_OMITTING_QUIET = frozenset({"coinbaseexchange", "coinbase", "bitfinex", "upbit", "bithumb"})
"""Venues that send no row for a minute without a trade; all others send a flat one of volume 0."""

MARGIN_MIN = 40
"""Minutes beside a collected span in which markets trade: whether a minute is quiet may be looked up there."""

EVENT = "2025-10-10"
EVENT_DAY = 1_760_054_400
"""Midnight of the event's day, in seconds since 1970."""

MINUTE = 60
EVENT_WINDOW = ("crash", EVENT_DAY + 76_200, EVENT_DAY + 78_000)
CALM_SPAN = (EVENT_DAY - 86_400, EVENT_DAY + 43_200)

LEVELS = {"ATOM": 10, "WBETH": 4400, "ETH": 4000, "USDT": 1, "USDC": 1}
"""Prices in dollars."""

UNITS_PER_DOLLAR = {"KRW": Decimal(1400), "EUR": Decimal("0.8"), "ETH": Decimal("0.00025")}


ARCHIVES_OMITTING_QUIET = frozenset({"gate"})
"""Venues whose archive has no row for such a minute."""

FORGETFUL_VENUES = frozenset({"kraken", "gemini", "mexc"})
"""Venues that have no candles of long ago."""

ARCHIVED_AGE_S = 400 * 86_400

REACHES_MIN = {"kraken": 720}
"""How many of its newest minutes a venue has as candles; a span here is wholly older, or wholly newer."""


class Minute(NamedTuple):
    """What happened in a minute: open, high, low, close and volume; a quiet one has volume 0 and equal prices."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


@dataclass(frozen=True)
class TrueMarket:
    """A market of the replay; ``minutes`` by their start in seconds since 1970.

    ``omits_quiet``: the venue sends no row for a minute without a trade.
    """

    venue: str
    symbol: str
    minutes: dict[int, Minute]
    omits_quiet: bool

    def list_bars(self) -> list[Bar]:
        """The bars that the replay serves."""
        return [Bar(time * 1000, *map(float, minute)) for time, minute in sorted(self.minutes.items())]

    def list_candles(self, answered: list[tuple[int, int]]) -> list[Candle]:
        """The candles of the minutes for which the venue answered."""
        return [
            Candle(self.venue, self.symbol, time, *map(float, minute))
            for time, minute in sorted(self.minutes.items())
            if any(start <= time < end for start, end in answered) and (minute.volume or not self.omits_quiet)
        ]

    def list_covered(self, answered: list[tuple[int, int]]) -> list[CoveredSpan]:
        """The answered minutes between the first and the last candle that the venue can give."""
        shown = [time for time, minute in self.minutes.items() if minute.volume or not self.omits_quiet]
        if not shown:
            return []
        first, last = min(shown), max(shown) + MINUTE
        clipped = [(max(start, first), min(end, last)) for start, end in answered]
        return [(self.venue, self.symbol, start, end) for start, end in clipped if start < end]


class Round(NamedTuple):
    """One collection: its span in seconds since 1970, and the venues that do not answer."""

    start: int
    end: int
    out: frozenset[str]


@dataclass(frozen=True)
class TrueChoices:
    """What is chosen by hand; thresholds in per cent, ``min_vote`` in dollars, ``excluded`` a venue or ""."""

    weighted: bool = False
    as_is: bool = False
    min_vote: int = 100
    enter: int = 2
    exit: int = 1
    excluded: str = ""


@dataclass(frozen=True)
class TrueEvening:
    """Markets, the rounds in which they are collected, and the question.

    Attributes:
        asset: what is measured.
        start, end: the window in seconds since 1970.
        is_event: whether the question is asked about the event, with its calm span.
        focus: the venue in bold.
        now: the clock of the collection, in seconds since 1970.
        markets: every market that the replay serves.
        rounds: the collections, in their order.
        choices: what is chosen by hand.
        is_archived: whether it is long ago, and collected from the archives of those venues that have one.
    """

    asset: str
    start: int
    end: int
    is_event: bool
    focus: str
    now: int
    markets: tuple[TrueMarket, ...]
    rounds: tuple[Round, ...]
    choices: TrueChoices
    is_archived: bool

    def list_answered(self, venue: str) -> list[tuple[int, int]]:
        """The spans for which a venue answered: where it was there, and still had them."""
        reach = REACHES_MIN.get(venue)
        oldest = 0 if reach is None else self.now - reach * MINUTE
        return [(turn.start, turn.end) for turn in self.rounds if venue not in turn.out and turn.start >= oldest]

    def list_candles(self) -> list[Candle]:
        """Every candle that a collection must store."""
        return [c for market in self.markets for c in market.list_candles(self.list_answered(market.venue))]

    def list_covered(self) -> list[CoveredSpan]:
        """Every span in which a minute without a candle is quiet.

        An archive that leaves out such minutes has a file for each day, so that all of a day with a trade is known.
        """
        spans: list[CoveredSpan] = []
        for market in self.markets:
            answered = self.list_answered(market.venue)
            if self.is_archived and market.venue in ARCHIVES_OMITTING_QUIET:
                spans += [(market.venue, market.symbol, start, end) for start, end in answered]
            else:
                spans += market.list_covered(answered)
        return spans

    def build_replay(self) -> dict[str, dict[str, list[Bar]]]:
        """The markets as the replay takes them."""
        venues: dict[str, dict[str, list[Bar]]] = {}
        for market in self.markets:
            venues.setdefault(market.venue, {})[market.symbol] = market.list_bars()
        return venues


def draw_evening(seed: int, *, is_event: bool | None = None) -> TrueEvening:
    """The evening of a number; ``is_event`` says whether it is the event's, which is drawn where it is None."""
    random = Random(f"evening {seed}")  # noqa: S311 - reproducible
    asset = "WBETH" if random.random() < 0.15 else "ATOM"
    is_event = random.random() < 0.5 if is_event is None else is_event
    if is_event:
        _, start, end = EVENT_WINDOW
        calm_start = CALM_SPAN[1] - random.randrange(120, 600) * MINUTE
        calm = [(calm_start, calm_start + 45 * MINUTE)]
    else:
        start = EVENT_DAY + random.randrange(12 * 60, 20 * 60) * MINUTE
        end = start + random.randrange(12, 46) * MINUTE
        calm = [(start - 600 * MINUTE, start - 555 * MINUTE)] if asset == "WBETH" else []
    spans = [*calm, (start - random.randrange(20, 90) * MINUTE, end + random.randrange(3, 12) * MINUTE)]
    venues = _draw_venues(random)
    is_archived = Random(f"age {seed}").random() < 0.3  # noqa: S311 - reproducible
    if is_archived:
        venues = [venue for venue in venues if venue not in FORGETFUL_VENUES]
    now = end + (ARCHIVED_AGE_S if is_archived else 3 * 3600) + 30
    margin = MARGIN_MIN * MINUTE
    last = end + (margin if is_archived else 3 * 3600 + 30)
    evening = _Plan(random, asset, start, end, last, is_archived, tuple((a - margin, b + margin) for a, b in spans))
    markets = [evening.draw_market(venue, symbol) for venue in venues for symbol in _draw_symbols(random, venue, asset)]
    markets += [evening.draw_market(venue, symbol) for venue in venues for symbol in _draw_legs(random, venue)]
    focus = "binance" if "binance" in venues else random.choice(venues)
    return TrueEvening(
        asset=asset,
        start=start,
        end=end,
        is_event=is_event,
        focus=focus,
        now=now,
        markets=tuple(markets),
        rounds=tuple(_draw_rounds(random, venues, spans)),
        choices=_draw_choices(random, [venue for venue in venues if venue != focus]),
        is_archived=is_archived,
    )


def _draw_choices(random: Random, others: list[str]) -> TrueChoices:
    """The defaults in half of the evenings."""
    if random.random() < 0.5:
        return TrueChoices()
    enter, exit_ = random.choice(((2, 1), (2, 1), (5, 2), (10, 10)))
    return TrueChoices(
        weighted=random.random() < 0.5,
        as_is=random.random() < 0.3,
        min_vote=random.choice((100, 0, 1000)),
        enter=enter,
        exit=exit_,
        excluded=random.choice(others) if random.random() < 0.3 else "",
    )


def _draw_venues(random: Random) -> list[str]:
    usdt = random.sample(USDT_VENUES[1:], random.randrange(2, 6)) + ["binance"] * (random.random() < 0.9)
    usd = random.sample(USD_VENUES, random.randrange(1, 5))
    return sorted(usdt + usd + random.sample(KRW_VENUES, random.choice((0, 0, 1, 2))))


def _draw_symbols(random: Random, venue: str, asset: str) -> list[str]:
    """The markets of the asset; of a wrapped one also those of what it wraps."""
    if venue in KRW_VENUES:
        quotes = ["KRW"] + ["USDT"] * (random.random() < 0.5)
    elif venue in USD_VENUES:
        quotes = ["USD"] + [quote for quote in ("USDT", "EUR") if random.random() < 0.3]
    else:
        quotes = ["USDT"] + [quote for quote in ("USDC",) if random.random() < 0.35]
    if asset != "WBETH":
        return [f"{asset}/{quote}" for quote in quotes]
    symbols = [f"ETH/{quote}" for quote in quotes]
    if venue == "binance" or random.random() < 0.25:
        symbols += [f"WBETH/{quote}" for quote in quotes[:1]] + ["WBETH/ETH"] * (random.random() < 0.7)
    return symbols


def _draw_legs(random: Random, venue: str) -> list[str]:
    """Markets between quotes."""
    symbols = ["USDT/USD", "USDC/USD"] if venue in USD_VENUES else ["USDC/USDT"]
    if venue in KRW_VENUES:
        symbols = ["USDT/KRW"]
    return [symbol for symbol in symbols if random.random() < 0.6]


def _draw_rounds(random: Random, venues: list[str], spans: list[tuple[int, int]]) -> list[Round]:
    """The spans in pieces, each without some venues, and a second try at some of what these missed."""
    rounds = []
    for start, end in spans:
        length = (end - start) // MINUTE
        cuts = sorted(random.sample(range(5, length - 5), random.randrange(1, 4)))
        edges = [start, *(start + cut * MINUTE for cut in cuts), end]
        for round_start, round_end in pairwise(edges):
            out = frozenset(venue for venue in venues if random.random() < 0.12)
            rounds.append(Round(round_start, round_end, out))
    missed = [turn for turn in rounds if turn.out]
    for turn in random.sample(missed, len(missed) // 2):
        back = frozenset(random.sample(sorted(turn.out), 1))
        rounds.append(Round(turn.start, turn.end, frozenset(venues) - back))
    return rounds


@dataclass(frozen=True)
class _Plan:
    """What all markets share: the window, and the spans in which they exist."""

    random: Random
    asset: str
    start: int
    end: int
    last: int
    is_archived: bool
    spans: tuple[tuple[int, int], ...]

    def draw_market(self, venue: str, symbol: str) -> TrueMarket:
        """A market with gaps, minutes of little volume, spikes, and an excursion of its own."""
        random = Random(f"{self.random.random()} {venue} {symbol}")  # noqa: S311 - reproducible
        base, _, quote = symbol.partition("/")
        per_dollar = UNITS_PER_DOLLAR.get(quote, Decimal(1))
        level = LEVELS[base] * per_dollar
        digits = max(0, 3 - level.adjusted()) + random.choice((0, 0, 1))
        tick = Decimal(1).scaleb(-digits)
        is_leg = base in {"USDT", "USDC"}
        gap = random.choice((0.0, 0.02, 0.1, 0.4))
        small = random.choice((0.0, 0.05, 0.2))
        noise = random.choice((0.0, 0.002, 0.01)) / (10 if is_leg else 1)
        fall_at = self.start + random.randrange((self.end - self.start) // MINUTE) * MINUTE
        fall_min, fall = (
            random.randrange(1, 20),
            random.choice((0, 0, -0.03, -0.1, -0.5, 0.06, 0.4)) / (5 if is_leg else 1),
        )
        halt_start = random.choice((self.end + 1_000_000, self.end + 1_000_000, fall_at + 5 * MINUTE))
        halt_end = halt_start + random.choice((7, 15, 1_000_000)) * MINUTE
        minutes: dict[int, Minute] = {}
        price = level
        for span_start, span_end in self.spans:
            minutes |= dict.fromkeys(
                range(max(minutes, default=span_start) + MINUTE, span_start, MINUTE),
                Minute(price, price, price, price, Decimal(0)),
            )
            for time in range(span_start, span_end, MINUTE):
                is_away = fall_at <= time < fall_at + fall_min * MINUTE
                near = level * Decimal(1 + (fall if is_away else 0) + random.uniform(-noise, noise))
                close = max(tick, near.quantize(tick))
                is_quiet = random.random() < gap and span_start + 5 * MINUTE < time < span_end - 5 * MINUTE
                if is_quiet or halt_start <= time < halt_end:
                    minutes[time] = Minute(price, price, price, price, Decimal(0))
                    continue
                minutes[time] = _draw_minute(random, price, close, tick, small, per_dollar)
                price = close
        quiet = Minute(price, price, price, price, Decimal(0))
        minutes |= dict.fromkeys(range(max(minutes) + MINUTE, self.last, MINUTE), quiet)
        omits_quiet = venue in VENUES_OMITTING_QUIET or (self.is_archived and venue in ARCHIVES_OMITTING_QUIET)
        return TrueMarket(venue, symbol, minutes, omits_quiet)


def _draw_minute(
    random: Random, before: Decimal, close: Decimal, tick: Decimal, small: float, per_dollar: Decimal
) -> Minute:
    """A minute with trades: it opens near the close before, and sometimes reaches far below or above."""
    open_ = max(tick, (before if random.random() < 0.5 else close))
    down = random.choice((0, 0, 1, 3)) * tick
    low, high = max(tick, min(open_, close) - down), max(open_, close) + random.choice((0, 0, 1, 4)) * tick
    if random.random() < 0.02:
        low = max(tick, (low * Decimal("0.4")).quantize(tick))
    if random.random() < 0.02:
        high = (high * Decimal("1.7")).quantize(tick)
    dollars = random.choice((5, 40, 99)) if random.random() < small else random.choice((150, 900, 5000, 20000))
    volume = max(Decimal("0.004"), (dollars * per_dollar / close / 4).quantize(Decimal("0.001")) * 4)
    return Minute(open_, high, low, close, volume)
