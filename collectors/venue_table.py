"""Reads the venue table from TOML, and complains by venue and field where it is wrong.

Each fact is an inline table of the value, the mark of evidence and the source:
``page_min = { is = 300, mark = "D", source = "..." }``.
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from collectors.venue_row import Anchor, Archive, Basis, EmptyMinutes, Host, Kind, Mark, Route, Until, VenueRow
from data.errors import UsageError
from data.schema import Timeframe

Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(strict=True, gt=0)]
Price = Literal["trade", "mark", "index"]
Value = TypeVar("Value")

FACTS = (
    "hosts",
    "page_min",
    "anchor",
    "newest_first",
    "empty_minutes",
    "reach_min",
    "history",
    "pace_ms",
    "prices",
    "rows_at",
    "timeframes",
)
"""The fields of a row that claim something about the venue, and so need a basis; beside those of `AT_TIMES`."""

AT_TIMES = ("until", "archive", "reaches_min")
"""Fields of that kind that not every row has."""

UNBOUNDED = "unbounded"
UNKNOWN = "unknown"


class Part(BaseModel):
    """A table of the file: a key that nobody reads is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Marked(Part):
    """What stands beside every fact."""

    mark: Mark
    source: Text

    @property
    def basis(self) -> Basis:
        """Mark and source."""
        return Basis(self.mark, self.source)


class Fact(Marked, Generic[Value]):
    """A value, how it is known, and where it was read."""

    value: Value = Field(alias="is")


class HostPart(Part):
    """A host, and what points ccxt at it."""

    name: Text
    config: dict[str, Any] = {}


class UntilPart(Marked):
    """The parameter for the end of a page."""

    name: Text
    zone: Annotated[str, Field(pattern=r"^[+-]\d\d:\d\d$")]
    pattern: Text

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, zone: str) -> str:
        timezone(_offset(zone))
        return zone

    @property
    def value(self) -> Until:
        """The parameter."""
        return Until(self.name, timezone(_offset(self.zone)), self.pattern)


class ArchivePart(Marked):
    """The daily files of a venue."""

    host: Text
    path: Text
    layout: Text
    day_zone_h: Annotated[int, Field(strict=True, ge=-12, le=14)]
    checksum: Text | None = None
    from_day: date
    empty_minutes: EmptyMinutes
    lag_h: Count
    volume_unit: Literal["base", "quote", "unknown"]

    @model_validator(mode="after")
    def _path_is_a_pattern(self) -> Self:
        try:
            day = datetime(2025, 10, 10, tzinfo=UTC)
            told = self.path.format(base="BASE", quote="QUOTE", timeframe=Timeframe.M1.value, day=day)
        except (KeyError, IndexError, ValueError) as error:
            message = f"path {self.path!r} is no pattern of base, quote, timeframe and day"
            raise ValueError(message) from error
        if "BASE" not in told or "10" not in told:
            message = f"path {self.path!r} names no base or no day"
            raise ValueError(message)
        return self

    def suits(self, timeframes: tuple[Timeframe, ...]) -> bool:
        """Whether the files can hold candles of these lengths: any can be made of trades."""
        return len(timeframes) == 1 or "{timeframe}" in self.path or self.layout.endswith("-trades")

    @property
    def value(self) -> Archive:
        """The archive."""
        return Archive(**self.model_dump(exclude={"mark", "source"}))


class RowPart(Part):
    """One venue of the file."""

    id: Text
    kind: Kind = Kind.SPOT
    by_default: StrictBool = True
    routes: Annotated[tuple[Route, ...], Field(min_length=1)]
    hosts: Fact[Annotated[tuple[HostPart, ...], Field(min_length=1)]]
    page_min: Fact[Count]
    anchor: Fact[Anchor]
    newest_first: Fact[StrictBool]
    empty_minutes: Fact[EmptyMinutes]
    reach_min: Fact[Count | Literal["unbounded", "unknown"]]
    history: Fact[Text]
    pace_ms: Fact[Annotated[float, Field(gt=0)]]
    prices: Fact[Annotated[tuple[Price, ...], Field(min_length=1)]]
    rows_at: Fact[tuple[Text, ...]]
    timeframes: Fact[dict[Route, Annotated[tuple[Timeframe, ...], Field(min_length=1)]]]
    reaches_min: Fact[dict[Timeframe, Count]] | None = None
    config: dict[str, Any] = {}
    until: UntilPart | None = None
    archive: ArchivePart | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        for name in ("reach_min", "empty_minutes"):
            fact = getattr(self, name)
            if (fact.value == UNKNOWN) != (fact.mark is Mark.UNKNOWN):
                message = f"{name}: the value {UNKNOWN!r} and the mark U go together"
                raise ValueError(message)
        if (Route.ARCHIVE in self.routes) != (self.archive is not None):
            message = "archive: the route and the table go together"
            raise ValueError(message)
        if set(self.timeframes.value) != set(self.routes):
            message = "timeframes: they name each of the routes, and no other"
            raise ValueError(message)
        if self.archive is not None and not self.archive.suits(self.timeframes.value[Route.ARCHIVE]):
            message = "timeframes: an archive of candles has one length, unless its path names {timeframe}"
            raise ValueError(message)
        if len(set(self.routes)) < len(self.routes):
            message = "routes: one is named twice"
            raise ValueError(message)
        return self

    def row(self, key: str) -> VenueRow:
        """The row with that key."""
        also = {name: part for name in AT_TIMES if (part := getattr(self, name)) is not None}
        facts: dict[str, Any] = {name: getattr(self, name) for name in FACTS} | also
        basis = {name: fact.basis for name, fact in facts.items()}
        reach = self.reach_min.value
        return VenueRow(
            key=key,
            id=self.id,
            kind=self.kind,
            by_default=self.by_default,
            hosts=tuple(Host(host.name, host.config) for host in self.hosts.value),
            page_min=self.page_min.value,
            anchor=self.anchor.value,
            newest_first=self.newest_first.value,
            empty_minutes=self.empty_minutes.value,
            reach_min=reach if isinstance(reach, int) else None,
            history=self.history.value,
            pace_ms=self.pace_ms.value,
            routes=self.routes,
            prices=self.prices.value,
            rows_at=self.rows_at.value,
            timeframes=self.timeframes.value,
            reaches_min={} if self.reaches_min is None else self.reaches_min.value,
            until=None if self.until is None else self.until.value,
            archive=None if self.archive is None else self.archive.value,
            basis=basis,
            config=self.config,
        )


ROWS = TypeAdapter(dict[str, RowPart])


def read_table(file: str, text: str) -> tuple[VenueRow, ...]:
    """The rows of a venue table, in file order.

    Raises:
        UsageError: the text is no TOML, or a row is wrong; names file, venue and field.
    """
    try:
        parts = ROWS.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = f"{file}: {error}"
        raise UsageError(message) from error
    except ValidationError as error:
        message = "; ".join(f"{file}: {_at(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise UsageError(message) from error
    rows = tuple(part.row(key) for key, part in parts.items())
    keys: Mapping[tuple[str, Kind], str] = {(row.id, row.kind): row.key for row in rows}
    for row in rows:
        if (other := keys[row.id, row.kind]) != row.key:
            message = f"{file}: {row.key}/id: {other} is {row.id} {row.kind} too"
            raise UsageError(message)
    return rows


def _offset(zone: str) -> timedelta:
    """An offset from UTC such as +09:00."""
    hours, minutes = int(zone[:3]), int(zone[0] + zone[4:])
    return timedelta(hours=hours, minutes=minutes)


def _at(places: tuple[int | str, ...]) -> str:
    """Venue and field, as one path."""
    return "/".join(map(str, places))
