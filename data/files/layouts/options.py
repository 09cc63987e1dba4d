"""What a caller says about a file that the file does not say itself, and what a file still needs to be told."""

from dataclasses import dataclass
from datetime import datetime

from data.files.formats.limits import FILE_LIMITS, Limits
from data.schema import Timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """How to read a file, where it does not say so itself. What a file says has to agree.

    Attributes:
        timeframe: the length of its candles; None for a minute, unless the file has a column of it.
        selects_timeframe: whether ``timeframe`` is that of the candles that are wanted: a file's own column of it may
            then say otherwise.
        times: the zone of times without one, such as ``UTC`` or ``Europe/Berlin``; None to refuse such times.
        price: ``mark`` or ``index`` for a series of such prices, which needs no volume; None for trades.
        decimal_comma: whether a comma in a number is a decimal comma where it might separate thousands.
        limits: the largest content that is read.
        now: the time of reading, aware: no row lies after the following day. None to take any.
    """

    timeframe: Timeframe | None = None
    selects_timeframe: bool = False
    times: str | None = None
    price: str | None = None
    decimal_comma: bool = False
    limits: Limits = FILE_LIMITS
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class OptionNeed:
    """An option without which a file cannot be imported.

    Attributes:
        option: ``venue``, ``symbol`` or the name of a field of `ReadOptions`.
        reason: why, as a sentence without its full stop.
        values: values that the file suggests; empty if it does not.
    """

    option: str
    reason: str
    values: tuple[str, ...] = ()

    def format_line(self) -> str:
        """The need as a line that names the option of the command line.

        >>> OptionNeed("timeframe", "its rows are of 5 minutes", ("5m",)).format_line()
        'its rows are of 5 minutes: --timeframe 5m'
        >>> OptionNeed("venue", "it does not name its exchange").format_line()
        'it does not name its exchange: --venue NAME'
        """
        flag = f"--{self.option.replace('_', '-')}"
        if self.option == "decimal_comma":
            return f"{self.reason}: {flag}"
        return f"{self.reason}: " + " or ".join(f"{flag} {value}" for value in self.values or ("NAME",))
