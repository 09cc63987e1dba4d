"""What is read of the store for a claim: one value with its ranges, and the view that shows it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from deviation.side import Side

NEVER = "never"
"""The value of a time metric where all of the window is known and the minute never came."""

Value = float | datetime | str
"""A number, the open time of a minute, the word of a rank, or `NEVER`."""


class Unit(StrEnum):
    """How a value is written; fractions are per cent."""

    PERCENT = "percent"
    PRICE = "price"
    MINUTES = "minutes"
    COUNT = "count"
    RATIO = "ratio"
    TIME = "time"
    WORD = "word"


class Final(StrEnum):
    """Whether minutes that are missing from the data could change a value, and which way."""

    EXACT = "exact"
    UPPER_BOUND = "upper bound"
    LOWER_BOUND = "lower bound"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewReference:
    """The view that shows a value: a page, and what it is about; None for the page's own default."""

    page: str
    asset: str | None
    start: datetime
    end: datetime
    focus: str | None = None
    enter: float | None = None
    side: Side = Side.BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of a metric.

    Attributes:
        subject: what it is of, such as "ATOM/USDT on Binance".
        unit: how it is written.
        value: None where the store does not give it.
        why: why there is no value, or why it is not final; None where it is.
        final: whether missing minutes could change the value.
        least: the least value in size over all settings of the method; None where it has no range.
        most: the largest in size.
        jackknife: the value that holds whichever exchange is left out.
        lag: the value that holds against the minutes beside each minute too.
        whole: the value that holds for whole minutes; shown, and no condition of a verdict.
        doubts: why a rank does not stand firm: settings that change it, or a deviation that does not hold.
        details: further facts in words, such as how many exchanges.
        view: what shows it.
    """

    subject: str
    unit: Unit
    value: Value | None
    why: str | None = None
    final: Final = Final.EXACT
    least: float | None = None
    most: float | None = None
    jackknife: float | None = None
    lag: float | None = None
    whole: float | None = None
    doubts: tuple[str, ...] = ()
    details: str | None = None
    view: ViewReference | None = None

    @property
    def robust_values(self) -> dict[str, float]:
        """The values under other readings that must agree with this one, by what they are."""
        values = {
            "the smallest of the range": self.least,
            "the largest of the range": self.most,
            "whichever exchange is left out": self.jackknife,
            "allowing for a minute's lag": self.lag,
        }
        return {name: value for name, value in values.items() if value is not None}
