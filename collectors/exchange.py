"""The edge to ccxt: the only module that imports it, and the only one that holds values without a type.

Importing ccxt costs over half a second and 100 MB, so this module is imported when a collection starts, not before.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any

import aiohttp
import ccxt.async_support as ccxt

from collectors.candles import Row, to_ms
from collectors.failures import (
    BadData,
    CollectFailure,
    NotListed,
    RateLimitedOut,
    Refused,
    Rejected,
    Unreachable,
)
from collectors.mirror import mirrored, source_of
from collectors.sink import Clock
from collectors.venues import Host, VenueRow

REFUSALS = frozenset({HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS, HTTPStatus.FORBIDDEN})
TOO_OFTEN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT})
"""Binance answers 418 when an address goes on after 429."""

WRONG_SHAPE = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What the parsers of ccxt raise on JSON of a shape that they do not expect."""

LONGEST_MESSAGE = 200


def told(error: Exception | str) -> str:
    """The error on one line of bounded length: the messages of ccxt can carry a whole web page."""
    return re.sub(r"\s+", " ", str(error)).strip()[:LONGEST_MESSAGE]


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The seconds that the Retry-After header asks for; None without one, or where it is a date."""
    lowered = {name.lower(): value for name, value in headers.items()}
    value = lowered.get("retry-after", "").strip()
    return float(value) if value.isascii() and value.isdigit() else None


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
    for kinds, meaning in MEANINGS:
        if isinstance(error, kinds):
            return meaning(told(error))
    # ccxt calls a body that was cut off on its way an ExchangeError, as if the venue had said no.
    cut_off = isinstance(error.__cause__, aiohttp.ClientError)
    return Unreachable(told(error)) if cut_off else Rejected(told(error))


class VenueExchange:
    """One ccxt exchange of one venue, and the only one in the process: limits are kept per instance.

    ``source`` is the host that is asked. Ask it one thing at a time. Close it at the end.
    """

    def __init__(self, venue: VenueRow, host: Host, mirror: str | None, now: Clock) -> None:
        self.venue = venue
        self.source = source_of(host.name, mirror)
        self._answer: Any = None
        self._ccxt: Any = getattr(ccxt, venue.id)(ccxt.Exchange.deep_extend(venue.config, host.config))
        if mirror is not None:
            self._ccxt.urls["api"] = mirrored(self._ccxt.urls["api"], mirror, self._ccxt.hostname)
        # okx takes its endpoint by the age of the page, so ccxt has to live by the same clock as the rest.
        self._ccxt.milliseconds = lambda: to_ms(now())
        self._venue_errors = self._ccxt.handle_errors
        self._ccxt.handle_errors = self._read_answer

    async def spot_symbols(self) -> frozenset[str]:
        """The unified symbols of the venue's spot markets, halted ones included: their history can be asked.

        Raises:
            CollectFailure: the list could not be had.
        """
        with self._translated():
            markets = await self._ccxt.load_markets()
        symbols = frozenset(symbol for symbol, market in markets.items() if market["spot"])
        if not symbols:
            message = "listed no spot market at all"
            raise BadData(message)
        return symbols

    async def candle_rows(self, symbol: str, since: datetime, limit: int) -> list[Row]:
        """Every row that the venue sends when asked for ``limit`` 1-minute candles from ``since``, whatever it is.

        Never ``until`` or ``paginate``: with them the pages of several venues repeat or leave out minutes
        (https://github.com/ccxt/ccxt/issues/26252).

        Raises:
            CollectFailure: no list of rows came.
        """
        with self._translated():
            rows: list[Row] = await self._ccxt.fetch_ohlcv(symbol, "1m", since=to_ms(since), limit=limit)
            sent = self._rows_sent()
            if len(rows) != len(sent):
                # ccxt dropped rows that are earlier than since or carry no time. The gate has to see them:
                # without them an answer for another time looks like an empty page.
                rows = self._ccxt.parse_ohlcvs(sent, self._ccxt.market(symbol))
        return rows

    async def close(self) -> None:
        """Give back the connections."""
        await self._ccxt.close()

    def _rows_sent(self) -> list[Any]:
        """The list of candles in the last answer, before ccxt looked at it; ccxt takes any other shape for no rows."""
        rows = self._answer
        for key in self.venue.rows_at:
            rows = rows[key]
        if not isinstance(rows, list):
            message = f"answered without a list of candles: {told(str(self._answer))}"
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
        said = told(f"HTTP {code} {reason}: {body}")
        if code in REFUSALS:
            raise Refused(said)
        if code in TOO_OFTEN:
            raise RateLimitedOut(said, retry_after_s(headers))
        if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unreachable(said)
        if answer is None and code < HTTPStatus.BAD_REQUEST:
            message = f"answered with no JSON: {told(body)!r}"
            raise BadData(message, garbled=True)
        self._answer = answer
        handled: object = self._venue_errors(code, reason, url, method, headers, body, *rest)
        if code >= HTTPStatus.BAD_REQUEST:
            raise Rejected(said)
        return handled

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turns what ccxt raises into a `CollectFailure`."""
        try:
            yield
        except ccxt.BaseError as error:
            raise failure_of(error) from error
        except WRONG_SHAPE as error:
            message = f"answered in an unexpected shape: {told(str(self._answer))}"
            raise BadData(message) from error
