"""Parts of a row of the venue table as they stand in TOML, and the values that they become."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from collectors.venues.row import (
    Archive,
    ArchiveIndex,
    Basis,
    EmptyMinutes,
    EndParameter,
    FilePattern,
    IndexForm,
    Mark,
)
from data.schema import Timeframe

NonEmptyText = Annotated[str, Field(min_length=1)]
PositiveInt = Annotated[int, Field(strict=True, gt=0)]
Value = TypeVar("Value")


class TablePart(BaseModel):
    """A table of the file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MarkedPart(TablePart):
    """Mark and source of a fact."""

    mark: Mark
    source: NonEmptyText

    @property
    def basis(self) -> Basis:
        """Mark and source."""
        return Basis(self.mark, self.source)


class FactPart(MarkedPart, Generic[Value]):
    """A value, how it is known, and where it was read."""

    value: Value = Field(alias="is")


class HostPart(TablePart):
    """A host, and the ccxt configuration for it."""

    name: NonEmptyText
    config: dict[str, Any] = {}


class EndParameterPart(MarkedPart):
    """The parameter for the end of a page."""

    name: NonEmptyText
    zone: Annotated[str, Field(pattern=r"^[+-]\d\d:\d\d$")]
    pattern: NonEmptyText

    @field_validator("zone")
    @classmethod
    def _check_zone(cls, zone: str) -> str:
        timezone(_parse_offset(zone))
        return zone

    @property
    def value(self) -> EndParameter:
        """The parameter."""
        return EndParameter(self.name, timezone(_parse_offset(self.zone)), self.pattern)


class FilePart(TablePart):
    """Where the file of a market and day may be."""

    path: NonEmptyText
    layout: NonEmptyText
    checksum: Literal["{path}.CHECKSUM", "{path}.checksum", "{stem}.CHECKSUM"] | None = None
    from_day: date

    @model_validator(mode="after")
    def _check_path(self) -> Self:
        try:
            day = datetime(2025, 10, 10, tzinfo=UTC)
            path = self.path.format(base="BASE", quote="QUOTE", timeframe=Timeframe.M1.value, day=day)
        except (KeyError, IndexError, ValueError) as error:
            message = f"path {self.path!r} is no pattern of base, quote, timeframe and day"
            raise ValueError(message) from error
        if "BASE" not in path or "10" not in path:
            message = f"path {self.path!r} names no base or no day"
            raise ValueError(message)
        return self

    def supports_timeframes(self, timeframes: tuple[Timeframe, ...]) -> bool:
        """Whether the files can have candles of all these timeframes: any can be built from trades."""
        return len(timeframes) == 1 or "{timeframe}" in self.path or self.layout.endswith("-trades")

    @property
    def pattern(self) -> FilePattern:
        """The pattern."""
        return FilePattern(self.path, self.layout, self.from_day, self.checksum)


class IndexPart(TablePart):
    """Where an archive lists its folders."""

    host: NonEmptyText
    path: str
    form: IndexForm
    folder: str = ""

    @model_validator(mode="after")
    def _check_folder(self) -> Self:
        if (self.form is IndexForm.S3) != self.folder.endswith("/"):
            message = "folder: a list of S3 has one, which ends with a slash, and a page of links has none"
            raise ValueError(message)
        return self

    @property
    def value(self) -> ArchiveIndex:
        """The index."""
        return ArchiveIndex(self.host, self.path, self.form, self.folder)


class ArchivePart(MarkedPart, FilePart):
    """The daily files of a venue; ``others`` are tried after the first, in order."""

    host: NonEmptyText
    day_zone_h: Annotated[int, Field(strict=True, ge=-12, le=14)]
    empty_minutes: EmptyMinutes
    lag_h: PositiveInt
    volume_unit: Literal["base", "quote", "unknown"]
    terms: str = ""
    others: tuple[FilePart, ...] = ()
    index: IndexPart | None = None

    @property
    def files(self) -> tuple[FilePart, ...]:
        """All places of a file, in the order in which they are tried."""
        return (self, *self.others)

    @property
    def value(self) -> Archive:
        """The archive."""
        return Archive(
            self.host,
            tuple(file.pattern for file in self.files),
            self.day_zone_h,
            self.empty_minutes,
            self.lag_h,
            self.volume_unit,
            self.terms,
            None if self.index is None else self.index.value,
        )


def _parse_offset(zone: str) -> timedelta:
    """An offset from UTC such as +09:00."""
    hours, minutes = int(zone[:3]), int(zone[0] + zone[4:])
    return timedelta(hours=hours, minutes=minutes)
