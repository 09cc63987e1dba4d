"""A log as the browser posts it: its bytes, what its form says, and the view that it is shown beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from dashboard.state.url import parse_query
from dashboard.state.view import ViewState
from data.catalogue import Catalogue
from data.errors import UsageError
from data.files.formats.limits import UPLOAD_LIMITS
from data.files.formats.unpack import Content
from data.text.quoting import quote_input
from evidence.orders.layouts import ROLES
from evidence.orders.read_log import LogOptions, OrderLog, parse_order_log
from evidence.orders.schema import OrderClass

COLUMN_PREFIX = "column-"
"""What the name of a form field begins with that names the column of a role."""

FIELDS = ("times", "venue", "skew", *(f"{COLUMN_PREFIX}{role}" for role in ROLES))
"""The names of the form's fields."""


@dataclass(frozen=True, slots=True)
class PostedLog:
    """What was posted, and what was read of it.

    Attributes:
        texts: what the form says, by `FIELDS`; empty fields are left out.
        view: the view of the page.
        shown_class: the class that the table of events is about; None for all.
        log: what was read.
    """

    texts: Mapping[str, str]
    view: ViewState
    shown_class: OrderClass | None
    log: OrderLog


def read_posted_log(name: str, data: bytes, query: Mapping[str, str], catalogue: Catalogue, now: datetime) -> PostedLog:
    """Read a posted log; nothing of it is written anywhere.

    Args:
        name: of the file.
        data: its bytes.
        query: of the address: the fields of the form, ``class``, and the query of the view as ``view``.
        catalogue: of events, assets and venues.
        now: the time of reading, aware: no event lies after the following day.

    Raises:
        FileRefused: the file is no log.
        UsageError: a field of the form is not valid.
    """
    texts = {field: text.strip() for field in FIELDS if (text := query.get(field, "")).strip()}
    view, _ = parse_query(dict(parse_qsl(query.get("view", "").removeprefix("?"))), catalogue)
    class_name = query.get("class", "")
    shown_class = OrderClass(class_name) if class_name in list(OrderClass) else None
    columns = {role: texts[f"{COLUMN_PREFIX}{role}"] for role in ROLES if f"{COLUMN_PREFIX}{role}" in texts}
    options = LogOptions(
        times=texts.get("times"),
        venue=texts.get("venue"),
        skew_s=parse_skew(texts.get("skew", "0")),
        columns=columns,
        limits=UPLOAD_LIMITS,
        now=now,
    )
    return PostedLog(texts, view, shown_class, parse_order_log(Content(name, data), options))


def parse_skew(text: str) -> float:
    """Seconds; a comma may stand for the decimal point.

    >>> parse_skew("-1,5")
    -1.5

    Raises:
        UsageError: the text is no number.
    """
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        message = f"{quote_input(text[:40])} is no number of seconds"
        raise UsageError(message) from error
