"""Reads the claims about an event from ``data/catalogue/claims/EVENT.toml``."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from data.catalogue import Catalogue, load_catalogue
from data.errors import UsageError
from data.toml import TABLE_CONFIG, Text, parse_toml
from evidence.claims.schema import Claim, ClaimSource, Ledger, NotEmpty
from evidence.index_rules.rules import load_index_rules


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class _Names:
    """The tables that claims refer to; the claims themselves are not looked at."""

    sides: dict[str, Text]
    sources: dict[str, ClaimSource]
    claims: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class _File:
    """The whole file; ``sides`` and ``sources`` were read before."""

    sides: Any
    sources: Any
    claims: Annotated[tuple[Claim, ...], NotEmpty]


_NAMES = TypeAdapter(_Names)
_FILE = TypeAdapter(_File)


def parse_ledger(event: str, text: str, catalogue: Catalogue) -> Ledger:
    """The claims of a TOML text.

    Args:
        event: id of the event that they are about.
        text: sides, sources and claims.
        catalogue: where the windows of the event and the exchanges are looked up.

    Raises:
        UsageError: a key is unknown, missing or of the wrong type, a name is unknown, or two claims have one id.
    """
    name = f"claims/{event}.toml"
    names = parse_toml(name, text, _NAMES)
    context = {
        "sides": names.sides,
        "sources": names.sources,
        "venues": catalogue.venues,
        "windows": catalogue.get_event(event).windows,
        "index_rules": [rule.id for rule in load_index_rules().get(event, ())],
    }
    claims = parse_toml(name, text, _FILE, context).claims
    ids = [claim.id for claim in claims]
    repeated = sorted({claim_id for claim_id in ids if ids.count(claim_id) > 1})
    if repeated:
        message = f"{name}: two claims have the id {', '.join(repeated)}"
        raise UsageError(message)
    return Ledger(event, names.sides, names.sources, claims)


def list_events_with_claims() -> tuple[str, ...]:
    """The ids of the events with a file of claims, in the order of the catalogue."""
    folder = files("data") / "catalogue" / "claims"
    return tuple(event for event in load_catalogue().events if (folder / f"{event}.toml").is_file())


@cache
def load_ledger(event: str) -> Ledger | None:
    """The claims about an event that come with the project, read once; None if there are none.

    Raises:
        UsageError: the catalogue has no such event, or its file is malformed; names file and key.
    """
    catalogue = load_catalogue()
    catalogue.get_event(event)
    file = files("data") / "catalogue" / "claims" / f"{event}.toml"
    return parse_ledger(event, file.read_text(encoding="utf-8"), catalogue) if file.is_file() else None
