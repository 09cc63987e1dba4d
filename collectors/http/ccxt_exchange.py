"""The adapter of ccxt: the only module that imports it, and the only one with untyped values.

Importing ccxt takes over half a second and 100 MB, so this module is imported when a collection starts, not before.
"""

import asyncio
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
    make_printable,
)
from collectors.http.access import Access
from collectors.http.clock import VenueClock
from collectors.http.connection_failures import describe_connection_failure
from collectors.http.mirror import format_source
from collectors.http.number_sizes import bound_precision, find_huge_number
from collectors.limits import LIST_TIME, LIST_UNPACKED, NUMBER_DIGITS, PAGE_TIME, PAGE_UNPACKED
from collectors.page_validation import CcxtRow, from_ms, to_ms
from collectors.store_writer import Clock
from collectors.venues.row import Host, VenueRow
from data.intervals import Span
from data.schema import Timeframe
from data.text.quoting import quote_input
from data.text.redact import redact_secrets

REFUSAL_STATUSES = frozenset({HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS, HTTPStatus.FORBIDDEN})
RATE_LIMIT_STATUSES = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT})
"""Binance sends 418 to clients that go on after 429."""

GATE_TOO_OLD = "Candlestick too long ago"
"""Gate's message with HTTP 400 for a page beyond its newest 10,000 candles: https://github.com/ccxt/ccxt/issues/27861."""

PARSE_ERRORS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the parsers of ccxt raise on JSON of an unexpected shape."""

SOCKS_FAILURES = (ProxyConnectionError, ProxyError, ProxyTimeoutError)
"""Errors of SOCKS proxies; they are no errors of aiohttp, and ccxt does not translate them."""

MAX_MESSAGE_CHARS = 200
MAX_ERROR_CHARS = 20_000
"""The part of a message that is searched for secrets before it is cut."""

MARKET_ID_PLACEHOLDER = "{id}"
"""Stands for the id of the market among the keys that lead to the candles."""

MARKET_KEYS = (
    *("id", "symbol", "base", "quote", "settle", "baseId", "quoteId", "settleId", "type", "active"),
    *("spot", "swap", "future", "option", "contract", "linear", "inverse", "contractSize"),
)
"""The keys of a ccxt market that are stored: enough to request its candles without a new listing."""

INFO_KEYS = ("instFamily",)
"""The keys of a market's raw ``info`` that are stored: ccxt needs them for index prices of okx."""

TRADES_PER_PAGE = 1000
VOLUME_INDEX = 5
"""The index of the volume in a row of ccxt."""


def shorten_message(error: Exception | str) -> str:
    """The error on one line of at most `MAX_MESSAGE_CHARS`, without secrets.

    Messages of ccxt can contain a whole web page, and the address of a mirror with its account.
    """
    return make_printable(redact_secrets(str(error)[:MAX_ERROR_CHARS]))[:MAX_MESSAGE_CHARS]


def parse_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds in the Retry-After header, given as a number or a date; None where it is absent or invalid."""
    lowered = {name.lower(): value for name, value in headers.items()}
    value = lowered.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return None


def _reduce_market(market: Mapping[str, Any]) -> dict[str, Any]:
    """The stored part of a ccxt market."""
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
"""The failure for each exception of ccxt; the first match counts."""


def translate_error(error: ccxt.BaseError) -> CollectFailure:
    """The failure for an exception of ccxt: by `ERROR_TRANSLATION`, otherwise an error that the venue answered with."""
    # On a failed connection the message of ccxt has the request only; the reason is in the cause.
    cause = error.__cause__
    is_connection_error = isinstance(cause, aiohttp.ClientError)
    message = shorten_message(describe_connection_failure(cause) if isinstance(cause, aiohttp.ClientError) else error)
    for error_types, failure_type in ERROR_TRANSLATION:
        if isinstance(error, error_types):
            return failure_type(message)
    # ccxt raises ExchangeError for a body that was cut off, as for errors that the venue answered with.
    return Unreachable(message) if is_connection_error else Rejected(message)


CCXT_CONFIG: Mapping[str, Any] = {"timeout": PAGE_TIME.amount * 1000, "tokenBucket": {"delay": 0.01}}
"""The time for an answer in ms, and seconds between ccxt's checks whether a request may be sent: its default of 0.001
keeps a processor busy with nineteen venues. The rate stays the same, as a late check sends what is due."""


class VenueResponse(NamedTuple):
    """A response: its body, and the parsed JSON."""

    body: str
    json: Any


NO_RESPONSE = VenueResponse("", None)


class CandlePage(NamedTuple):
    """The rows of a page in time order, whether they were sent newest first (None: fewer than two), and the body."""

    rows: list[CcxtRow]
    newest_first: bool | None
    body: str


class NumberedTrades(NamedTuple):
    """Public trades as sent: rows of time in s, price, amount and number, and the body."""

    rows: list[tuple[float, str, str, int]]
    body: str


class TradesPage(NamedTuple):
    """Public trades: rows of time in s, price, amount and id, oldest first; the next page begins at ``last_ns``."""

    rows: list[tuple[float, str, str, int]]
    last_ns: int
    body: str


class VenueExchange:
    """One ccxt exchange at one host of a venue. Use only one per venue, as ccxt keeps rate limits per instance.

    ``source`` is the host. Several tasks may send requests at once. Close it at the end.
    """

    def __init__(self, venue: VenueRow, host: Host, access: Access, now: Clock, clock: VenueClock) -> None:
        self.venue = venue
        self._clock = clock
        self.source = format_source(host.name, access.mirror)
        self._now = now
        # A value for each task: requests of several markets run concurrently.
        self._response: ContextVar[VenueResponse] = ContextVar("answer")
        self._ccxt: Any = getattr(ccxt, venue.id)(ccxt.Exchange.deep_extend(CCXT_CONFIG, venue.config, host.config))
        access.rewrite_addresses(self._ccxt)
        self._session = access.open_session(venue.own_hosts, self._ccxt.cafile)
        self._ccxt.own_session, self._ccxt.session = False, self._session
        # For okx and gate ccxt looks at the age of the page, so it needs the same clock as the rest.
        self._ccxt.milliseconds = lambda: to_ms(now())
        self._ccxt.seconds = lambda: to_ms(now()) // 1000
        for name in ("parse_precision", "integer_precision_to_amount"):
            setattr(self._ccxt, name, bound_precision(getattr(self._ccxt, name), self.source))
        self._ccxt_handle_errors = self._ccxt.handle_errors
        self._ccxt.handle_errors = self._handle_response

    async def list_markets(self) -> list[dict[str, Any]]:
        """The venue's markets of the row's kind, halted ones included: their history can be requested.

        Raises:
            CollectFailure: the request failed, or the list has no market of the kind.
        """
        with self._translate_errors():
            self._session.page_limit = LIST_UNPACKED
            try:
                async with asyncio.timeout(LIST_TIME.amount):
                    markets = (await self._ccxt.load_markets()).values()
            except TimeoutError:
                LIST_TIME.refuse(self.source)
            finally:
                self._session.page_limit = PAGE_UNPACKED
        matching = [market for market in markets if market[self.venue.kind.value]]
        if not matching:
            message = f"listed no {self.venue.kind} market"
            raise BadData(message)
        return [_reduce_market(market) for market in matching]

    def use_markets(self, markets: Sequence[Mapping[str, Any]]) -> None:
        """Load markets, in the form of `list_markets`."""
        with self._translate_errors():
            self._ccxt.set_markets([dict(market) for market in markets])

    async def fetch_candle_page(self, symbol: str, price: str, timeframe: Timeframe, page: Span) -> CandlePage:
        """All rows that the venue sends for a page of candles, also invalid ones.

        Does not use ``until`` or ``paginate`` of ccxt: with them pages of several venues repeat or lack minutes
        (https://github.com/ccxt/ccxt/issues/26252).

        Args:
            symbol: ccxt unified symbol.
            price: ``trade``, ``mark`` or ``index``.
            timeframe: the timeframe of the candles.
            page: whole bars, at most as many as the venue sends at once.

        Raises:
            CollectFailure: the request failed, or the response has no list of rows.
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
                # ccxt dropped rows that are earlier than since or have no time. Validation needs them: without them
                # a response for another time looks like an empty page.
                rows = self._ccxt.parse_ohlcvs(raw_rows, market)
            newest_first = None
            if len(raw_rows) > 1:
                first_time, last_time = (self._ccxt.parse_ohlcv(row, market)[0] for row in (raw_rows[0], raw_rows[-1]))
                newest_first = first_time is not None and last_time is not None and first_time > last_time
        self._clear_response()
        if price != "trade":
            # Mark and index prices have no volume; some venues send none, and others 0.
            rows = [[*row[:VOLUME_INDEX], 0.0] for row in rows]
        return CandlePage(rows, newest_first, response.body)

    async def fetch_trades_page(self, symbol: str, since_ns: int) -> TradesPage:
        """The page of public trades after ``since_ns``, in the format of Kraken.

        Does not use ``fetch_trades`` of ccxt: it cuts the cursor to seconds, and repeats or loses trades between pages.

        Raises:
            CollectFailure: the request failed, or the response is no page of trades.
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

    async def fetch_trades_before(self, symbol: str, before: int | None, count: int) -> NumberedTrades:
        """The newest public trades with a number below ``before`` (None: of all), in the format of Coinbase.

        Raises:
            CollectFailure: the request failed, or the response is no page of trades.
        """
        with self._translate_errors():
            query = {"id": self._ccxt.market(symbol)["id"], "limit": count}
            cursor = {} if before is None else {"after": before}
            result = await self._ccxt.publicGetProductsIdTrades(query | cursor)
            body = self._response.get(NO_RESPONSE).body
            rows = [
                (
                    datetime.fromisoformat(row["time"]).timestamp(),
                    str(row["price"]),
                    str(row["size"]),
                    int(row["trade_id"]),
                )
                for row in result
            ]
        self._clear_response()
        return NumberedTrades(rows, body)

    async def note_time(self) -> None:
        """Compare the clocks by the venue's endpoint for its time, where it has one.

        Raises:
            CollectFailure: the request failed, or the response has no time.
        """
        if self._ccxt.has["fetchTime"] is True:
            with self._translate_errors():
                self._clock.note_time(from_ms(int(await self._ccxt.fetch_time())))

    async def close(self) -> None:
        """Close the connections."""
        await self._ccxt.close()
        await self._session.close()

    def _clear_response(self) -> None:
        """Drop the last response of this task: a page of JSON takes a megabyte, and each market has a task."""
        self._response.set(NO_RESPONSE)

    def _extract_rows(self, response: VenueResponse, market: Mapping[str, Any]) -> list[Any]:
        """The raw list of candles in a response; ccxt takes any other shape for no rows."""
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
        """Replaces ``handle_errors`` of ccxt, which is called where the status has no fixed meaning.

        ccxt raises ExchangeNotAvailable, which looks transient, for 451, 403, 404 and 400, and takes a body that is no
        JSON for an empty response.
        """
        parsed_json = extra[0]  # the body as JSON, None where it is none
        if code < HTTPStatus.BAD_REQUEST:  # an error may come from a proxy
            self._clock.note_headers(headers)
        self._response.set(VenueResponse(body, parsed_json))
        if code >= HTTPStatus.BAD_REQUEST:
            self._raise_for_status(code, shorten_message(f"HTTP {code} {reason}: {body}"), headers)
        elif parsed_json is None:
            message = f"answered with something else than JSON: {quote_input(shorten_message(body))}"
            raise BadData(message, garbled=True)
        elif (huge_number := find_huge_number(parsed_json)) is not None:
            NUMBER_DIGITS.refuse(f"answered with the number {quote_input(huge_number[:20])}")
        result: object = self._ccxt_handle_errors(code, reason, url, method, headers, body, *extra)
        if code >= HTTPStatus.BAD_REQUEST:
            raise Rejected(shorten_message(f"HTTP {code} {reason}: {body}"))
        return result

    def _raise_for_status(self, code: int, message: str, headers: Mapping[str, str]) -> None:
        """Raise the failure for a status that means the same at every venue; return for others."""
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
        """Raise errors of ccxt as a `CollectFailure`."""
        try:
            yield
        except ccxt.BaseError as error:
            raise translate_error(error) from error
        except SOCKS_FAILURES as error:
            raise Unreachable(shorten_message(f"SOCKS proxy: {error}")) from error
        except PARSE_ERRORS as error:
            message = f"answered in an unknown form: {shorten_message(self._response.get(NO_RESPONSE).body)}"
            raise BadData(message) from error
