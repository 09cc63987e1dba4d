"""Mutated requests to the endpoint of callbacks, and hostile addresses of every page and export.

    python -m tests.torture.server.fuzz_endpoint [--bodies 6000] [--addresses 3000] [--seed 1]

Prints the tries, and as failures every answer 5xx (501 and 503 of a missing or busy browser apart), every traceback in
the log, and every answer that took more than 2 s of processor time. Takes about ten minutes on one processor.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable

import click

from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions
from tests.torture.server.endpoint_addresses import list_long_addresses, list_near_addresses, list_random_addresses
from tests.torture.server.endpoint_bodies import build_bodies, mutate_bodies
from tests.torture.server.probe import Probe

SHOWN_FAULTS = 25
"""Kinds of faults that are printed."""


def send_bodies(probe: Probe, count: int, seed: int) -> None:
    """Send so many mutated requests of callbacks."""
    bodies = build_bodies(json.loads(probe.client.get("/_dash-dependencies").text))
    for post in mutate_bodies(bodies, count, seed):
        probe.send(
            post.name, "POST", "/_dash-update-component", data=post.body, headers={"Content-Type": post.content_type}
        )


def send_addresses(probe: Probe, addresses: Iterable[tuple[str, str, str]]) -> None:
    """Open the addresses, as a browser does and as the app asks for the page in it."""
    for name, path, query in addresses:
        # Not encoded once more by the client: what stands in the line of a request.
        probe.send(name, "GET", path, environ_overrides={"QUERY_STRING": query})


def main() -> int:
    """Run the long form, and print what came of it; 1 if there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bodies", type=int, default=6_000)
    parser.add_argument("--addresses", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    app = create_app(MemoryStore(), load_catalogue(), RecordedActions())
    with Probe(app) as probe:
        send_bodies(probe, options.bodies, options.seed)
        is_failed = report("bodies", probe)
    with Probe(app) as probe:
        send_addresses(probe, list_long_addresses())
        is_failed |= report("long addresses and strange paths", probe)
    with Probe(app) as probe:
        send_addresses(probe, list_random_addresses(options.addresses, options.seed))
        is_failed |= report("random addresses", probe)
    with Probe(app) as probe:
        send_addresses(probe, list_near_addresses(options.addresses, options.seed))
        is_failed |= report("addresses with one wrong value", probe)
    return is_failed


def report(subject: str, probe: Probe) -> int:
    """Print tries and faults, the most frequent kinds of them first; 1 if there is a fault."""
    click.echo(
        f"{subject}: {probe.tries} tries, {len(probe.faults)} failures, statuses {dict(sorted(probe.statuses.items()))}"
    )
    click.echo(f"  slowest {probe.slowest_s:.2f} s of processor time: {probe.slowest_request:.120}")
    examples = {fault.reason: fault for fault in probe.faults}
    for reason, times in Counter(fault.reason for fault in probe.faults).most_common(SHOWN_FAULTS):
        click.echo(f"  {times} x {examples[reason]}")
    return int(bool(probe.faults))


if __name__ == "__main__":
    sys.exit(main())
