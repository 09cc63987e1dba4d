"""`claims`: what each side said of an event, with the verdict that the data give."""

import json
from functools import partial

import click

from cli.param_types import EnumChoice
from cli.session import Session, SessionCommand
from cli.tables.console import build_console
from cli.tables.evidence.claims import format_claims
from cli.venue_types import VenueList, VenueNames
from dashboard.state.view import build_default_view
from data.errors import UsageError
from data.schema import Evidence
from evidence.claims.claims_json import build_claims_json
from evidence.claims.facts import ClaimFacts
from evidence.claims.judge import Basis, judge_claims
from evidence.claims.load import list_events_with_claims, load_ledger
from evidence.claims.schema import Claim, Ledger


@click.command(cls=SessionCommand)
@click.option("--event", help="An event of the catalogue; the first one with claims if left out.")
@click.option("--id", "ids", multiple=True, help="Only this claim, such as A8; may be given several times.")
@click.option("--side", "sides", multiple=True, help="Only claims of this side, such as article.")
@click.option(
    "--venues", type=VenueList(), default=(), help="Only these exchanges: then there is no verdict on candles."
)
@click.option("--exclude", "excluded", type=VenueNames(), default=(), help="Not these exchanges: likewise.")
@click.option("--origin", type=EnumChoice(Evidence), default=Evidence.REAL.value, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The whole result as JSON.")
@click.pass_obj
def claims(
    session: Session,
    event: str | None,
    ids: tuple[str, ...],
    sides: tuple[str, ...],
    venues: tuple[str, ...],
    excluded: tuple[str, ...],
    origin: Evidence,
    *,
    as_json: bool,
) -> None:
    """What each side said of an event: supported, contradicted, mixed, not decided, or outside candles.

    Verdicts rest on collected or imported candles of every exchange at the defaults of the method. Exit code 1: the
    store has no real candle of the event, so that arithmetic alone is decided. --verbose lists every value.
    """
    ledger = _find_ledger(event)
    chosen_claims = _select_claims(ledger, ids, sides)
    basis = Basis.BY_HAND if venues or excluded else Basis.REAL if origin is Evidence.REAL else Basis.SAMPLE
    facts = ClaimFacts(session.store, session.catalogue, ledger.event)
    results = judge_claims(chosen_claims, facts if basis is Basis.REAL else None, basis)
    if as_json:
        # dash takes a moment to import, which other commands do without.
        from dashboard.state.claim_links import build_claim_href  # noqa: PLC0415

        base = build_default_view(session.catalogue, ledger.event)
        write_link = partial(build_claim_href, base=base, catalogue=session.catalogue)
        click.echo(json.dumps(build_claims_json(ledger, results, basis, write_link), indent=2))
    else:
        build_console().print(format_claims(ledger, results, basis, shows_all=session.verbosity > 0))
    if basis is Basis.REAL and not facts.has_candles():
        session.print_note(
            f"the store has no real candle of {ledger.event}: "
            f"collect them with `collect --event {ledger.event}`, or import a file"
        )
        raise click.exceptions.Exit(1)


def _find_ledger(event: str | None) -> Ledger:
    """The claims about an event, or about the first event that has some.

    Raises:
        UsageError: the event is unknown, or nobody's claims about it are on record.
    """
    known_events = list_events_with_claims()
    ledger = load_ledger(known_events[0] if event is None else event)
    if ledger is None:
        message = f"no claims about {event} are on record; there are of {', '.join(known_events)}"
        raise UsageError(message)
    return ledger


def _select_claims(ledger: Ledger, ids: tuple[str, ...], sides: tuple[str, ...]) -> tuple[Claim, ...]:
    """The claims with these ids and sides; all where none is given.

    Raises:
        UsageError: the ledger has no such id or side, or no claim has both.
    """
    known_ids = [claim.id for claim in ledger.claims]
    for name, given, known in (("claim", ids, known_ids), ("side", sides, list(ledger.sides))):
        unknown = [text for text in given if text not in known]
        if unknown:
            message = f"no {name} {', '.join(unknown)} about {ledger.event}; there are {', '.join(known)}"
            raise UsageError(message)
    chosen = tuple(
        claim for claim in ledger.claims if (not ids or claim.id in ids) and (not sides or claim.side in sides)
    )
    if not chosen:
        message = f"none of {', '.join(ids)} is a claim of {', '.join(sides)}"
        raise UsageError(message)
    return chosen
