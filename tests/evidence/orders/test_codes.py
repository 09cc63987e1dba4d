"""The table of codes: hand-written answers for the codes that the event of October 2025 is about."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from data.errors import UsageError
from data.schema import TIME
from evidence.orders.classify import classify_events
from evidence.orders.codes import load_order_codes, parse_order_codes
from evidence.orders.schema import OrderClass, Outcome

EVENT = datetime(2025, 10, 10, 21, 20, tzinfo=UTC)

ANSWERS = [
    # venue, code, status, state, message -> class, outcome
    ("binance", "-2022", 400, None, "ReduceOnly Order is rejected.", "matching-risk", "refused"),
    ("binanceusdm", "-4118", 400, None, None, "matching-risk", "refused"),
    ("binance", "-2010", None, None, "Account has insufficient balance", "matching-risk", "refused"),
    ("binance", "-2011", None, None, "Unknown order sent.", "matching-risk", "no-order"),
    ("binance", "-2013", None, None, None, "matching-risk", "no-order"),
    ("binance", "-2018", None, None, None, "matching-risk", "refused"),
    ("binance", "-2019", None, None, None, "matching-risk", "refused"),
    ("binance", "-2021", None, None, None, "matching-risk", "refused"),
    ("binance", "-4164", None, None, None, "matching-risk", "refused"),
    ("binance", "-1008", 503, None, None, "transport", "refused"),
    ("binance", "-1007", 408, None, None, "transport", "undetermined"),
    ("binance", None, 503, None, "Unknown error, please check your request", "transport", "undetermined"),
    ("binance", None, 503, None, "SERVICE UNAVAILABLE.", "transport", "refused"),
    ("binance", None, 504, None, None, "transport", "undetermined"),
    ("binance", None, 429, None, None, "rate-limit", "refused"),
    ("binance", None, 418, None, None, "rate-limit", "refused"),
    ("binance", "-1003", 429, None, None, "rate-limit", "refused"),
    ("binance", "-1015", None, None, None, "rate-limit", "refused"),
    ("binance", None, 200, None, None, "accepted", "accepted"),
    ("binance", None, None, "PARTIALLY_FILLED", None, "accepted", "accepted"),
    ("binance", None, None, "Expired in match", None, "accepted", "accepted"),
    ("binance", None, None, "REJECTED", None, "matching-risk", "refused"),
    ("bybit", "0", 200, None, None, "accepted", "accepted"),
    ("bybit", "110017", 200, None, None, "matching-risk", "refused"),
    ("bybit", "10006", 200, None, None, "rate-limit", "refused"),
    ("bybit", None, None, "PartiallyFilledCanceled", None, "accepted", "accepted"),
    ("okx", "51169", 200, None, None, "matching-risk", "refused"),
    ("okx", "50011", 429, None, None, "rate-limit", "refused"),
    ("okx", "50004", 400, None, None, "transport", "undetermined"),
    # Nothing is guessed: codes of another exchange, unknown codes, a success around an unknown code, no exchange.
    ("okx", "-2022", 200, None, None, "unknown", "undetermined"),
    ("binance", "-9999", 400, None, None, "unknown", "undetermined"),
    ("bybit", "987654", 200, None, None, "unknown", "undetermined"),
    (None, "-2022", None, None, None, "unknown", "undetermined"),
    # The status is known where the code is not.
    ("binance", "-9999", 503, None, None, "transport", "undetermined"),
    (None, None, 503, None, None, "transport", "undetermined"),
]


def test_each_answer_has_the_class_and_outcome_that_its_documentation_says() -> None:
    """Codes, statuses and states of three exchanges, and what is unknown on purpose."""
    rows = [(EVENT, *answer[:5]) for answer in ANSWERS]
    texts = dict.fromkeys(("venue", "code", "state", "message"), pl.String())
    names = ("time", "venue", "code", "http_status", "state", "message")
    schema: dict[str, pl.DataType] = {name: {"time": TIME, "http_status": pl.Int32(), **texts}[name] for name in names}
    events = pl.DataFrame(rows, schema=schema, orient="row").with_columns(reduce_only=pl.lit(None, pl.Boolean))
    classed = classify_events(events, load_order_codes())
    found = list(zip(classed["class"].to_list(), classed["outcome"].to_list(), strict=True))
    assert found == [answer[5:] for answer in ANSWERS]


def test_a_code_of_reduce_only_orders_makes_an_order_reduce_only_unless_the_log_says_otherwise() -> None:
    """-2022 says it, -2010 does not, and what the log itself says stays."""
    events = pl.DataFrame(
        {
            "time": [EVENT] * 3,
            "venue": ["binance"] * 3,
            "code": ["-2022", "-2010", "-2022"],
            "http_status": pl.Series([None] * 3, dtype=pl.Int32),
            "state": pl.Series([None] * 3, dtype=pl.String),
            "message": pl.Series([None] * 3, dtype=pl.String),
            "reduce_only": [None, None, False],
        }
    )
    assert classify_events(events, load_order_codes())["reduce_only"].to_list() == [True, None, False]


def test_the_exemption_of_reduce_only_orders_holds_from_23_october_on() -> None:
    """Before that day -1008 has its older meaning."""
    start = datetime(2025, 10, 23, tzinfo=UTC)
    codes = load_order_codes()
    before = codes.find_code("binance", "-1008", "", start - timedelta(milliseconds=1))
    after = codes.find_code("binanceusdm", "-1008", "", start)
    assert before is not None
    assert "exempt" not in before.meaning
    assert after is not None
    assert "exempt" in after.meaning


def test_every_entry_names_its_source_and_a_class_that_fits_its_outcome() -> None:
    """Accepted answers are of accepted orders, and no other class is."""
    for answer in load_order_codes().table.answers:
        assert answer.meaning.endswith((".", ".)")), answer.label
        assert (answer.order_class is OrderClass.ACCEPTED) is (answer.outcome is Outcome.ACCEPTED), answer.label


ENTRY = '[[answers]]\nvenue = "okx"\ncode = "7"\nclass = "transport"\noutcome = "refused"\nmeaning = "x."\nsource = "https://x"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY + ENTRY, "okx 7 stands there twice"),
        (ENTRY.replace("transport", "sabotage"), "class"),
        (ENTRY.replace('code = "7"', ""), "either a code or a http_status"),
        (ENTRY.replace("https://x", "a friend"), "source"),
    ],
)
def test_a_malformed_table_is_refused_by_the_name_of_its_fault(text: str, message: str) -> None:
    """Twice the same, an unknown class, neither code nor status, no source."""
    rest = "checked = 2026-01-01\nstates = []\nnotes = []\n"
    with pytest.raises(UsageError, match=message):
        parse_order_codes(rest + text)
