"""`follow`: collect the newest minutes again and again."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from cli import clock
from cli.collect_request import add_underlyings
from cli.options import AccessOptions, add_access_options, derivatives_option, venues_option
from cli.param_types import TickerList
from cli.session import Session, SessionCommand
from collectors.follower import Follower, FollowTarget
from data.lock import FollowerLock
from data.schema import RunOutcome


@click.command(cls=SessionCommand)
@click.option(
    "--every", "every_min", type=click.IntRange(1), default=5, show_default=True, help="Minutes between runs."
)
@click.option("--assets", type=TickerList(), default=(), help="Tickers, with commas; the whole catalogue if left out.")
@venues_option
@derivatives_option
@click.option("--once", is_flag=True, help="One run now, and no more.")
@add_access_options
@click.pass_obj
def follow(
    session: Session,
    every_min: int,
    assets: tuple[str, ...],
    venues: tuple[str, ...],
    *,
    derivatives: bool,
    once: bool,
    access_options: AccessOptions,
) -> None:
    """Collect the newest minutes again and again, until it is ended; one follower per store."""
    from collectors.follow_schedule import follow_until_signal  # noqa: PLC0415 - no other command needs the scheduler

    with FollowerLock(session.store.uri).hold(clock.now()) as holder:
        follower = build_follower(session, str(holder), access_options, assets, venues, derivatives=derivatives)
        if once:
            outcome = asyncio.run(follower.collect_newest())
            raise click.exceptions.Exit(0 if outcome is RunOutcome.DONE else 1)
        asyncio.run(follow_until_signal(follower, every_min=every_min))


@contextmanager
def run_follower(session: Session) -> Iterator[None]:
    """Follow the whole catalogue in a thread while the block runs.

    Raises:
        UsageError: Another process follows the store.
    """
    from collectors.follow_schedule import follow_in_thread  # noqa: PLC0415 - as in `follow`

    with FollowerLock(session.store.uri).hold(clock.now()) as holder:
        follower = build_follower(session, str(holder), AccessOptions())
        with follow_in_thread(follower, report=session.print_note):
            yield


def build_follower(
    session: Session,
    holder: str,
    access_options: AccessOptions,
    assets: Sequence[str] = (),
    venues: tuple[str, ...] = (),
    *,
    derivatives: bool = False,
) -> Follower:
    """A follower of the assets (none: the whole catalogue); ``holder`` names the process in the log of runs."""
    all_assets, ratio_markets = add_underlyings(session.catalogue, assets or tuple(session.catalogue.assets))
    return Follower(
        session.store,
        FollowTarget(all_assets, ratio_markets, venues, derivatives),
        holder=holder,
        access=access_options.build_access(session.settings),
        now=clock.now,
        report=session.print_note,
    )
