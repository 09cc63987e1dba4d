"""The claims about the event of a case, with the verdicts that the store gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dashboard.state.claim_links import build_claim_href
from dashboard.state.view import build_default_view
from data.catalogue import Catalogue
from data.schema import Evidence
from data.store import CandleStore
from deviation.question import Question
from evidence.claims.claims_json import build_claims_json
from evidence.claims.facts import ClaimFacts
from evidence.claims.judge import Basis, ClaimResult, judge_ledger
from evidence.claims.load import load_ledger


@dataclass(frozen=True, slots=True)
class JudgedClaims:
    """The results of an event's claims, and their JSON (docs/claims.md)."""

    results: Sequence[ClaimResult]
    content: dict[str, Any]


def judge_case_claims(store: CandleStore, catalogue: Catalogue, question: Question) -> JudgedClaims | None:
    """The claims about the event of a question; None where nobody's are on record.

    Verdicts rest on all that the store has of the event, not on the case's asset alone. There is none with exchanges
    chosen by hand, nor on the reconstruction.

    Raises:
        StoreUnusable: the store cannot be read.
    """
    ledger = None if question.event is None else load_ledger(question.event)
    if ledger is None:
        return None
    basis = Basis.REAL
    if question.venues or question.excluded:
        basis = Basis.BY_HAND
    elif question.origin is Evidence.RECONSTRUCTION:
        basis = Basis.SAMPLE
    facts = ClaimFacts(store, catalogue, ledger.event) if basis is Basis.REAL else None
    results = judge_ledger(ledger, facts, basis)
    base = build_default_view(catalogue, ledger.event)
    write_link = partial(build_claim_href, base=base, catalogue=catalogue)
    return JudgedClaims(results, build_claims_json(ledger, results, basis, write_link))
