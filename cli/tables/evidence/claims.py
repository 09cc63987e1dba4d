"""The result of `claims` as a table for each side."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from dashboard.text.numbers import format_count
from evidence.claims.claims_json import count_verdicts
from evidence.claims.compare import Outcome
from evidence.claims.judge import Basis, ClaimResult, JudgedReading, PartResult
from evidence.claims.schema import Ledger
from evidence.claims.verdict import Verdict
from evidence.claims.wording import BASIS_TEXTS, describe_reading, summarize_part

VISIBLE_READINGS = 3
"""The number of values of a part that are shown unless all are asked for."""

STYLES = {
    Verdict.SUPPORTED: "green",
    Verdict.CONTRADICTED: "red",
    Verdict.MIXED: "yellow",
    Verdict.NOT_DECIDED: "dim",
    Verdict.OUTSIDE: "dim",
    Verdict.NONE: "dim",
}


def format_claims(ledger: Ledger, results: Sequence[ClaimResult], basis: Basis, *, shows_all: bool) -> RenderableType:
    """The counts of verdicts, then one table for each side in the order of the ledger.

    Args:
        ledger: of the event.
        results: of its claims, or some of them.
        basis: what the verdicts rest on.
        shows_all: whether all values are listed, else the first `VISIBLE_READINGS` of each part.
    """
    counts = ", ".join(f"{count} {verdict}" for verdict, count in count_verdicts(results).items())
    parts: list[RenderableType] = [f"{format_count(len(results), 'claim')}: {counts}"]
    if basis in BASIS_TEXTS:
        parts.append(BASIS_TEXTS[basis])
    for side, title in ledger.sides.items():
        side_results = [result for result in results if result.claim.side == side]
        if side_results:
            parts += ["", _build_side_table(title, side_results, shows_all=shows_all)]
    return Stack(*parts)


def _build_side_table(title: str, results: Sequence[ClaimResult], *, shows_all: bool) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Id", no_wrap=True)
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Claim", ratio=2, overflow="fold")
    table.add_column("Number and reason", ratio=3, overflow="fold")
    for result in results:
        claim = result.claim
        reasons = "\n".join(line for part in result.parts for line in _list_lines(part, shows_all=shows_all))
        table.add_row(claim.id, Text(result.verdict.value, STYLES[result.verdict]), claim.says, reasons)
    return table


def _list_lines(result: PartResult, *, shows_all: bool) -> Iterator[str]:
    """What a part says and what came of it, its values, and what would decide it."""
    part = result.part
    says = "" if part.says is None else f"{part.says}: "
    yield f"{says}{result.verdict.value}. {summarize_part(result)}"
    readings = sorted(result.readings, key=_rank_reading)
    shown = readings if shows_all else readings[:VISIBLE_READINGS]
    yield from (f"  {describe_reading(judged)}" for judged in shown)
    if len(readings) > len(shown):
        yield f"  and {len(readings) - len(shown)} more: --verbose shows all, --json too"
    if result.verdict is Verdict.NOT_DECIDED and part.collect is not None:
        yield f"  To collect: {part.collect}"
    if part.note is not None:
        yield f"  {part.note}"


def _rank_reading(judged: JudgedReading) -> int:
    """Values before what the data lacks."""
    return judged.comparison.outcome is Outcome.UNKNOWN
