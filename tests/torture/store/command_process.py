"""Runs one command of the program in a process of its own, which starts in milliseconds: it is forked ready to run."""

import io
import multiprocessing
import os
import tempfile
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import stamina

from cli import clock
from cli.main import main
from collectors.collect import run_collection
from dashboard.sheet.renderer import Renderer
from tests.cli.test_verify import draw_without_browser
from tests.collectors.replay_setup import FAST_VENUES, NOW

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])
TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, and all that it printed."""

    exit_code: int | None
    output: str


def start_command(words: list[str], report: Path, temporary: Path) -> Any:  # noqa: ANN401 - a class of each system
    """Start a command whose temporary files are in a folder; its output is in the file ``report`` when it has ended."""
    process = PROCESSES.Process(target=_run_and_report, args=(words, str(report), str(temporary)))
    process.start()
    return process


def run_command(words: list[str], report: Path, temporary: Path) -> Ended:
    """Run a command to its end; one that hangs is killed and has no exit code."""
    process = start_command(words, report, temporary)
    process.join(TIMEOUT_S)
    if process.exitcode is None:
        process.kill()
        process.join()
        return Ended(None, "it hangs")
    return Ended(process.exitcode, report.read_text(encoding="utf-8"))


def _run_and_report(words: list[str], report: str, temporary: str) -> None:
    os.environ["TMPDIR"], tempfile.tempdir = temporary, None
    output = io.StringIO()
    exit_code = 1
    errors = Path(report).with_suffix(".errors")  # what libraries print past Python, such as panics
    with errors.open("wb") as error_file:
        os.dup2(error_file.fileno(), 2)
    try:
        with ExitStack() as patches, redirect_stdout(output), redirect_stderr(output):
            for patcher in list_patches():
                patches.enter_context(patcher)
            stamina.set_testing(testing=True, attempts=2, cap=True)
            try:
                main(words, prog_name="plumbline")
            except SystemExit as end:
                exit_code = int(end.code or 0)
            except BaseException as error:  # noqa: BLE001 - what a terminal would show as a traceback
                output.write(f"Traceback: {type(error).__name__}: {error}")
    finally:
        printed = errors.read_text(encoding="utf-8", errors="replace")
        Path(report).write_text(output.getvalue() + printed, encoding="utf-8")
        os._exit(exit_code)


def list_patches() -> list[Any]:
    """Replace the clock, waits between requests, markets that no listing names, and the browser."""
    return [
        patch.object(clock, "now", lambda: NOW),
        patch("collectors.listing.list_unlisted_markets", lambda *_: []),
        patch("cli.commands.collect.run_collection", partial(run_collection, venues=FAST_VENUES)),
        patch("cli.scan.command.VENUES", FAST_VENUES),
        patch.object(Renderer, "__enter__", lambda self: self),
        patch.object(Renderer, "draw", draw_without_browser),
    ]
