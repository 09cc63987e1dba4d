"""What published rules would pay for the executions of a file, beside the losses."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass as plain_dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from data.catalogue import load_catalogue
from data.toml import TABLE_CONFIG, Minute, SpanTable, Text, check_known, insert_keys, parse_toml
from evidence.losses.elsewhere import MarketMinute, MinutePrices
from evidence.losses.executions import Execution, ExecutionKind
from evidence.losses.statement import ZERO, Bounds, read_benchmark, value_move


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class CompensationRule:
    """A published rule.

    Attributes:
        name: its key in the catalogue.
        label: for people.
        by: who published it.
        date: when.
        says: what it says, a neutral sentence.
        source: the address of a page.
        venues: where the execution took place.
        kinds: of executions.
        window: when; None for any time.
        reference: the minute whose price counts; None where no formula was published.
        conditions: what a file of executions cannot show, in sentences.
    """

    name: str
    label: Text
    by: Text
    date: dt.date
    says: Text
    source: Text
    venues: tuple[Annotated[str, check_known("venues")], ...]
    kinds: tuple[ExecutionKind, ...]
    window: SpanTable | None = None
    reference: Minute | None = None
    conditions: tuple[Text, ...] = ()

    def applies_to(self, execution: Execution) -> bool:
        """Whether the rule speaks of an execution, its window aside."""
        return execution.venue in self.venues and execution.kind in self.kinds

    def is_within(self, execution: Execution) -> bool:
        """Whether an execution lies in the window."""
        return self.window is None or self.window.start <= execution.time < self.window.end


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class EventRules:
    """The rules of an event by name, and the minute at which losses are split unless another is given."""

    base: Minute
    rules: Annotated[dict[str, CompensationRule], insert_keys("name")] = Field(default_factory=dict)


@plain_dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """What a rule would pay for one execution.

    Attributes:
        execution: which one.
        is_within: whether it lies in the rule's window; others are in no total.
        price: the benchmark's price in the reference minute; None without one.
        amount: quantity times the difference; None without a price.
    """

    execution: Execution
    is_within: bool
    price: Bounds | None
    amount: Bounds | None


@plain_dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """A rule by one benchmark, see `evidence.losses.statement`.

    Attributes:
        rule: the rule.
        benchmark: where the price of the reference minute is from.
        rows: the executions that it speaks of, also outside of its window.
        totals: per quote the sum of what it would pay within its window.
        totals_outside: the same for executions outside of its window, for which it was not published.
    """

    rule: CompensationRule
    benchmark: str
    rows: tuple[RuleRow, ...]
    totals: Mapping[str, Bounds]
    totals_outside: Mapping[str, Bounds]


EVENT_RULES = TypeAdapter(dict[str, EventRules])


def parse_rules(text: str) -> dict[str, EventRules]:
    """The rules of each event by its id, from the text of ``compensation.toml``.

    Raises:
        UsageError: a key is unknown, missing or has a bad value; names file and key.
    """
    return parse_toml("compensation.toml", text, EVENT_RULES, {"venues": load_catalogue().venues})


@cache
def load_rules() -> dict[str, EventRules]:
    """The rules that come with the project; read once.

    Raises:
        UsageError: the file is malformed; names the key.
    """
    return parse_rules((files("data") / "catalogue" / "compensation.toml").read_text(encoding="utf-8"))


def list_reference_minutes(
    rules: Iterable[CompensationRule], executions: Iterable[Execution]
) -> Iterator[MarketMinute]:
    """The minutes that `apply_rule` needs prices of."""
    executions = tuple(executions)
    for rule in rules:
        if rule.reference is not None:
            for execution in executions:
                if rule.applies_to(execution):
                    yield MarketMinute(execution.venue, execution.symbol, rule.reference)


def apply_rule(
    rule: CompensationRule,
    executions: Iterable[Execution],
    prices: Mapping[MarketMinute, MinutePrices],
    benchmark: str,
) -> RuleResult:
    """What a rule with a reference minute would pay.

    Args:
        rule: the rule.
        executions: of the file.
        prices: those of `list_reference_minutes`.
        benchmark: `evidence.losses.statement.OWN_PRICE` or a group.
    """
    rows = tuple(
        _build_row(rule, execution, prices, benchmark) for execution in executions if rule.applies_to(execution)
    )
    return RuleResult(
        rule=rule,
        benchmark=benchmark,
        rows=rows,
        totals=_add_up([row for row in rows if row.is_within]),
        totals_outside=_add_up([row for row in rows if not row.is_within]),
    )


def _build_row(
    rule: CompensationRule, execution: Execution, prices: Mapping[MarketMinute, MinutePrices], benchmark: str
) -> RuleRow:
    price = None
    if rule.reference is not None:
        price = read_benchmark(prices[MarketMinute(execution.venue, execution.symbol, rule.reference)], benchmark)
    own = Bounds(execution.price, execution.price)
    # What was sold is compared with a later price as if it had been held until then.
    amount = None if price is None else value_move(execution.quantity, own, price, is_long=execution.side.sign < 0)
    return RuleRow(execution=execution, is_within=rule.is_within(execution), price=price, amount=amount)


def _add_up(rows: Sequence[RuleRow]) -> dict[str, Bounds]:
    """Per quote the sums of amounts, each taken as at least 0; those without a price are left out."""
    totals: dict[str, Bounds] = {}
    for row in rows:
        if row.amount is not None:
            paid = Bounds(*(max(amount, Decimal(0)) for amount in row.amount))
            totals[row.execution.quote] = totals.get(row.execution.quote, ZERO).add(paid)
    return totals
