"""Everything that is said about one person's executions and refused orders, from their files and from candles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.catalogue import Catalogue
from data.reader import CandleReader
from data.schema import Evidence
from deviation.question import Parameters, sort_groups
from evidence.losses.compensation import RuleResult, apply_rule, list_reference_minutes, load_rules
from evidence.losses.counterfactual import (
    CounterfactualRow,
    Total,
    add_up,
    compare_executions,
    compare_refused_orders,
    list_wanted_minutes,
)
from evidence.losses.elsewhere import measure_elsewhere
from evidence.losses.lots import LotHistory, match_lots
from evidence.losses.read_executions import ExecutionFile
from evidence.losses.refused_orders import RefusedOrders, select_refused_orders
from evidence.losses.statement import OWN_PRICE, Statement, build_statement, list_base_minutes, list_bases
from evidence.orders.read_log import OrderLog


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """What was lost, by which prices.

    Attributes:
        file: the executions; None without such a file.
        log: the orders; None without a log.
        refused: the refused orders of the log; without a log there are none.
        rows: one per execution, then per refused order, and group of other exchanges.
        totals: of these rows.
        history: which execution closed which.
        base: the minute at which the statement is split; None without one.
        statements: by base (`evidence.losses.statement.list_bases`), then benchmark; empty without a base.
        rules: the published rules of the event, each by benchmark.
        benchmarks: the own market's price, then the groups.
        event: id of the event whose rules these are; None without one.
        origin: of the candles.
        parameters: of the method.
    """

    file: ExecutionFile | None
    log: OrderLog | None
    refused: RefusedOrders
    rows: tuple[CounterfactualRow, ...]
    totals: tuple[Total, ...]
    history: LotHistory
    base: datetime | None
    statements: tuple[Statement, ...]
    rules: tuple[RuleResult, ...]
    benchmarks: tuple[str, ...]
    event: str | None
    origin: Evidence
    parameters: Parameters

    @property
    def is_sample(self) -> bool:
        """Whether the prices are those of the reconstruction, which support nothing."""
        return self.origin is Evidence.RECONSTRUCTION

    @property
    def own_statements(self) -> tuple[Statement, ...]:
        """The statements at the base itself, by benchmark."""
        return tuple(statement for statement in self.statements if statement.base == self.base)

    def list_incomparable(self) -> list[CounterfactualRow]:
        """The first row of each execution and order that no group can be compared with."""
        comparable = {(row.part, row.line) for row in self.rows if row.others.reason is None}
        first_rows = {(row.part, row.line): row for row in reversed(self.rows)}
        return [row for key, row in first_rows.items() if key not in comparable][::-1]


def build_loss_report(
    reader: CandleReader,
    catalogue: Catalogue,
    file: ExecutionFile | None,
    log: OrderLog | None = None,
    *,
    base: datetime | None = None,
    event: str | None = None,
    origin: Evidence = Evidence.REAL,
    parameters: Parameters | None = None,
) -> LossReport:
    """Compare executions and refused orders with other exchanges, and split what was lost at a minute.

    Args:
        reader: where candles are read from.
        catalogue: the facts on assets, venues and events.
        file: the executions; None without any.
        log: the orders; None without a log.
        base: the minute at which losses are split; None for that of the event, where it has one.
        event: id of the event whose rules are applied, and whose calm span gives ratios.
        origin: real candles or the reconstruction.
        parameters: of the method; None for the defaults.

    Raises:
        UsageError: the event is unknown.
    """
    executions = () if file is None else file.executions
    refused = RefusedOrders((), ())
    if log is not None:
        refused = select_refused_orders(log.events, executions, catalogue.map_families())
    history = match_lots(executions)
    event_rules = None if event is None else load_rules().get(catalogue.get_event(event).id)
    rules = () if event_rules is None else tuple(event_rules.rules.values())
    if base is None and event_rules is not None:
        base = event_rules.base
    bases = () if base is None else list_bases(base)
    wanted = [
        *list_wanted_minutes(executions, refused.orders),
        *list_base_minutes(history.closings, bases),
        *list_reference_minutes(rules, executions),
    ]
    parameters = parameters or Parameters()
    prices = measure_elsewhere(reader, catalogue, wanted, event=event, origin=origin, parameters=parameters)
    rows = (*compare_executions(executions, prices), *compare_refused_orders(refused.orders, prices))
    groups = sort_groups(group for minute in prices.values() for group in minute.groups)
    benchmarks = (OWN_PRICE, *groups)
    return LossReport(
        file=file,
        log=log,
        refused=refused,
        rows=rows,
        totals=add_up(rows),
        history=history,
        base=base,
        statements=tuple(
            build_statement(history.closings, executions, prices, minute, benchmark)
            for minute in bases
            for benchmark in benchmarks
            if history.closings
        ),
        rules=tuple(
            apply_rule(rule, executions, prices, benchmark)
            for rule in rules
            for benchmark in _list_rule_benchmarks(benchmarks, has_formula=rule.reference is not None)
        ),
        benchmarks=benchmarks,
        event=event,
        origin=origin,
        parameters=parameters,
    )


def _list_rule_benchmarks(benchmarks: Sequence[str], *, has_formula: bool) -> Sequence[str]:
    """A rule without a formula has no price: it is given once."""
    return benchmarks if has_formula else (OWN_PRICE,)
