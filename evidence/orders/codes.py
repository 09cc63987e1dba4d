"""The table of answers that exchanges give to orders: class, outcome, official meaning and source of each."""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import Field, StrictBool, StrictInt, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from data.catalogue import load_catalogue
from data.errors import UsageError
from data.identity.venue_names import normalize_name
from data.toml import TABLE_CONFIG, Text, parse_toml
from evidence.orders.schema import OrderClass, Outcome

ANY_VENUE = "*"
"""The exchange of answers that are the same on all."""

FILE_NAME = "order_codes.toml"


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class Answer:
    """What one code or HTTP status of an exchange means.

    Attributes:
        venue: the family of the exchange, or `ANY_VENUE`.
        code: the exchange's own code; None for a HTTP status.
        http_status: the HTTP status; None for a code.
        message: words that the message has to hold, in any case; None for every message.
        order_class: where the answer comes from.
        outcome: what it says of the order.
        reduce_only: whether only reduce-only orders get it.
        meaning: its official meaning, a sentence in words of this project.
        source: the page that documents it.
        since: the date from which it holds; None where the exchange published none.
    """

    venue: Text
    code: Text | None = None
    http_status: StrictInt | None = None
    message: Text | None = None
    order_class: OrderClass = Field(alias="class")
    outcome: Outcome
    reduce_only: StrictBool = False
    meaning: Text
    source: Annotated[str, Field(pattern=r"^https://")]
    since: date | None = None

    @model_validator(mode="after")
    def _check_key(self) -> Self:
        if (self.code is None) is (self.http_status is None):
            message = "an answer has either a code or a http_status"
            raise ValueError(message)
        return self

    @property
    def label(self) -> str:
        """The code, or the HTTP status, as people write it."""
        return self.code if self.code is not None else f"HTTP {self.http_status}"

    def holds_at(self, time: datetime) -> bool:
        """Whether it had this meaning at a time."""
        return self.since is None or time >= datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class States:
    """States of orders in the words of an exchange, and what they say."""

    venue: Text
    words: tuple[Text, ...]
    order_class: OrderClass = Field(alias="class")
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class CodeNote:
    """What has to be known beside the counts of some codes or HTTP statuses of an exchange."""

    venue: Text
    codes: tuple[Text, ...] = ()
    http_statuses: tuple[StrictInt, ...] = ()
    text: Text
    source: Annotated[str, Field(pattern=r"^https://")]


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class CodeTable:
    """The table as it is written; ``checked`` is the day on which its sources were read."""

    checked: date
    answers: tuple[Answer, ...]
    states: tuple[States, ...]
    notes: tuple[CodeNote, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class OrderCodes:
    """The table, indexed by exchange and code."""

    table: CodeTable
    by_code: dict[tuple[str, str], list[Answer]]
    by_status: dict[tuple[str, int], list[Answer]]
    by_state: dict[tuple[str, str], States]

    def find_code(self, venue: str | None, code: str, message: str, time: datetime) -> Answer | None:
        """What a code meant on an exchange at a time; None if the table does not know it."""
        return _select(self.by_code.get((find_family(venue), code), ()), message, time)

    def find_status(self, venue: str | None, status: int, message: str, time: datetime) -> Answer | None:
        """What a HTTP status meant on an exchange at a time: its own meaning, else the general one."""
        own = self.by_status.get((find_family(venue), status), ())
        return _select(own or self.by_status.get((ANY_VENUE, status), ()), message, time)

    def find_state(self, venue: str | None, state: str) -> States | None:
        """What a state of an order says on an exchange; None if it is none that the table knows."""
        word = normalize_name(state)
        return self.by_state.get((find_family(venue), word)) or self.by_state.get((ANY_VENUE, word))


def find_family(venue: str | None) -> str:
    """The family of an exchange, by which the table names it; "" for none."""
    return "" if venue is None else load_catalogue().get_venue(venue).family


def parse_order_codes(text: str) -> OrderCodes:
    """Build the table from its TOML text.

    Raises:
        UsageError: a key is unknown, missing or of the wrong type, or an answer stands there twice.
    """
    table = parse_toml(FILE_NAME, text, TypeAdapter(CodeTable))
    by_code: dict[tuple[str, str], list[Answer]] = {}
    by_status: dict[tuple[str, int], list[Answer]] = {}
    for answer in table.answers:
        if answer.code is not None:
            by_code.setdefault((answer.venue, answer.code), []).append(answer)
        elif answer.http_status is not None:
            by_status.setdefault((answer.venue, answer.http_status), []).append(answer)
    for answers in (*by_code.values(), *by_status.values()):
        keys = [(answer.message, answer.since) for answer in answers]
        if len(set(keys)) < len(keys):
            message = f"{FILE_NAME}: {answers[0].venue} {answers[0].label} stands there twice"
            raise UsageError(message)
    by_state = {(states.venue, normalize_name(word)): states for states in table.states for word in states.words}
    return OrderCodes(table, by_code, by_status, by_state)


@cache
def load_order_codes() -> OrderCodes:
    """The table that comes with the project; read once.

    Raises:
        UsageError: its TOML is malformed; names the key.
    """
    return parse_order_codes((files("data") / "catalogue" / FILE_NAME).read_text(encoding="utf-8"))


def _select(answers: Iterable[Answer], message: str, time: datetime) -> Answer | None:
    """The one that fits message and time: one that asks for words before others, a later one before earlier ones."""
    text = message.casefold()
    fitting = [
        answer
        for answer in answers
        if answer.holds_at(time) and (answer.message is None or answer.message.casefold() in text)
    ]
    return max(fitting, key=lambda answer: (answer.message is not None, answer.since or date.min), default=None)
