"""What was had of an asset, market by market and hour by hour: bars with a candle, quiet ones and missing ones."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import polars as pl

from dashboard.ask import CandleSource
from data.coverage import of_evidence
from data.schema import COVERAGE_DEFAULTS, Evidence, Outcome, Timeframe, base_of
from data.wanting import ANY_MARKET
from deviation.grid import Bools, Ints

BEFORE = timedelta(hours=24)
"""How much before the window is shown with it: what a deviation is compared with."""

HOUR = timedelta(hours=1)

STEPS_H = (1, 2, 3, 6, 12, 24)
"""Hours that one field of the map may stand for."""

MOST = 60
"""Fields in a row: longer windows are told in longer steps."""

NEVER = "never asked"
"""What stands in place of an outcome where no question is on record."""


class Asked(CandleSource, Protocol):
    """A source of candles that knows what was asked."""

    def coverage(self, assets: Collection[str], start: datetime, end: datetime) -> pl.DataFrame:
        """What was asked in ``[start, end)``: a frame of `data.schema.COVERAGE`, in the order of asking."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One market over one step: bars with a candle, quiet ones and missing ones.

    ``outcome`` is ``complete`` where none is missing, else what most of the missing ones ended in (one of `Outcome`
    or `NEVER`), with its ``message``.
    """

    had: int
    quiet: int
    missing: int
    outcome: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class MarketFields:
    """The fields of one market in time order; ``symbol`` is ``ASSET/*`` where no market could be asked."""

    venue: str
    symbol: str
    fields: tuple[Field, ...]

    @property
    def had(self) -> int:
        """Bars with a candle."""
        return sum(field.had for field in self.fields)

    @property
    def quiet(self) -> int:
        """Bars without a trade, of which the venue told."""
        return sum(field.quiet for field in self.fields)

    @property
    def missing(self) -> int:
        """Bars of which nothing is known."""
        return sum(field.missing for field in self.fields)


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """The markets of an asset, by venue and then by bars had, over steps that begin at ``starts`` (UTC).

    ``timeframe`` is the length of the bars.
    """

    asset: str
    evidence: Evidence
    timeframe: Timeframe
    starts: tuple[datetime, ...]
    step: timedelta
    markets: tuple[MarketFields, ...]

    @property
    def end(self) -> datetime:
        """Where the last step ends."""
        return self.starts[-1] + self.step

    def by_venue(self) -> dict[str, list[MarketFields]]:
        """The markets of each venue, the one with most bars first."""
        found: dict[str, list[MarketFields]] = {}
        for market in self.markets:
            found.setdefault(market.venue, []).append(market)
        return found


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one length, numbered from the one that opens at ``first`` on."""

    first: datetime
    timeframe: Timeframe

    @property
    def length(self) -> timedelta:
        """How long each is."""
        return timedelta(seconds=self.timeframe.seconds)

    def positions(self, times: pl.Series | None) -> Ints:
        """The numbers of the bars that open at these times; none of None."""
        if times is None:
            return np.zeros(0, np.int64)
        return ((times.dt.epoch("ms") - int(self.first.timestamp() * 1000)) // self.timeframe.ms).to_numpy()

    def spans(self, rows: pl.DataFrame | None) -> Iterator[tuple[int, int]]:
        """The first bar of each row's span, and the one after its last; none of None."""
        if rows is not None:
            for begin, until in rows.select("start", "end").iter_rows():
                yield max((begin - self.first) // self.length, 0), max((until - self.first) // self.length, 0)


def steps(start: datetime, end: datetime) -> tuple[tuple[datetime, ...], timedelta]:
    """Where the steps over a window and the 24 h before it begin, whole hours of UTC, and how long each is."""
    first = start - BEFORE
    hours = next((hours for hours in STEPS_H if (end - first) / (hours * HOUR) <= MOST - 2), STEPS_H[-1])
    step = hours * HOUR
    first -= (first - first.replace(hour=0, minute=0, second=0, microsecond=0)) % step
    count = -((first - end) // step)
    return tuple(first + i * step for i in range(count)), step


def coverage_map(
    source: Asked, asset: str, start: datetime, end: datetime, evidence: Evidence, timeframe: Timeframe
) -> CoverageMap:
    """What was had of the trade candles of an asset, of one length, over a window and the 24 h before it.

    Args:
        source: candles, and what was asked.
        asset: ticker.
        start: aware; the window's first minute.
        end: aware; the window's end.
        evidence: real candles, or those of the reconstruction; they never mix.
        timeframe: the length of the candles.

    Raises:
        StoreUnusable: The store cannot be read.
    """
    starts, step = steps(start, end)
    span = starts[0], starts[-1] + step
    of_market = ("venue", "symbol")
    columns = (*of_market, "open_time")
    candles = source.candles([asset], *span, origin=evidence, columns=columns, in_order=False, timeframe=timeframe)
    times = {_market(key): rows["open_time"] for key, rows in candles.partition_by(of_market, as_dict=True).items()}
    covered = source.covered([asset], *span, origin=evidence, timeframe=timeframe)
    whole = {_market(key): rows for key, rows in covered.partition_by(of_market, as_dict=True).items()}
    failed = source.coverage([asset], *span).filter(
        of_evidence(evidence),
        pl.col("outcome") != Outcome.COMPLETE.value,
        pl.col("price") == COVERAGE_DEFAULTS["price"],
        pl.col("timeframe") == timeframe.value,
    )
    bars = Bars(span[0], timeframe)
    count = len(starts) * (step // bars.length)
    told = []
    for venue, symbol in sorted({*times, *whole, *failed.select(of_market).unique().iter_rows()}):
        had, known = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        had[bars.positions(times.get((venue, symbol)))] = True
        for begin, until in bars.spans(whole.get((venue, symbol))):
            known[begin:until] = True
        reasons = _of_venue(failed, venue, symbol)
        told.append(MarketFields(venue, symbol, _fields(had, known, bars.spans(reasons), reasons, len(starts))))
    return CoverageMap(asset, evidence, timeframe, starts, step, tuple(_without_stand_ins(told)))


def _market(key: tuple[object, ...]) -> tuple[str, str]:
    return str(key[0]), str(key[1])


def _without_stand_ins(markets: list[MarketFields]) -> list[MarketFields]:
    """The markets by venue and bars had; ``ASSET/*`` only where the venue has no market of a name."""
    named = {market.venue for market in markets if not market.symbol.endswith(ANY_MARKET)}
    shown = [market for market in markets if market.venue not in named or not market.symbol.endswith(ANY_MARKET)]
    return sorted(shown, key=lambda market: (market.venue, -market.had, -market.quiet, market.symbol))


def _of_venue(failed: pl.DataFrame, venue: str, symbol: str) -> pl.DataFrame:
    """What failed of a market: asked by its name, or for any market of its asset on the venue."""
    anything = [f"{base_of(symbol)}{ending}" for ending in ANY_MARKET]
    return failed.filter(pl.col("venue") == venue, pl.col("symbol").is_in([symbol, *anything]))


def _fields(
    had: Bools, known: Bools, vain: Iterator[tuple[int, int]], failed: pl.DataFrame, count: int
) -> tuple[Field, ...]:
    """The fields of a market from its bars: with a candle, in a span collected whole, and asked in vain."""
    reason: Ints = np.full(had.size, -1, np.int64)
    for i, (begin, until) in enumerate(vain):
        reason[begin:until] = i  # of several the one that was asked for last
    told = failed.select("outcome", "message").rows()
    rows = zip(had.reshape(count, -1), known.reshape(count, -1), reason.reshape(count, -1), strict=True)
    return tuple(_field(in_it, whole, why, told) for in_it, whole, why in rows)


def _field(had: Bools, known: Bools, reason: Ints, told: list[tuple[str, str]]) -> Field:
    missing = ~(had | known)
    counts = int(had.sum()), int((known & ~had).sum()), int(missing.sum())
    if not counts[2]:
        return Field(*counts, Outcome.COMPLETE.value)
    reasons, often = np.unique(reason[missing], return_counts=True)
    commonest = int(reasons[np.argmax(often)])
    return Field(*counts, *((NEVER, "") if commonest < 0 else told[commonest]))
