"""Runs single cases of fuzzing, and judges how they end: what all scripts that fuzz share."""

import resource
import signal
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import polars as pl

from data.errors import PlumblineError
from data.text.quoting import MAX_QUOTED_CHARS, has_hidden_signs

MAX_SECONDS = 5.0
"""The longest that a case may compute, in time of the processor: the machine may do other things beside."""

HANG_S = 30
"""A case that computes for so long is ended."""

MAX_MESSAGE_CHARS = 3_000
"""Five rows of a message with 200 characters of input each, some several times, and what is said of them."""

MAX_MEMORY_MIB = 1_024

SHOWN_BYTES = 2_000
"""How much of a case is shown where it failed."""


class CaseHung(BaseException):
    """A case has computed for `HANG_S`; no code that is tested catches it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a case ended, ``read``, ``refused`` or ``crashed``; what is wrong with that, empty if nothing is."""

    result: str
    fault: str
    took_s: float


@dataclass(slots=True)
class FuzzReport:
    """How many cases there were of each result, the slowest one, and what failed."""

    results: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    failures: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many cases there were."""
        return self.results.total()

    def add(self, name: str, verdict: Verdict, shown: object) -> None:
        """Count a case; ``shown`` is what repeats it, where it failed."""
        self.results[f"{name} {verdict.result}"] += 1
        self.slowest_s = max(self.slowest_s, verdict.took_s)
        if verdict.fault:
            self.failures.append(f"{name}: {verdict.fault}\n    {str(shown)[:SHOWN_BYTES]}")

    def format_lines(self) -> Iterator[str]:
        """Failures, results and sums."""
        yield from self.failures
        for result, count in sorted(self.results.items()):
            yield f"{result}: {count:,}"
        yield (
            f"{self.cases:,} cases, {len(self.failures):,} failures; at most {self.slowest_s:.1f} s of the processor "
            f"each, {read_peak_mib():,} MiB"
        )


def run_case(read: Callable[[], str], data: bytes = b"") -> Verdict:
    """How a case ends.

    Args:
        read: reads the case, and returns what is wrong with what was read, empty if nothing is; raises
            `PlumblineError` to refuse it.
        data: the content of the case, of which a message may repeat little.
    """
    peak_mib, started_s = read_peak_mib(), time.process_time()
    try:
        with warnings.catch_warnings(), limit_time():
            warnings.simplefilter("error")
            result, fault = "read", read()
    except PlumblineError as error:
        result, fault = "refused", check_message(str(error), data)
    except (Exception, pl.exceptions.PanicException, CaseHung) as error:  # noqa: BLE001 - that is what is looked for
        result, fault = "crashed", describe_crash(error)
    took_s = time.process_time() - started_s
    if took_s > MAX_SECONDS:
        fault = fault or f"took {took_s:.1f} s of the processor"
    if read_peak_mib() > max(peak_mib, MAX_MEMORY_MIB):
        fault = fault or f"took {read_peak_mib():,} MiB of memory"
    return Verdict(result, fault, took_s)


@contextmanager
def limit_time(seconds: float = HANG_S) -> Iterator[None]:
    """Raise `CaseHung` in what computes for longer; only in the main thread, and only between steps of Python."""

    def end_case(_: int, frame: FrameType | None) -> None:
        message = f"computes without an end in {'' if frame is None else frame.f_code.co_qualname}"
        raise CaseHung(message)

    previous = signal.signal(signal.SIGVTALRM, end_case)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def describe_crash(error: BaseException) -> str:
    """The kind of an exception, its message, and the last line of this project that it went through."""
    place = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in place if "site-packages" not in frame.filename][-1]
    return f"{type(error).__name__}: {str(error)[:200]} ({Path(own.filename).name}:{own.lineno})"


def check_message(message: str, data: bytes = b"", max_chars: int = MAX_MESSAGE_CHARS) -> str:
    """What is wrong with a message about a refused case; empty if nothing is."""
    if len(message) > max_chars:
        return f"a message of {len(message):,} characters: {message[:300]}"
    if has_hidden_signs(message.replace("\n", "")):
        return f"a message with hidden signs: {message!r}"
    if echo := find_echo(message, data):
        return f"a message that repeats {len(echo)} characters of the input: {message[:400]}"
    return "" if message else "a message without a word"


def find_echo(message: str, data: bytes) -> str:
    """The first part of a message, longer than messages may repeat, that stands in the input; empty without one.

    >>> find_echo("no such name", b"no such")
    ''
    >>> len(find_echo("no name " + "x" * 300, b"x" * 1000))
    201
    """
    size, text = MAX_QUOTED_CHARS + 1, data.decode("utf-8", "replace")
    parts = (message[start : start + size] for start in range(len(message) - size + 1))
    return next((part for part in parts if part in text), "")


def read_peak_mib() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
