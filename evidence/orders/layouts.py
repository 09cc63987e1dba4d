"""Known forms of order logs, as data: what exchanges' exports and programs name their columns."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from data.files.layouts.layout import normalize_key

ROLES = (
    "time",
    "venue",
    "symbol",
    "side",
    "quantity",
    "price",
    "reduce_only",
    "http_status",
    "code",
    "message",
    "state",
)
"""The fields of an event that a column can hold; ``state`` is that of the order, such as FILLED or REJECTED."""

ANSWER_ROLES = frozenset({"http_status", "code", "message", "state"})
"""The fields that say what became of an order; a log has at least one of them."""

USUAL_KEYS: Mapping[str, tuple[str, ...]] = {
    "time": (
        "time", "timestamp", "ts", "datetime", "date", "utctime", "ordertime", "createtime", "createdtime",
        "createdat", "transacttime", "eventtime", "senttime", "ctime", "utime", "updatetime", "asctime",
    ),
    "venue": ("venue", "exchange"),
    "symbol": ("symbol", "pair", "market", "instrument", "instid", "contract", "contracts", "spotpairs"),
    "side": ("side", "direction"),
    "quantity": ("quantity", "qty", "origqty", "orderqty", "orderamount", "amount", "size", "sz"),
    "price": ("price", "px", "orderprice", "limitprice"),
    "reduce_only": ("reduceonly", "isreduceonly"),
    "http_status": ("httpstatus", "http", "httpcode", "statuscode", "httpstatuscode"),
    "code": ("scode", "code", "errorcode", "errcode", "retcode", "rejectcode"),
    "message": ("message", "smsg", "msg", "errormessage", "errormsg", "retmsg", "rejectreason", "reason", "error"),
    "state": ("state", "orderstatus", "ordstatus", "orderstate", "status"),
}  # fmt: skip
"""Keys (`normalize_key`) of columns by their role, the most telling first."""

ZONE_IN_NAME = re.compile(r"\(?\b(?:UTC|GMT)\s*(?P<sign>[+-]{0,2})(?P<hours>\d{1,2})?(?::?00)?\)?$", re.IGNORECASE)
"""The zone in the name of a column, such as ``Date(UTC)`` or ``Order Time(UTC+8)``."""

ZONE_IN_FILE = re.compile(r"\(UTC(?P<sign>-{0,2}|\+)(?P<hours>\d{1,2})?\)", re.IGNORECASE)
"""The zone in the name of a file, such as ``Binance-Futures-Order-History-202510110503(UTC--6).csv``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLayout:
    """A form of order log.

    Attributes:
        name: as users know it.
        marks: keys that all of its files have in their header.
        keys: keys of roles that differ from the usual ones.
        venue: the exchange that wrote it; None if any may have.
        derivatives: whether its markets are derivatives; None if it does not say.
        state: the state of each row where no column has it.
        remark: what its users have to know, a sentence without its full stop.
        detail_marks: of these roles a row that is a detail of the row above has none.
    """

    name: str
    marks: frozenset[str] = frozenset()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    venue: str | None = None
    derivatives: bool | None = None
    state: str | None = None
    remark: str = ""
    detail_marks: frozenset[str] = frozenset()


HISTORY_REMARK = (
    "an export of orders lists those that the exchange has on record; orders that were refused before they got a "
    "number are not in it, so that its refusal rate can only be too low"
)

FILLS_REMARK = f"each row is a fill, so that an order of several fills counts several times; {HISTORY_REMARK}"

LOG_LAYOUTS = (
    # Header as importers of these files state it: "Date(UTC),OrderNo,Pair,Type,Side,Order Price,Order Amount,AvgTrading
    # Price,Filled,Total,status"; older ones have BUY and SELL in Type. Each order can be followed by the rows of its
    # fills, whose first column is empty.
    LogLayout(
        name="Binance spot order history",
        marks=frozenset({"pair", "orderprice", "orderamount", "avgtradingprice"}),
        keys={"time": ("dateutc", "date"), "side": ("side", "type"), "quantity": ("orderamount",)},
        venue="binance",
        derivatives=False,
        remark=HISTORY_REMARK,
        detail_marks=frozenset({"time"}),
    ),
    # Begins "Uid,Time,Order No"; the rest as the page of the order history names it. The file's name has the zone.
    LogLayout(
        name="Binance futures order history",
        marks=frozenset({"uid", "time", "orderno", "symbol"}),
        venue="binanceusdm",
        derivatives=True,
        remark=HISTORY_REMARK,
    ),
    # "Spot Pairs,Order Type,Direction,Filled Value,Filled Price,Filled Quantity,Fees,Transaction ID,Order No.,
    # Timestamp (UTC)", in files that are named OrderHistory.
    LogLayout(
        name="Bybit spot order history",
        marks=frozenset({"spotpairs", "ordertype", "direction"}),
        keys={
            "time": ("timestamputc", "timestamputc0", "timestamp", "ordertime"),
            "quantity": ("orderquantity", "orderqty", "filledquantity"),
            "price": ("orderprice", "filledprice"),
        },
        venue="bybit",
        derivatives=False,
        state="filled",
        remark=FILLS_REMARK,
    ),
    # "Market,Filled Type,Filled Quantity,Filled Price,Order Price,...,Direction,Order Type,Trasaction ID,Order No.,
    # Transaction Time(UTC+0)"; "Contracts" in place of "Market" in older ones.
    LogLayout(
        name="Bybit derivatives order history",
        marks=frozenset({"ordertype", "direction", "orderno", "filledprice"}),
        keys={
            "time": ("transactiontimeutc0", "transactiontime", "ordertime", "createtime"),
            "quantity": ("orderquantity", "orderqty", "filledquantity"),
            "price": ("orderprice", "filledprice"),
        },
        venue="bybit",
        derivatives=True,
        state="filled",
        remark=FILLS_REMARK,
    ),
    # "Order ID,Order Time,Instrument,Symbol,Side,Order Type,...,Filled Amount,Avg. Filled Price,PNL,Fee,Status", times
    # without a zone, after a line about the account.
    LogLayout(
        name="OKX order history",
        marks=frozenset({"orderid", "ordertime", "instrument", "symbol", "filledamount"}),
        keys={
            "symbol": ("symbol",),
            "time": ("ordertime",),
            "quantity": ("orderamount", "amount", "filledamount"),
            "price": ("orderprice", "avgfilledprice"),
        },
        venue="okx",
        remark=HISTORY_REMARK,
    ),
)
"""The exports of exchanges, of which the first that fits is taken."""

NAMED_COLUMNS = LogLayout(name="log with named columns")
"""Every other file whose columns have usual names."""

MAPPED_COLUMNS = LogLayout(name="log with columns as given")
"""A file whose columns the caller names."""

PLAIN_LINES = LogLayout(name="plain log lines")
"""Lines of text in which codes and fields are searched."""

PREAMBLE = re.compile(r'^\W*"?(UID|Account)\s*:', re.IGNORECASE)
"""A line about the account, before the header of an export."""


def recognise_columns(columns: Iterable[str]) -> tuple[LogLayout, dict[str, str]] | None:
    """The layout of a file by its columns, and the column of each role; None if times or answers have none."""
    by_key: dict[str, str] = {}
    names = list(columns)
    for name in (*names, *(name for name in names if "." in name)):
        by_key.setdefault(normalize_key(name), name)
        by_key.setdefault(normalize_key(name.rsplit(".", 1)[-1]), name)
        by_key.setdefault(normalize_key(ZONE_IN_NAME.sub("", name.strip())), name)
    for layout in (*LOG_LAYOUTS, NAMED_COLUMNS):
        if not layout.marks <= by_key.keys():
            continue
        roles = {
            role: by_key[key]
            for role in ROLES
            if (key := next((key for key in layout.keys.get(role, USUAL_KEYS[role]) if key in by_key), None))
        }
        if "time" in roles and (layout.state is not None or ANSWER_ROLES & roles.keys()):
            return layout, roles
    return None


def find_zone(column: str, file: str) -> str | None:
    """The zone that the name of the column of times states, else that of the file; None if neither does.

    >>> find_zone("Date(UTC)", "x.csv"), find_zone("Order Time(UTC+8)", "x.csv"), find_zone("time", "x(UTC--6).csv")
    ('UTC', 'Etc/GMT-8', 'Etc/GMT+6')
    """
    match = ZONE_IN_NAME.search(column.strip()) or ZONE_IN_FILE.search(file)
    if match is None:
        return None
    hours = int(match["hours"] or 0)
    # Zones of a fixed offset have the other sign in their names.
    return "UTC" if hours == 0 else f"Etc/GMT{'+' if '-' in match['sign'] else '-'}{hours}"
