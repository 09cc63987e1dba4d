"""The judge of fuzzing finds what it looks for: crashes, endless loops, and messages that hide or repeat too much."""

import pytest

from data.errors import FileRefused
from tests.torture.files.fuzz_runner import CaseHung, FuzzReport, limit_time, run_case


def refuse(message: str) -> str:
    """Refuse a case."""
    raise FileRefused(message)


def test_a_foreign_exception_is_a_crash() -> None:
    """The kind of the exception and the line are named."""
    verdict = run_case(lambda: str(1 // 0))
    assert verdict.result == "crashed"
    assert verdict.fault.startswith("ZeroDivisionError: ")
    assert "(test_fuzz_runner.py:" in verdict.fault


@pytest.mark.parametrize(
    ("message", "data", "fault"),
    [
        ("no such file", b"", ""),
        ("", b"", "a message without a word"),
        ("turned \u202e", b"", "a message with hidden signs"),
        ("x" * 3_001, b"", "a message of 3,001 characters"),
        ("bad " + "x" * 201, b"x" * 500, "a message that repeats 201 characters"),
        ("bad " + "x" * 200, b"x" * 500, ""),
    ],
)
def test_a_refusal_is_judged_by_its_message(message: str, data: bytes, fault: str) -> None:
    """It has words, none of them hidden, and repeats 200 characters of the input at most."""
    verdict = run_case(lambda: refuse(message), data)
    assert verdict.result == "refused"
    assert verdict.fault.startswith(fault)
    assert bool(verdict.fault) is bool(fault)


def test_a_loop_without_an_end_is_ended() -> None:
    """By an exception that no code catches, which names the function."""

    def loop() -> None:
        while True:
            pass

    with pytest.raises(CaseHung, match="loop"), limit_time(0.01):
        loop()


def test_what_a_reader_finds_is_a_failure() -> None:
    """A value that was taken and should not have been counts, and is shown with its case."""
    report = FuzzReport()
    report.add("candles", run_case(lambda: "took the price 0"), b"0")
    report.add("candles", run_case(lambda: ""), b"1")
    assert (report.cases, report.failures) == (2, ["candles: took the price 0\n    b'0'"])
    assert next(iter(report.format_lines())) == report.failures[0]
