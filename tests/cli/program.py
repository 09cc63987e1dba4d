"""What the tests of the command line share: running it, in this process, and reading what it prints."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cli.main import main
from tests.collectors.replay_setup import NOW, build_four_venues, to_ms
from tests.replay.faults import Fault
from tests.replay.server import Replay, Site

CSV_HEADER = "venue,symbol,open_time,open,high,low,close,volume"

OKX_ONLY = ("--venues", "okx")
DEAD_ADDRESS = "http://127.0.0.1:9"
"""Nothing listens there."""

RunCommand = Callable[..., Result]
"""Runs the command line with the words given, texts or paths."""


def run_main(*words: str | Path) -> Result:
    """The result of the command line; an exception that it does not handle is raised."""
    return CliRunner().invoke(main, list(map(str, words)), catch_exceptions=False)


def write_csv(path: Path, rows: Sequence[str], header: str = CSV_HEADER) -> Path:
    """Write a CSV file of candles, and return its path."""
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    return path


def split_lines(text: str) -> list[str]:
    """The lines of a text, with single spaces between words."""
    return [" ".join(line.split()) for line in text.splitlines()]


@dataclass(slots=True)
class ReplayedProgram:
    """The command line over a store of its own, and a replay of venues that it can collect from."""

    folder: Path
    venues: dict[str, Any] = field(default_factory=build_four_venues)
    exit_stack: ExitStack = field(default_factory=ExitStack)
    replay: Replay | None = None
    sites: dict[str, Site] = field(default_factory=dict)

    @property
    def store(self) -> str:
        """Where the store is."""
        return str(self.folder / "lake")

    def run(self, *arguments: str) -> Result:
        """The result of a command."""
        return run_main("--store", self.store, *arguments)

    def run_with_replay(self, *arguments: str, faults: tuple[Fault, ...] = ()) -> Result:
        """The result of a command with the replay as its mirror; the same replay, thus the same source, every time."""
        if self.replay is None:
            self.replay = self.exit_stack.enter_context(run_replay(self.venues, self.sites))
        self.replay.faults = list(faults)
        return self.run(*arguments, "--mirror", self.replay.url)

    def read_status(self, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """The JSON that `status` prints."""
        return json.loads(self.run("status", *arguments, "--json").stdout)


@contextmanager
def run_replay(venues: dict[str, Any], sites: Mapping[str, Site] | None = None) -> Iterator[Replay]:
    """A replay of venues and other hosts, in a thread with an event loop of its own."""
    started: Future[tuple[Replay, asyncio.AbstractEventLoop]] = Future()
    end_event = asyncio.Event()

    async def serve_replay() -> None:
        async with Replay(venues, now_ms=to_ms(NOW), sites=sites) as server:
            started.set_result((server, asyncio.get_running_loop()))
            await end_event.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve_replay()))
    thread.start()
    server, loop = started.result(30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(end_event.set)
        thread.join()
