"""The forms of the names in a view: what has another form is the name of nothing."""

import re

from dashboard.state.quoting import quote_value
from data.errors import UsageError

TICKER = re.compile(r"[A-Z0-9]{1,20}")
QUOTE_GROUP = re.compile(r"[a-z0-9]{1,20}")
SCAN_ID = re.compile(r"[A-Za-z0-9-]{0,40}")
VENUE_ID = re.compile(r"[a-z0-9_]{1,40}")

MAX_LISTED_VENUES = 200
"""Exchanges that one view excludes or hides: more than there are, while each link of a page repeats them."""


def check_ticker(text: str) -> str:
    """The text, which may be the ticker of an asset.

    Raises:
        UsageError: It cannot be.
    """
    return _check_name(text, TICKER, "asset")


def check_venue(text: str) -> str:
    """The text, which may be the id of an exchange.

    Raises:
        UsageError: It cannot be.
    """
    return _check_name(text, VENUE_ID, "exchange")


def _check_name(text: str, form: re.Pattern[str], noun: str) -> str:
    if not form.fullmatch(text):
        message = f"{quote_value(text)} is no {noun}"
        raise UsageError(message)
    return text
