"""The definition of a column of a file, and the units of columns."""

from dataclasses import dataclass

FRACTION = "fraction: 0.05 is 5%"
QUOTE = "units of the market's quote currency, as printed"
MINUTES = "minutes"
TIME = "UTC"


@dataclass(frozen=True, slots=True)
class Column:
    """The definition of a column, in one or two sentences, and its unit; "" for what has none."""

    definition: str
    unit: str = ""
