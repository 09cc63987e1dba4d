"""What other exchanges paid in a minute, for any market and time: looked up from candles, day by day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from analysis.questions import build_question, read_inputs
from data.catalogue import Catalogue
from data.reader import CandleReader
from data.schema import Evidence, is_derivative, parse_base, parse_quote
from deviation.measure import measure_peers
from deviation.minute.grid import AlignedCandles, align_candles, build_axis
from deviation.minute.markets import Market
from deviation.minute.peer_prices import PeerPrices
from deviation.question import FIRM_VOTES, Group, InstrumentKind, Parameters, Question
from deviation.wording import join_names

DAY = timedelta(days=1)


class MarketMinute(NamedTuple):
    """A minute of a market, which need not be in the data."""

    venue: str
    symbol: str
    minute: datetime


class Interval(NamedTuple):
    """Two numbers between which the truth lies, the lower one first."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GroupPrices:
    """What the other exchanges of a group say in a minute, in the quote of the market that was asked about.

    Attributes:
        group: the quote that they trade in.
        exchanges: the ids of those whose closing prices count, one per family.
        ranges: the lowest low to the highest high of those whose range is known; None for fewer than three.
        reference: the median of their closing prices; None where they cannot be compared.
        reason: why they cannot be compared; None where they can.
        remarks: what else matters, each a sentence without its full stop.
    """

    group: Group
    exchanges: tuple[str, ...]
    ranges: Interval | None
    reference: Interval | None
    reason: str | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MinutePrices:
    """The close of a market in a minute, None without a trade, and what the others say by their group."""

    own_close: float | None
    groups: Mapping[Group, GroupPrices]


def measure_elsewhere(
    reader: CandleReader,
    catalogue: Catalogue,
    wanted: Iterable[MarketMinute],
    *,
    event: str | None = None,
    origin: Evidence = Evidence.REAL,
    parameters: Parameters | None = None,
) -> dict[MarketMinute, MinutePrices]:
    """What other exchanges paid in each of some minutes.

    The window of each measurement is the day in UTC that holds the minute, whatever else is asked, so that no answer
    depends on the other ones.

    Args:
        reader: where candles are read from.
        catalogue: the facts on assets and venues.
        wanted: the minutes.
        event: on the days of its candles, its calm span gives the ratio of an asset without peers; None for the
            method's default.
        origin: real candles or the reconstruction.
        parameters: of the method; None for the defaults.
    """
    days: dict[tuple[str, datetime], list[MarketMinute]] = {}
    for place in sorted(set(wanted)):
        day = place.minute.replace(hour=0, minute=0)
        days.setdefault((parse_base(place.symbol), day), []).append(place)
    prices: dict[MarketMinute, MinutePrices] = {}
    for (asset, day), places in days.items():
        question = build_question(
            catalogue,
            asset,
            day,
            day + DAY,
            event=event if event is not None and _is_day_of_event(catalogue, event, day) else None,
            origin=origin,
            parameters=parameters,
        )
        aligned = align_candles(*read_inputs(reader, [question]), build_axis(question))
        markets: dict[tuple[str, str], list[MarketMinute]] = {}
        for place in places:
            markets.setdefault((place.venue, place.symbol), []).append(place)
        for key, market_places in markets.items():
            peers = measure_peers(aligned, question, _build_market(*key))
            for place in market_places:
                prices[place] = _read_minute(place, question, aligned, peers)
    return prices


def _is_day_of_event(catalogue: Catalogue, event: str, day: datetime) -> bool:
    """Whether a day overlaps the span of an event's candles; another one would need all candles between them."""
    start, end = catalogue.get_event(event).collect_span
    return day < end and start < day + DAY


def _build_market(venue: str, symbol: str) -> Market:
    kind = InstrumentKind.DERIVATIVE if is_derivative(symbol) else InstrumentKind.SPOT
    return Market(venue, symbol, parse_quote(symbol).lower(), kind)


def _read_minute(
    place: MarketMinute, question: Question, aligned: AlignedCandles, peers: Mapping[Group, PeerPrices]
) -> MinutePrices:
    position = (place.minute - question.start) // timedelta(minutes=1)
    bars = aligned.markets.get((place.venue, place.symbol))
    own_close = None
    if bars is not None:
        on_axis = aligned.axis.locate(place.minute)
        own_close = float(bars.close[on_axis]) if bars.traded[on_axis] else None
    groups = {group: _read_group(group, prices, position, place, question) for group, prices in peers.items()}
    return MinutePrices(own_close, groups)


def _read_group(
    group: Group, prices: PeerPrices, position: int, place: MarketMinute, question: Question
) -> GroupPrices:
    voters = prices.list_voters(position)
    exchanges = tuple(market.venue for market in voters)
    reason = _find_reason(group, prices, position, place, question, exchanges)
    if reason is not None:
        return GroupPrices(group, exchanges, None, None, reason)
    low, high = prices.reference
    has_ranges = prices.range_count[position] >= FIRM_VOTES
    range_low, range_high = prices.range_hull
    return GroupPrices(
        group,
        exchanges,
        Interval(float(range_low[position]), float(range_high[position])) if has_ranges else None,
        Interval(float(low[position]), float(high[position])),
        None,
        tuple(_list_remarks(prices, position, question)),
    )


def _find_reason(
    group: Group,
    prices: PeerPrices,
    position: int,
    place: MarketMinute,
    question: Question,
    exchanges: tuple[str, ...],
) -> str | None:
    """Why a minute cannot be compared; None where it can."""
    asset = question.underlying or question.asset
    market = f"{asset}/{group.upper()}"
    if not exchanges:
        floor = (
            f"at least {question.rules.convert_floor(question.parameters.min_vote, group.upper()):g} {group.upper()}"
        )
        ratio = f", or no ratio of {question.asset} to {asset} before it" if question.underlying else ""
        return f"no other exchange's {market} price, with {floor} traded, is in the data for this minute{ratio}"
    if len(exchanges) < FIRM_VOTES:
        names = join_names([question.rules.name_of(venue) for venue in exchanges])
        return f"{len(exchanges)} of the {FIRM_VOTES} other {group.upper()} exchanges needed: only {names}"
    if not prices.has_rate[position]:
        return f"no rate between {group.upper()} and {parse_quote(place.symbol)} is in the data for this minute"
    return None


def _list_remarks(prices: PeerPrices, position: int, question: Question) -> list[str]:
    without_range = [question.rules.name_of(market.venue) for market in prices.list_without_range(position)]
    remarks = []
    if without_range:
        remarks.append(
            f"what {join_names(without_range)} paid in this minute before its first trade is unknown: not in the ranges"
        )
    if question.underlying:
        remarks.append(f"estimated fair value: {question.underlying} elsewhere x the ratio before the event")
    conversion = prices.conversion
    assumed = sorted({rate.quote for rate in conversion.rates if rate.is_assumed})
    if assumed:
        remarks.append(f"{join_names(assumed)} taken as $1: no rate is in the data")
    if conversion.is_stale[position]:
        remarks.append("a conversion rate was older than 5 minutes")
    if conversion.is_single[position]:
        remarks.append("a conversion rate rests on one exchange")
    return remarks
