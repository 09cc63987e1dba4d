"""What a reader chooses for the import of a file: the options of ``plumbline import``, as a form sends them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from data.errors import UsageError
from data.files.formats.limits import UPLOAD_LIMITS
from data.files.layouts.options import ReadOptions
from data.files.stamps import Stamps
from data.schema import Timeframe
from data.text.quoting import quote_input

Choice = TypeVar("Choice", bound=StrEnum)


class PriceSeries(StrEnum):
    """A series of prices that are no trades."""

    INDEX = "index"
    MARK = "mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportChoice:
    """The options of an import; each is None, empty or False where nothing was chosen.

    See `data.files.import_many.import_files` for their meanings, and `data.files.layouts.options.ReadOptions` for
    those of ``timeframe``, ``times``, ``price`` and ``decimal_comma``.
    """

    venue: str | None = None
    symbol: str | None = None
    times: str | None = None
    timeframe: Timeframe | None = None
    price: PriceSeries | None = None
    decimal_comma: bool = False
    stamps: Stamps | None = None
    replace: bool = False
    complete: bool = False

    def build_read_options(self, now: datetime) -> ReadOptions:
        """How to read the file now, within the limits of an upload."""
        return ReadOptions(
            timeframe=self.timeframe,
            times=self.times,
            price=self.price,
            decimal_comma=self.decimal_comma,
            limits=UPLOAD_LIMITS,
            now=now,
        )


def parse_choice(texts: Mapping[str, str]) -> ImportChoice:
    """The choice of a form by the names of its fields; blank and unknown ones are left out.

    Raises:
        UsageError: A value is none of those that its field has.

    >>> parse_choice({"venue": " kraken ", "timeframe": "5m", "replace": "true"}).timeframe
    <Timeframe.M5: '5m'>
    """
    return ImportChoice(
        venue=_read_text(texts, "venue"),
        symbol=_read_text(texts, "symbol"),
        times=_read_text(texts, "times"),
        timeframe=_read_member(texts, "timeframe", Timeframe),
        price=_read_member(texts, "price", PriceSeries),
        decimal_comma=texts.get("decimal_comma") == "true",
        stamps=_read_member(texts, "stamps", Stamps),
        replace=texts.get("replace") == "true",
        complete=texts.get("complete") == "true",
    )


def _read_text(texts: Mapping[str, str], name: str) -> str | None:
    return texts.get(name, "").strip() or None


def _read_member(texts: Mapping[str, str], name: str, kind: type[Choice]) -> Choice | None:
    """A member of an enumeration. Raises UsageError if it has no such value."""
    text = _read_text(texts, name)
    if text is None:
        return None
    try:
        return kind(text)
    except ValueError as error:
        message = f"{name} is one of {', '.join(kind)}, not {quote_input(text)}"
        raise UsageError(message) from error
