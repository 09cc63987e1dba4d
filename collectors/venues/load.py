"""The parser of the venue table in TOML; errors name venue and field.

Each fact is an inline table of the value, the mark of evidence and the source:
``page_min = { is = 300, mark = "D", source = "..." }``.
"""

import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StrictBool, TypeAdapter, ValidationError, model_validator

from collectors.venues.parts import (
    ArchivePart,
    EndParameterPart,
    FactPart,
    HostPart,
    NonEmptyText,
    PositiveInt,
    TablePart,
)
from collectors.venues.row import (
    ARCHIVE_TABLES,
    FINAL_AFTER_S,
    EmptyMinutes,
    Host,
    Mark,
    MarketType,
    PageEdge,
    Route,
    TradeCursor,
    VenueRow,
)
from data.errors import UsageError
from data.schema import Timeframe

PriceKind = Literal["trade", "mark", "index"]

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
"""The fields that every row has and that state facts about the venue, each with a basis."""

OPTIONAL_FACTS = ("until", "archive", "trade_archive", "trade_cursor", "reaches_min", "final_after_s")
"""Such fields that not every row has."""

UNKNOWN = "unknown"


class RowPart(TablePart):
    """One venue of the file."""

    id: NonEmptyText
    kind: MarketType = MarketType.SPOT
    by_default: StrictBool = True
    routes: Annotated[tuple[Route, ...], Field(min_length=1)]
    hosts: FactPart[Annotated[tuple[HostPart, ...], Field(min_length=1)]]
    page_min: FactPart[PositiveInt]
    anchor: FactPart[PageEdge]
    newest_first: FactPart[StrictBool]
    empty_minutes: FactPart[EmptyMinutes]
    reach_min: FactPart[PositiveInt | Literal["unbounded", "unknown"]]
    history: FactPart[NonEmptyText]
    pace_ms: FactPart[Annotated[float, Field(gt=0)]]
    prices: FactPart[Annotated[tuple[PriceKind, ...], Field(min_length=1)]]
    rows_at: FactPart[tuple[NonEmptyText, ...]]
    timeframes: FactPart[dict[Route, Annotated[tuple[Timeframe, ...], Field(min_length=1)]]]
    reaches_min: FactPart[dict[Timeframe, PositiveInt]] | None = None
    final_after_s: FactPart[PositiveInt] | None = None
    config: dict[str, Any] = Field(default_factory=dict)
    until: EndParameterPart | None = None
    archive: ArchivePart | None = None
    trade_archive: ArchivePart | None = None
    trade_cursor: FactPart[TradeCursor] | None = None

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        for name in ("reach_min", "empty_minutes"):
            fact = getattr(self, name)
            if (fact.value == UNKNOWN) != (fact.mark is Mark.UNKNOWN):
                message = f"{name}: the value {UNKNOWN!r} and the mark U go together"
                raise ValueError(message)
        if len(set(self.routes)) < len(self.routes):
            message = "routes: one is named twice"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _check_routes(self) -> Self:
        """Check that each route has what it needs."""
        archives: dict[Route, ArchivePart | None] = {
            route: getattr(self, table) for route, table in ARCHIVE_TABLES.items()
        }
        for route, archive in archives.items():
            if (route in self.routes) != (archive is not None):
                message = f"{route}: the route and the table go together"
                raise ValueError(message)
        if (Route.TRADES in self.routes) != (self.trade_cursor is not None):
            message = "trade_cursor: the route trades and the fact go together"
            raise ValueError(message)
        if set(self.timeframes.value) != set(self.routes):
            message = "timeframes: they name each of the routes, and no other"
            raise ValueError(message)
        for route, archive in archives.items():
            for file in () if archive is None else archive.files:
                if not file.supports_timeframes(self.timeframes.value[route]):
                    message = "timeframes: an archive of candles has one length, unless its path names {timeframe}"
                    raise ValueError(message)
        return self

    def build_row(self, key: str) -> VenueRow:
        """The row with that key."""
        optional_facts = {name: part for name in OPTIONAL_FACTS if (part := getattr(self, name)) is not None}
        facts: dict[str, Any] = {name: getattr(self, name) for name in FACTS} | optional_facts
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
            trade_archive=None if self.trade_archive is None else self.trade_archive.value,
            trade_cursor=None if self.trade_cursor is None else self.trade_cursor.value,
            basis=basis,
            config=self.config,
            final_after_s=FINAL_AFTER_S if self.final_after_s is None else self.final_after_s.value,
        )


ROWS_ADAPTER = TypeAdapter(dict[str, RowPart])


def parse_venue_table(file: str, text: str) -> tuple[VenueRow, ...]:
    """The rows of a venue table, in file order.

    Raises:
        UsageError: the text is no TOML, or a row is wrong; names file, venue and field.
    """
    try:
        parts = ROWS_ADAPTER.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        message = f"{file}: {error}"
        raise UsageError(message) from error
    except ValidationError as error:
        message = "; ".join(f"{file}: {_format_location(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise UsageError(message) from error
    rows = tuple(part.build_row(key) for key, part in parts.items())
    keys: Mapping[tuple[str, MarketType], str] = {(row.id, row.kind): row.key for row in rows}
    for row in rows:
        if (other := keys[row.id, row.kind]) != row.key:
            message = f"{file}: {row.key}/id: {other} is {row.id} {row.kind} too"
            raise UsageError(message)
    return rows


def _format_location(location: tuple[int | str, ...]) -> str:
    """Venue and field, as one path."""
    return "/".join(map(str, location))
