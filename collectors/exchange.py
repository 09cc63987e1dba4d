"""The edge to ccxt: the only module that imports it, and the only one that holds values without a type.

Importing ccxt costs over half a second and 100 MB, so this module is imported when a collection starts, not before.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp
import ccxt.async_support as ccxt
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from collectors.access import Access
from collectors.candles import Row, to_ms
from collectors.failures import (
    BadData,
    CollectFailure,
    HistoryTooShort,
    NotListed,
    RateLimitedOut,
    Refused,
    Rejected,
    Unreachable,
)
from collectors.mirror import source_of
from collectors.plan import Span
from collectors.sink import Clock
from collectors.venues import Host, VenueRow
from data.schema import Timeframe

REFUSALS = frozenset({HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS, HTTPStatus.FORBIDDEN})
TOO_OFTEN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT})
"""Binance answers 418 when an address goes on after 429."""

TOO_OLD = "Candlestick too long ago"
"""What Gate says with HTTP 400 to a page beyond its newest 10,000 candles: https://github.com/ccxt/ccxt/issues/27861."""

WRONG_SHAPE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What the parsers of ccxt raise on JSON of a shape that they do not expect."""

SOCKS_FAILURES = (ProxyConnectionError, ProxyError, ProxyTimeoutError)
"""What a SOCKS proxy that fails or refuses raises: no errors of aiohttp, and ccxt does not know them."""

LONGEST_MESSAGE = 200

MARKET_ID = "{id}"
"""Stands for the market's own id among the keys that lead to the candles."""

MARKET_KEYS = (
    *("id", "symbol", "base", "quote", "settle", "baseId", "quoteId", "settleId", "type", "active"),
    *("spot", "swap", "future", "option", "contract", "linear", "inverse", "contractSize"),
)
"""What is kept of a market of ccxt: enough to ask for its candles without asking for the list again."""

INFO_KEYS = ("instFamily",)
"""What is kept of a market as the venue itself describes it: ccxt asks okx for index prices by it."""

TRADES_AT_ONCE = 1000
VOLUME = 5
"""Where the volume stands in a row of ccxt."""


def told(error: Exception | str) -> str:
    """The error on one line of bounded length: the messages of ccxt can carry a whole web page."""
    return re.sub(r"\s+", " ", str(error)).strip()[:LONGEST_MESSAGE]


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that the Retry-After header asks for, as a number or as a date; None without one that makes sense."""
    lowered = {name.lower(): value for name, value in headers.items()}
    value = lowered.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return None


def _kept(market: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a market of ccxt."""
    own = market.get("info")
    info = {key: own[key] for key in INFO_KEYS if key in own} if isinstance(own, Mapping) else {}
    return {key: market.get(key) for key in MARKET_KEYS} | ({"info": info} if info else {})


MEANINGS: tuple[tuple[tuple[type[ccxt.BaseError], ...], type[CollectFailure]], ...] = (
    ((ccxt.BadSymbol,), NotListed),
    ((ccxt.RateLimitExceeded, ccxt.DDoSProtection), RateLimitedOut),
    ((ccxt.RestrictedLocation, ccxt.PermissionDenied), Refused),
    ((ccxt.NetworkError,), Unreachable),
    ((ccxt.BadResponse,), BadData),
)
"""What the exceptions of ccxt mean here; the first that fits counts."""


def failure_of(error: ccxt.BaseError) -> CollectFailure:
    """What an exception of ccxt means here; any other than `MEANINGS` is the venue saying no."""
    # Of a connection that failed ccxt says only what it asked; why is in the cause.
    broken = isinstance(error.__cause__, aiohttp.ClientError)
    said = told(f"{error.__cause__}; {error}" if broken else error)
    for kinds, meaning in MEANINGS:
        if isinstance(error, kinds):
            return meaning(said)
    # ccxt calls a body that was cut off on its way an ExchangeError, as if the venue had said no.
    return Unreachable(said) if broken else Rejected(said)


UNHURRIED: Mapping[str, Any] = {"tokenBucket": {"delay": 0.01}}
"""How many seconds ccxt sleeps before it looks again whether a request may go: its own 0.001 of nineteen venues keeps
a processor busy. What a late look misses is made up for by the next, so the pace stays."""


class Answer(NamedTuple):
    """What a venue sent: the body, and what JSON it holds."""

    body: str
    json: Any


NO_ANSWER = Answer("", None)


class CandlePage(NamedTuple):
    """The rows of a page in time order, whether they came newest first (None: fewer than two), and the whole answer."""

    rows: list[Row]
    newest_first: bool | None
    body: str


class TradesPage(NamedTuple):
    """Public trades: rows of time in s, price, amount, id, oldest first; ``last_ns`` is where the next page begins."""

    rows: list[tuple[float, str, str, int]]
    last_ns: int
    body: str


class VenueExchange:
    """One ccxt exchange of one venue, and the only one in the process: limits are kept per instance.

    ``source`` is the host that is asked. Several tasks may ask at once. Close it at the end.
    """

    def __init__(self, venue: VenueRow, host: Host, access: Access, now: Clock) -> None:
        self.venue = venue
        self.source = source_of(host.name, access.mirror)
        self._now = now
        # Of its own for each task: requests of several markets are under way at the same time.
        self._answer: ContextVar[Answer] = ContextVar("answer")
        self._ccxt: Any = getattr(ccxt, venue.id)(ccxt.Exchange.deep_extend(UNHURRIED, venue.config, host.config))
        access.configure(self._ccxt)
        # okx and gate look at the age of the page, so ccxt has to live by the same clock as the rest.
        self._ccxt.milliseconds = lambda: to_ms(now())
        self._ccxt.seconds = lambda: to_ms(now()) // 1000
        self._venue_errors = self._ccxt.handle_errors
        self._ccxt.handle_errors = self._read_answer

    async def list_markets(self) -> list[dict[str, Any]]:
        """The venue's markets of the row's kind, halted ones included: their history can be asked.

        Raises:
            CollectFailure: the list could not be had.
        """
        with self._translated():
            markets = (await self._ccxt.load_markets()).values()
        found = [market for market in markets if market[self.venue.kind.value]]
        if not found:
            message = f"listed no {self.venue.kind} market at all"
            raise BadData(message)
        return [_kept(market) for market in found]

    def use_markets(self, markets: Sequence[Mapping[str, Any]]) -> None:
        """Take markets as listed, in the form that `list_markets` gives."""
        with self._translated():
            self._ccxt.set_markets([dict(market) for market in markets])

    async def candle_page(self, symbol: str, price: str, timeframe: Timeframe, page: Span) -> CandlePage:
        """Every row that the venue sends when asked for the candles of a page, whatever it is.

        Never ``until`` or ``paginate``: with them the pages of several venues repeat or leave out minutes
        (https://github.com/ccxt/ccxt/issues/26252).

        Args:
            symbol: ccxt unified symbol.
            price: ``trade``, ``mark`` or ``index``.
            timeframe: the length of the candles.
            page: whole bars, at most as many as the venue gives at once.

        Raises:
            CollectFailure: no list of rows came.
        """
        parameters = {} if price == "trade" else {"price": price}
        until = self.venue.until
        if until is not None:
            parameters[until.name] = until.text(page.end)
        with self._translated():
            rows: list[Row] = await self._ccxt.fetch_ohlcv(
                symbol, timeframe.value, to_ms(page.start), page.bars(timeframe), parameters
            )
            answer = self._answer.get(NO_ANSWER)
            market = self._ccxt.market(symbol)
            sent = self._rows_sent(answer, market)
            if len(rows) != len(sent):
                # ccxt dropped rows that are earlier than since or carry no time. The gate has to see them:
                # without them an answer for another time looks like an empty page.
                rows = self._ccxt.parse_ohlcvs(sent, market)
            newest_first = None
            if len(sent) > 1:
                first, last = (self._ccxt.parse_ohlcv(row, market)[0] for row in (sent[0], sent[-1]))
                newest_first = first is not None and last is not None and first > last
        self._forget_answer()
        if price != "trade":
            # Nothing is traded at a mark or an index price; some venues send no volume with them, and others 0.
            rows = [[*row[:VOLUME], 0.0] for row in rows]
        return CandlePage(rows, newest_first, answer.body)

    async def trades_page(self, symbol: str, since_ns: int) -> TradesPage:
        """The page of public trades after ``since_ns``, as Kraken gives it.

        Not ``fetch_trades`` of ccxt: it cuts the cursor to whole seconds, and repeats or loses trades at page borders.

        Raises:
            CollectFailure: no page of trades came.
        """
        with self._translated():
            market_id = self._ccxt.market(symbol)["id"]
            asked = {"pair": market_id, "since": str(since_ns), "count": TRADES_AT_ONCE}
            result = (await self._ccxt.publicGetTrades(asked))["result"]
            body = self._answer.get(NO_ANSWER).body
            rows = [(float(row[2]), str(row[0]), str(row[1]), int(row[6])) for row in result[market_id]]
            page = TradesPage(rows, int(result["last"]), body)
        self._forget_answer()
        return page

    async def close(self) -> None:
        """Give back the connections."""
        await self._ccxt.close()

    def _forget_answer(self) -> None:
        """Keep nothing of the last answer to this task: a page of JSON takes a megabyte, and each market has one."""
        self._answer.set(NO_ANSWER)

    def _rows_sent(self, answer: Answer, market: Mapping[str, Any]) -> list[Any]:
        """The list of candles in an answer, before ccxt looked at it; ccxt takes any other shape for no rows."""
        rows = answer.json
        for key in self.venue.rows_at:
            rows = rows[market["id"] if key == MARKET_ID else key]
        if not isinstance(rows, list):
            message = f"answered without a list of candles: {told(answer.body)}"
            raise BadData(message)
        return rows

    def _read_answer(
        self, code: int, reason: str, url: str, method: str, headers: Mapping[str, str], body: str, *rest: object
    ) -> object:
        """Stands before ccxt's own ``handle_errors``: the status tells more than the exception that ccxt makes of it.

        ccxt calls 451, 403, 404 and 400 an unavailable exchange, which looks as if it would pass, and hands on a body
        that is no JSON as if it were an empty answer.
        """
        answer = rest[0]  # the body as JSON, None where it is none
        self._answer.set(Answer(body, answer))
        if code >= HTTPStatus.BAD_REQUEST:
            self._raise_for(code, told(f"HTTP {code} {reason}: {body}"), headers)
        elif answer is None:
            message = f"answered with no JSON: {told(body)!r}"
            raise BadData(message, garbled=True)
        handled: object = self._venue_errors(code, reason, url, method, headers, body, *rest)
        if code >= HTTPStatus.BAD_REQUEST:
            raise Rejected(told(f"HTTP {code} {reason}: {body}"))
        return handled

    def _raise_for(self, code: int, said: str, headers: Mapping[str, str]) -> None:
        """Raise what the status means, where it has one meaning for every venue."""
        if code in REFUSALS:
            raise Refused(said)
        if code in TOO_OFTEN:
            raise RateLimitedOut(said, retry_after_s(headers, self._now()))
        if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unreachable(said)
        if TOO_OLD in said:
            raise HistoryTooShort(said)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turns what ccxt raises into a `CollectFailure`."""
        try:
            yield
        except ccxt.BaseError as error:
            raise failure_of(error) from error
        except SOCKS_FAILURES as error:
            raise Unreachable(told(f"SOCKS proxy: {error}")) from error
        except WRONG_SHAPE as error:
            message = f"answered in an unexpected shape: {told(self._answer.get(NO_ANSWER).body)}"
            raise BadData(message) from error
