"""The venue table: what each exchange gives, as data. A new venue is a row here, and a special case is a field.

Every fact that the collector relies on carries the mark of how it is known, and where it was read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from data.errors import UsageError


class Mark(StrEnum):
    """How a fact about a venue is known, from the surest to the least sure."""

    TESTED = "T"
    """Run with this version of ccxt against a local replay."""
    SOURCE = "S"
    """Read in the source of ccxt 4.5.90, or captured from the library."""
    DOCUMENTED = "D"
    """Read in the exchange's own documentation."""
    ISSUE = "I"
    """Read in an issue thread, or in a third party's measured note."""
    MEMORY = "M"
    """General knowledge, not verified."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Why a field of a venue row is believed: the mark of evidence, and what it was read in."""

    mark: Mark
    source: str


class EmptyMinutes(StrEnum):
    """How a venue shows a minute in which nothing traded."""

    FLAT = "flat"
    """As a candle with volume 0: a minute without a candle was then not answered."""
    OMITTED = "omitted"
    """Not at all: a minute without a candle inside an answered page is quiet."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host that serves a venue's candles; ``config`` is what points ccxt at it (nothing: ccxt's own choice)."""

    name: str
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VenueRow:
    """What one venue gives. ``id`` is the ccxt id.

    ``hosts`` are tried in order while a host refuses to list its markets. ``page_min`` is the number of minutes that
    is safe to ask for at once. ``newest_first`` is the order on the wire. ``history`` says in words how far back
    1-minute candles reach. ``rows_at`` are the keys that lead to the list of candles in an answer (none: the answer is
    the list). ``config`` is given to the ccxt constructor. ``basis`` has an entry for each fact, by field name.
    """

    id: str
    hosts: tuple[Host, ...]
    page_min: int
    newest_first: bool
    empty_minutes: EmptyMinutes
    history: str
    rows_at: tuple[str, ...]
    basis: Mapping[str, Basis]
    config: Mapping[str, Any] = field(default_factory=dict)


FACTS = ("hosts", "page_min", "newest_first", "empty_minutes", "history", "rows_at")
"""The fields of a row that claim something about the venue, and so need a basis."""

# Without it load_markets also asks the futures hosts, and those are the first to be blocked by country:
# https://github.com/ccxt/ccxt/issues/16044
SPOT_ONLY: Mapping[str, Any] = {"options": {"fetchMarkets": {"types": ["spot"]}}}

VENUES: tuple[VenueRow, ...] = (
    VenueRow(
        id="binance",
        hosts=(
            Host("api.binance.com"),
            # Binance's own host for public market data, open where the trading host answers 451.
            Host("data-api.binance.vision", {"urls": {"api": {"public": "https://data-api.binance.vision/api/v3"}}}),
        ),
        page_min=1000,
        newest_first=False,
        empty_minutes=EmptyMinutes.FLAT,
        history="back to the listing",
        rows_at=(),
        config=SPOT_ONLY,
        basis={
            "hosts": Basis(Mark.DOCUMENTED, "Binance spot API docs, market data only endpoints"),
            "page_min": Basis(Mark.DOCUMENTED, "Binance spot API docs, GET /api/v3/klines: limit at most 1000"),
            "newest_first": Basis(Mark.TESTED, "ccxt 4.5.90 binance.fetch_ohlcv"),
            "empty_minutes": Basis(Mark.MEMORY, "flat candles with volume 0; a halt of trading still leaves holes"),
            "history": Basis(Mark.DOCUMENTED, "Binance spot API docs, GET /api/v3/klines, from 2017"),
            "rows_at": Basis(Mark.SOURCE, "ccxt 4.5.90 binance.fetch_ohlcv"),
        },
    ),
    VenueRow(
        id="okx",
        hosts=(Host("www.okx.com"),),
        page_min=300,
        newest_first=True,
        empty_minutes=EmptyMinutes.FLAT,
        history="recent years",
        rows_at=("data",),
        config=SPOT_ONLY,
        basis={
            "hosts": Basis(Mark.SOURCE, "ccxt 4.5.90 okx.describe"),
            "page_min": Basis(Mark.DOCUMENTED, "OKX v5 API docs, history-candles: limit at most 300, default 100"),
            "newest_first": Basis(Mark.TESTED, "ccxt 4.5.90 okx.fetch_ohlcv"),
            "empty_minutes": Basis(Mark.MEMORY, "flat candles with volume 0"),
            "history": Basis(Mark.DOCUMENTED, "OKX v5 API docs, history-candles: recent years"),
            "rows_at": Basis(Mark.SOURCE, "ccxt 4.5.90 okx.fetch_ohlcv"),
        },
    ),
    VenueRow(
        id="bybit",
        hosts=(Host("api.bybit.com"),),
        page_min=1000,
        newest_first=True,
        empty_minutes=EmptyMinutes.FLAT,
        history="back to the listing on v5 spot, about 2021 to 2022",
        rows_at=("result", "list"),
        config=SPOT_ONLY,
        basis={
            "hosts": Basis(Mark.SOURCE, "ccxt 4.5.90 bybit.describe"),
            "page_min": Basis(Mark.DOCUMENTED, "Bybit v5 API docs, GET /v5/market/kline: limit at most 1000"),
            "newest_first": Basis(Mark.DOCUMENTED, "Bybit v5 API docs, GET /v5/market/kline: sorted in reverse"),
            "empty_minutes": Basis(Mark.MEMORY, "flat candles with volume 0"),
            "history": Basis(Mark.MEMORY, "back to the listing on v5 spot"),
            "rows_at": Basis(Mark.SOURCE, "ccxt 4.5.90 bybit.fetch_ohlcv"),
        },
    ),
    VenueRow(
        id="coinbaseexchange",
        hosts=(Host("api.exchange.coinbase.com"),),
        page_min=300,
        newest_first=True,
        empty_minutes=EmptyMinutes.OMITTED,
        history="back to the listing",
        rows_at=(),
        # The list of currencies tells nothing about candles, and ccxt would fetch it with every list of markets.
        config={"has": {"fetchCurrencies": False}},
        basis={
            "hosts": Basis(Mark.SOURCE, "ccxt 4.5.90 coinbaseexchange.describe"),
            "page_min": Basis(Mark.DOCUMENTED, "Coinbase Exchange API docs, product candles: at most 300"),
            "newest_first": Basis(Mark.TESTED, "ccxt 4.5.90 coinbaseexchange.fetch_ohlcv"),
            "empty_minutes": Basis(
                Mark.DOCUMENTED,
                "Coinbase Exchange API docs, product candles: no data for intervals where there are no ticks",
            ),
            "history": Basis(Mark.ISSUE, "third parties paged trades back to 2015"),
            "rows_at": Basis(Mark.SOURCE, "ccxt 4.5.90 coinbaseexchange.fetch_ohlcv"),
        },
    ),
)
"""The venues that can be collected."""


def venues_named(ids: Iterable[str], table: Iterable[VenueRow] = VENUES) -> tuple[VenueRow, ...]:
    """The rows of those ids, each once, in the order asked; all rows of the table where none is asked.

    Raises:
        UsageError: an id is not in the table.
    """
    rows = {row.id: row for row in table}
    wanted = tuple(dict.fromkeys(ids)) or tuple(rows)
    unknown = [venue_id for venue_id in wanted if venue_id not in rows]
    if unknown:
        message = f"cannot collect from {', '.join(unknown)}; venues that can be collected: {', '.join(rows)}"
        raise UsageError(message)
    return tuple(rows[venue_id] for venue_id in wanted)
