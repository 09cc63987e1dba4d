"""Index rules, read from ``data/catalogue/index_rules.toml``: components, weights, dates and sources."""

from collections.abc import Sequence
from dataclasses import astuple
from dataclasses import dataclass as plain_dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field, StrictBool, TypeAdapter
from pydantic.dataclasses import dataclass

from data.catalogue import Catalogue, load_catalogue
from data.errors import UsageError
from data.toml import TABLE_CONFIG, Text, check_known, parse_toml

FILE = "index_rules.toml"

Fraction = Annotated[float, Field(gt=0)]


@plain_dataclass(frozen=True, slots=True)
class Limits:
    """Limits of an index: ``clamp`` and ``drop`` as fractions of the components' median, ``floor`` in the quote.

    None for no such limit; of chosen limits, for those of the rule.
    """

    clamp: float | None = None
    drop: float | None = None
    floor: float | None = None

    @property
    def are_none(self) -> bool:
        """Whether the index is the weighted mean of its components, as they are."""
        return (self.clamp, self.drop, self.floor) == (None, None, None)


NO_LIMITS = Limits()
"""An index without limits; as a choice, the limits of the rules."""


@dataclass(frozen=True, slots=True, config=TABLE_CONFIG)
class Component:
    """A product of spot prices of one venue with its weight.

    Attributes:
        weight: its share of the index; the weights of a rule are divided by their sum.
        legs: symbols of the markets whose prices are multiplied; the last one is in the quote of the index.
        ratio: whether the product is multiplied by the staking rate.
    """

    weight: Fraction
    legs: Annotated[tuple[Text, ...], Field(min_length=1)]
    ratio: StrictBool = False

    @property
    def label(self) -> str:
        """The component as people write it.

        >>> Component(weight=0.8, legs=("WBETH/ETH", "ETH/USDT")).label
        'WBETH/ETH × ETH/USDT'
        """
        factors = (*self.legs, *(("staking rate",) if self.ratio else ()))
        return " \N{MULTIPLICATION SIGN} ".join(factors)


@dataclass(frozen=True, slots=True, kw_only=True, config=TABLE_CONFIG)
class IndexRule:
    """How an index is made of spot prices.

    Attributes:
        id: its name in files.
        asset: what the index is of.
        label: for people.
        venue: whose spot markets the legs are.
        quote: the currency of the index.
        components: what it is the weighted mean of.
        clamp: the fraction of their median within which components are held; None for no such limit.
        drop: the fraction of their median beyond which components are left out; None if none ever is.
        floor: the least value of the index, in the quote; None for none.
        since: the day on which the rule began; None if that is not on record.
        until: the day on which it ended.
        source: where it was published.
        assumed: what of it no source states; None where all of it is published.
    """

    id: Text
    asset: Annotated[str, check_known("assets")]
    label: Text
    venue: Annotated[str, check_known("venues")]
    quote: Text
    components: Annotated[tuple[Component, ...], Field(min_length=1)]
    clamp: Fraction | None = None
    drop: Fraction | None = None
    floor: Fraction | None = None
    since: date | None = None
    until: date | None = None
    source: Text
    assumed: Text | None = None

    @property
    def legs(self) -> tuple[str, ...]:
        """The symbols of all components, each once."""
        return tuple(dict.fromkeys(leg for component in self.components for leg in component.legs))

    def build_limits(self, chosen: Limits) -> Limits:
        """The limits of the rule, with the chosen values of those that it has."""
        return Limits(
            *(
                own if own is None or value is None else value
                for own, value in zip((self.clamp, self.drop, self.floor), astuple(chosen), strict=True)
            )
        )


RULE_TABLE = TypeAdapter(dict[str, tuple[IndexRule, ...]])


def parse_index_rules(text: str, catalogue: Catalogue) -> dict[str, tuple[IndexRule, ...]]:
    """The rules of a TOML text by event.

    Raises:
        UsageError: a key is unknown, missing or of the wrong type, or a value makes no sense; names file and key.
    """
    known = {"assets": catalogue.assets, "venues": catalogue.venues}
    return parse_toml(FILE, text, RULE_TABLE, known)


@cache
def load_index_rules() -> dict[str, tuple[IndexRule, ...]]:
    """The rules that come with the project, by event; read once.

    Raises:
        UsageError: the file is malformed; names file and key.
    """
    return parse_index_rules((files("data") / "catalogue" / FILE).read_text(encoding="utf-8"), load_catalogue())


def list_rules(event: str | None, asset: str) -> Sequence[IndexRule]:
    """The rules of an asset in an event, in the order of the file; none without an event."""
    return [rule for rule in load_index_rules().get(event or "", ()) if rule.asset == asset]


def get_rule(event: str, rule_id: str) -> IndexRule:
    """The rule of an event with that id.

    Raises:
        UsageError: there is none.
    """
    for rule in load_index_rules().get(event, ()):
        if rule.id == rule_id:
            return rule
    message = f"the event {event} has no index rule {rule_id!r}"
    raise UsageError(message)


def list_indexed_assets(event: str) -> tuple[str, ...]:
    """The assets of an event that have a rule."""
    return tuple(dict.fromkeys(rule.asset for rule in load_index_rules().get(event, ())))
