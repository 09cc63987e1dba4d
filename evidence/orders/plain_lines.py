"""Searches plain log lines for answers to orders: times, codes, HTTP statuses, markets, sides and quantities."""

from collections.abc import Mapping

import polars as pl

from data.files.formats.line_table import TextLines
from data.files.formats.raw_table import LINE_COLUMN

MAX_MESSAGE_CHARS = 300
"""How much of a line is shown as its message."""

ISO = r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|\s?UTC|[+-]\d\d:?\d\d|\s\+\d\d:?\d\d|\s-\d\d:\d\d)?"
"""A time with or without a zone. A number after a blank is an offset only where it is no code, such as -2022."""

LEADING_EPOCH = r"^\W*(\d{10}(?:\.\d{1,6})?|\d{13}|\d{16})\b"

VALUE = r"""["']?\s*[=:]\s*["']?"""
"""What stands between the name of a field and its value."""

NO_ANSWER = r"(?i)\b(timed out|request ?timeout|read ?timeout|etimedout|econnreset|connection reset)"
"""What programs write where no answer came, which is a state of the order in the table of codes."""

QUOTES = "USDT|USDC|FDUSD|BUSD|TUSD|DAI|USD|EUR|GBP|KRW|JPY|TRY|BRL|BTC|ETH|BNB"

PATTERNS: Mapping[str, tuple[str, ...]] = {
    "time": (f"({ISO})", LEADING_EPOCH, rf"""(?i)\b(?:ts|time|timestamp){VALUE}(\d{{10,16}}(?:\.\d+)?)\b"""),
    "venue": (
        rf"(?i)\b(?:exchange|venue){VALUE}([A-Za-z][\w.]{{1,30}})",
        r"(?i)\b(binanceusdm|binancecoinm|binance|bybit|okx)\b",
    ),
    "symbol": (
        rf"(?i)\b(?:symbol|pair|instId|inst_id|instrument|market){VALUE}([A-Za-z0-9]+(?:[-_/:][A-Za-z0-9]+)*)",
        rf"\b([A-Z0-9]{{2,15}}[-_/]?(?:{QUOTES})(?:_PERP|-SWAP|:[A-Z]+|[-_]\d{{6}})?)\b",
    ),
    "side": (rf"(?i)\bside{VALUE}(buy|sell)\b", r"(?i)\b(buy|sell)\b"),
    "quantity": (rf"(?i)\b(?:origQty|quantity|qty|amount|size|sz){VALUE}(\d+(?:\.\d+)?)",),
    "price": (rf"(?i)\b(?:price|px){VALUE}(\d+(?:\.\d+)?)",),
    "reduce_only": (rf"(?i)\b(?:reduce_?only){VALUE}(true|false|1|0)\b",),
    "http_status": (
        r"(?i)\bHTTP(?:/\d(?:\.\d)?)?(?:\s+status(?:\s+code)?)?[\s=:]*([1-5]\d\d)\b",
        rf"(?i)\b(?:http_?)?status(?:_?code)?{VALUE}([1-5]\d\d)\b",
    ),
    "code": (rf"(?i)\b(?:s_?code|error_?code|err_?code|ret_?code|code){VALUE}(-?\d{{1,7}})\b",),
    "state": (
        rf"(?i)\b(?:order_?)?(?:status|state){VALUE}([A-Za-z_]{{2,30}})\b",
        r"(?i)\border\s+(?:was\s+|is\s+)?(accepted|placed|filled|acknowledged|rejected|refused)\b",
        NO_ANSWER,
    ),
}  # fmt: skip
"""The patterns of each role, of which the first that a line has counts. The first group is the value."""

ANSWERS = ("code", "http_status", "state")
"""A line without any of them is no answer to an order."""


def find_fields(lines: TextLines) -> tuple[pl.DataFrame, int]:
    """The events of lines of text.

    Returns:
        `LINE_COLUMN`, each role of `PATTERNS` and ``message`` (how the line goes on after its time) as text, null where
        a line does not have it; and the number of lines that are no answer to an order, which are left out.
    """
    numbered = lines.number_lines()
    text = pl.col("text")
    found = numbered.with_columns(
        pl.coalesce(*(text.str.extract(pattern) for pattern in PATTERNS[role])).alias(role)
        for role in (*ANSWERS, "time")
    ).filter(pl.any_horizontal(pl.col(name).is_not_null() for name in ANSWERS))
    rest = [role for role in PATTERNS if role not in found.columns]
    fields = found.with_columns(
        *(pl.coalesce(*(text.str.extract(pattern) for pattern in PATTERNS[role])).alias(role) for role in rest),
        text.str.replace(rf"^\W*{ISO}[\s\],;|]*", "").str.slice(0, MAX_MESSAGE_CHARS).alias("message"),
    )
    return fields.select(LINE_COLUMN, *PATTERNS, "message"), len(numbered) - len(fields)
