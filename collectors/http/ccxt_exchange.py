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
from collectors.http.access import Access
from collectors.http.mirror import format_source
from collectors.page_validation import CcxtRow, to_ms
from collectors.plan import Span
from collectors.store_writer import Clock
from collectors.venues.row import Host, VenueRow
from data.schema import Timeframe

REFUSAL_STATUSES = frozenset({HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS, HTTPStatus.FORBIDDEN})
RATE_LIMIT_STATUSES = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT})
"""Binance answers 418 when an address goes on after 429."""

GATE_TOO_OLD = "Candlestick too long ago"
"""What Gate says with HTTP 400 to a page beyond its newest 10,000 candles: https://github.com/ccxt/ccxt/issues/27861."""

PARSE_ERRORS = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What the parsers of ccxt raise on JSON of a shape that they do not expect."""

SOCKS_FAILURES = (ProxyConnectionError, ProxyError, ProxyTimeoutError)
"""What a SOCKS proxy that fails or refuses raises: no errors of aiohttp, and ccxt does not know them."""

MAX_MESSAGE_CHARS = 200

MARKET_ID_PLACEHOLDER = "{id}"
"""Stands for the market's own id among the keys that lead to the candles."""

MARKET_KEYS = (
    *("id", "symbol", "base", "quote", "settle", "baseId", "quoteId", "settleId", "type", "active"),
    *("spot", "swap", "future", "option", "contract", "linear", "inverse", "contractSize"),
)
"""What is kept of a market of ccxt: enough to ask for its candles without asking for the list again."""

INFO_KEYS = ("instFamily",)
"""What is kept of a market as the venue itself describes it: ccxt asks okx for index prices by it."""

TRADES_PER_PAGE = 1000
VOLUME_INDEX = 5
"""Where the volume stands in a row of ccxt."""


def shorten_message(error: Exception | str) -> str:
    """The error on one line of bounded length: the messages of ccxt can carry a whole web page."""
    return re.sub(r"\s+", " ", str(error)).strip()[:MAX_MESSAGE_CHARS]


def parse_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that the Retry-After header asks for, as a number or as a date; None without one that makes sense."""
    lowered = {name.lower(): value for name, value in headers.items()}
    value = lowered.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return None


def _reduce_market(market: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a market of ccxt."""
    venue_info = market.get("info")
    info = {key: venue_info[key] for key in INFO_KEYS if key in venue_info} if isinstance(venue_info, Mapping) else {}
    return {key: market.get(key) for key in MARKET_KEYS} | ({"info": info} if info else {})


ERROR_TRANSLATION: tuple[tuple[tuple[type[ccxt.BaseError], ...], type[CollectFailure]], ...] = (
    ((ccxt.BadSymbol,), NotListed),
    ((ccxt.RateLimitExceeded, ccxt.DDoSProtection), RateLimitedOut),
    ((ccxt.RestrictedLocation, ccxt.PermissionDenied), Refused),
    ((ccxt.NetworkError,), Unreachable),
    ((ccxt.BadResponse,), BadData),
)
"""What the exceptions of ccxt mean here; the first that fits counts."""


def translate_error(error: ccxt.BaseError) -> CollectFailure:
    """What an exception of ccxt means here; any other than `ERROR_TRANSLATION` is the venue saying no."""
    # Of a connection that failed ccxt says only what it asked; why is in the cause.
    is_connection_error = isinstance(error.__cause__, aiohttp.ClientError)
    message = shorten_message(f"{error.__cause__}; {error}" if is_connection_error else error)
    for error_types, failure_type in ERROR_TRANSLATION:
        if isinstance(error, error_types):
            return failure_type(message)
    # ccxt calls a body that was cut off on its way an ExchangeError, as if the venue had said no.
    return Unreachable(message) if is_connection_error else Rejected(message)


CCXT_THROTTLE_CONFIG: Mapping[str, Any] = {"tokenBucket": {"delay": 0.01}}
"""How many seconds ccxt sleeps before it looks again whether a request may go: its own 0.001 of nineteen venues keeps
a processor busy. What a late look misses is made up for by the next, so the pace stays."""


class VenueResponse(NamedTuple):
    """What a venue sent: the body, and what JSON it holds."""

    body: str
    json: Any


NO_RESPONSE = VenueResponse("", None)


class CandlePage(NamedTuple):
    """The rows of a page in time order, whether they came newest first (None: fewer than two), and the whole answer."""

    rows: list[CcxtRow]
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
        self.source = format_source(host.name, access.mirror)
        self._now = now
        # Of its own for each task: requests of several markets are under way at the same time.
        self._response: ContextVar[VenueResponse] = ContextVar("answer")
        self._ccxt: Any = getattr(ccxt, venue.id)(
            ccxt.Exchange.deep_extend(CCXT_THROTTLE_CONFIG, venue.config, host.config)
        )
        access.configure(self._ccxt)
        # okx and gate look at the age of the page, so ccxt has to live by the same clock as the rest.
        self._ccxt.milliseconds = lambda: to_ms(now())
        self._ccxt.seconds = lambda: to_ms(now()) // 1000
        self._ccxt_handle_errors = self._ccxt.handle_errors
        self._ccxt.handle_errors = self._handle_response

    async def list_markets(self) -> list[dict[str, Any]]:
        """The venue's markets of the row's kind, halted ones included: their history can be asked.

        Raises:
            CollectFailure: the list could not be had.
        """
        with self._translate_errors():
            markets = (await self._ccxt.load_markets()).values()
        matching = [market for market in markets if market[self.venue.kind.value]]
        if not matching:
            message = f"listed no {self.venue.kind} market at all"
            raise BadData(message)
        return [_reduce_market(market) for market in matching]

    def use_markets(self, markets: Sequence[Mapping[str, Any]]) -> None:
        """Take markets as listed, in the form that `list_markets` gives."""
        with self._translate_errors():
            self._ccxt.set_markets([dict(market) for market in markets])

    async def fetch_candle_page(self, symbol: str, price: str, timeframe: Timeframe, page: Span) -> CandlePage:
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
        end_parameter = self.venue.until
        if end_parameter is not None:
            parameters[end_parameter.name] = end_parameter.format_time(page.end)
        with self._translate_errors():
            rows: list[CcxtRow] = await self._ccxt.fetch_ohlcv(
                symbol, timeframe.value, to_ms(page.start), page.count_bars(timeframe), parameters
            )
            response = self._response.get(NO_RESPONSE)
            market = self._ccxt.market(symbol)
            raw_rows = self._extract_rows(response, market)
            if len(rows) != len(raw_rows):
                # ccxt dropped rows that are earlier than since or carry no time. The gate has to see them:
                # without them an answer for another time looks like an empty page.
                rows = self._ccxt.parse_ohlcvs(raw_rows, market)
            newest_first = None
            if len(raw_rows) > 1:
                first_time, last_time = (self._ccxt.parse_ohlcv(row, market)[0] for row in (raw_rows[0], raw_rows[-1]))
                newest_first = first_time is not None and last_time is not None and first_time > last_time
        self._clear_response()
        if price != "trade":
            # Nothing is traded at a mark or an index price; some venues send no volume with them, and others 0.
            rows = [[*row[:VOLUME_INDEX], 0.0] for row in rows]
        return CandlePage(rows, newest_first, response.body)

    async def fetch_trades_page(self, symbol: str, since_ns: int) -> TradesPage:
        """The page of public trades after ``since_ns``, as Kraken gives it.

        Not ``fetch_trades`` of ccxt: it cuts the cursor to whole seconds, and repeats or loses trades at page borders.

        Raises:
            CollectFailure: no page of trades came.
        """
        with self._translate_errors():
            market_id = self._ccxt.market(symbol)["id"]
            query = {"pair": market_id, "since": str(since_ns), "count": TRADES_PER_PAGE}
            result = (await self._ccxt.publicGetTrades(query))["result"]
            body = self._response.get(NO_RESPONSE).body
            rows = [(float(row[2]), str(row[0]), str(row[1]), int(row[6])) for row in result[market_id]]
            page = TradesPage(rows, int(result["last"]), body)
        self._clear_response()
        return page

    async def close(self) -> None:
        """Give back the connections."""
        await self._ccxt.close()

    def _clear_response(self) -> None:
        """Keep nothing of the last answer to this task: a page of JSON takes a megabyte, and each market has one."""
        self._response.set(NO_RESPONSE)

    def _extract_rows(self, response: VenueResponse, market: Mapping[str, Any]) -> list[Any]:
        """The list of candles in an answer, before ccxt looked at it; ccxt takes any other shape for no rows."""
        rows = response.json
        for key in self.venue.rows_at:
            rows = rows[market["id"] if key == MARKET_ID_PLACEHOLDER else key]
        if not isinstance(rows, list):
            message = f"answered without a list of candles: {shorten_message(response.body)}"
            raise BadData(message)
        return rows

    def _handle_response(
        self, code: int, reason: str, url: str, method: str, headers: Mapping[str, str], body: str, *extra: object
    ) -> object:
        """Stands before ccxt's own ``handle_errors``: the status tells more than the exception that ccxt makes of it.

        ccxt calls 451, 403, 404 and 400 an unavailable exchange, which looks as if it would pass, and hands on a body
        that is no JSON as if it were an empty answer.
        """
        parsed_json = extra[0]  # the body as JSON, None where it is none
        self._response.set(VenueResponse(body, parsed_json))
        if code >= HTTPStatus.BAD_REQUEST:
            self._raise_for_status(code, shorten_message(f"HTTP {code} {reason}: {body}"), headers)
        elif parsed_json is None:
            message = f"answered with no JSON: {shorten_message(body)!r}"
            raise BadData(message, garbled=True)
        result: object = self._ccxt_handle_errors(code, reason, url, method, headers, body, *extra)
        if code >= HTTPStatus.BAD_REQUEST:
            raise Rejected(shorten_message(f"HTTP {code} {reason}: {body}"))
        return result

    def _raise_for_status(self, code: int, message: str, headers: Mapping[str, str]) -> None:
        """Raise what the status means, where it has one meaning for every venue."""
        if code in REFUSAL_STATUSES:
            raise Refused(message)
        if code in RATE_LIMIT_STATUSES:
            raise RateLimitedOut(message, parse_retry_after(headers, self._now()))
        if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unreachable(message)
        if GATE_TOO_OLD in message:
            raise HistoryTooShort(message)

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        """Turns what ccxt raises into a `CollectFailure`."""
        try:
            yield
        except ccxt.BaseError as error:
            raise translate_error(error) from error
        except SOCKS_FAILURES as error:
            raise Unreachable(shorten_message(f"SOCKS proxy: {error}")) from error
        except PARSE_ERRORS as error:
            message = f"answered in an unexpected shape: {shorten_message(self._response.get(NO_RESPONSE).body)}"
            raise BadData(message) from error
