"""The program with a clock that stands and without pauses, between requests and before writing.

Its arguments are those of ``app.py``.
"""

from functools import partial

import app
from cli import clock
from cli.commands import collect
from collectors import store_writer as sink
from collectors.collect import run_collection
from tests.collectors.replay_setup import FAST_VENUES, NOW


def run_main() -> None:
    """Run the command."""
    clock.now = lambda: NOW
    sink.MAX_WAIT_S = 0.0
    setattr(collect, "run_collection", partial(run_collection, venues=FAST_VENUES))  # noqa: B010 - it only imports the name
    app.main(prog_name="plumbline")


if __name__ == "__main__":
    run_main()
