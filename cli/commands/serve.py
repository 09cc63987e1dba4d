"""`serve`: the page, over the store of the session."""

import atexit
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from cli import clock
from cli.commands.follow import run_follower
from cli.session import Session, SessionCommand
from collectors.venues.row import MarketType
from collectors.venues.table import VENUES
from dashboard.jobs.actions import CollectionOrder
from data.catalogue import Catalogue, load_catalogue
from data.errors import UsageError
from data.reconstruction.sample import ensure_sample
from data.schema import Evidence
from data.settings import ENV_PREFIX, Settings, load_settings
from data.store import CandleStore
from data.times import format_time

if TYPE_CHECKING:
    from dash import Dash
    from flask import Flask

    from dashboard.web.access import Access

PROGRAM = Path(__file__).resolve().parents[2] / "app.py"
"""The script that collections of the page run. A path: ``-m cli`` would not be found from other folders."""


@click.command(cls=SessionCommand)
@click.option("--host", help="Address to listen on [default: 127.0.0.1].")
@click.option("--port", type=int, help="Port to listen on [default: 8050 or, if that is taken, the next free one].")
@click.option("--follow", "with_follower", is_flag=True, help="Collect the newest minutes beside, as `follow` does.")
@click.option("--read-only", is_flag=True, default=None, help="The page does not collect, import or remove prices.")
@click.option("--public", is_flag=True, default=None, help="Let other computers in without an account.")
@click.pass_obj
def serve(
    session: Session,
    host: str | None = None,
    port: int | None = None,
    *,
    with_follower: bool = False,
    read_only: bool | None = None,
    public: bool | None = None,
) -> None:
    """Open the dashboard in the browser (the default command)."""
    from cli.server.serve import bind_socket, serve_app  # noqa: PLC0415 - dash and plotly take over a second

    settings = load_settings(
        store=session.settings.store,
        host=host,
        port=port,
        mirror=session.settings.mirror,
        public=public,
        read_only=read_only,
    )
    check_exposure(settings)
    # Bound before the page is built, so that a taken port ends the program at once.
    listener = bind_socket(settings.host, settings.port, search=not settings.names_port)
    with listener, run_follower(session) if with_follower else nullcontext():
        app = build_app(settings, session.catalogue, session.store, session.print_note)
        serve_app(app, listener, click.echo)


def build_flask_app() -> "Flask":
    """The page for a WSGI server other than the program's own, configured by the settings alone.

    Run it in one process: cached measurements, the browser that draws pictures and a running collection are not shared
    between processes.

    Raises:
        UsageError: A setting is unknown or malformed, or others could use the page without an account.
        StoreUnusable: The store cannot be read or written.
    """
    settings = load_settings()
    check_exposure(settings)
    flask_app: Flask = build_app(settings, load_catalogue(), CandleStore(settings.store), click.echo).server
    return flask_app


def check_exposure(settings: Settings) -> None:
    """Check that other computers reach the page only with an account, or where that is wanted.

    Raises:
        UsageError: The address is for more than this computer, without an account and without ``public``.
    """
    from dashboard.web.hosts import is_loopback  # noqa: PLC0415 - as in `serve`

    if is_loopback(settings.host) or settings.public or settings.auth is not None:
        return
    message = (
        f"--host {settings.host}: everyone who reaches this computer could open the page"
        + ("" if settings.read_only else ", import files, remove them and start collections")
        + ". Set PLUMBLINE_AUTH=user:password (or auth in plumbline.toml) to ask for an account, or add --public "
        "(PLUMBLINE_PUBLIC=true) if everyone may"
    )
    raise UsageError(message)


def build_access(settings: Settings) -> "Access":
    """The hosts, that of the public address among them, and the account of the settings."""
    from dashboard.web.access import Access  # noqa: PLC0415 - as in `serve`
    from dashboard.web.hosts import allow_hosts  # noqa: PLC0415 - as in `serve`

    public_names = [] if settings.public_url is None else [urlsplit(settings.public_url).hostname or ""]
    account = None if settings.auth is None else settings.auth.get_secret_value()
    return Access(allow_hosts(settings.host, (*settings.allowed_hosts, *public_names)), account)


def build_app(
    settings: Settings, catalogue: Catalogue, store: CandleStore, print_line: Callable[[str], None]
) -> "Dash":
    """The page over a store; the sample is added to the store where it has no real candles.

    Raises:
        StoreUnusable: The store cannot be read or written.
    """
    from dashboard.jobs.read_only import ReadOnlyActions  # noqa: PLC0415 - as in `serve`
    from dashboard.jobs.store_actions import StoreActions  # noqa: PLC0415 - as in `serve`
    from dashboard.web.app import create_app  # noqa: PLC0415 - as in `serve`
    from dashboard.web.garbage import collect_between_answers  # noqa: PLC0415 - as in `serve`

    if not store.has_candles(Evidence.REAL) and ensure_sample(store, clock.now()):
        print_line("no real candles yet: showing the reconstruction of 2025-10-10, which is no evidence")
    actions = StoreActions(
        store,
        build_collect_command,
        venues=[row.id for row in VENUES if row.kind is MarketType.SPOT],
        now=clock.now,
        environment=build_collect_environment(settings),
    )
    atexit.register(actions.cancel_collection)  # a collection ends with its page, after storing what has come
    page_actions = ReadOnlyActions(actions) if settings.read_only else actions
    app = create_app(store, catalogue, page_actions, build_access(settings), settings.public_url)
    collect_between_answers(app.server)
    return app


def build_collect_command(order: CollectionOrder) -> list[str]:
    """The command line of the process that collects an order of the page."""
    return [sys.executable, str(PROGRAM), "--quiet", "collect", "--json", *build_collect_options(order)]


def build_collect_environment(settings: Settings) -> dict[str, str]:
    """The environment of that process, with all addresses: every user of a machine can read the command lines on it."""
    addresses = {"STORE": settings.store, "MIRROR": settings.mirror, "PROXY": settings.proxy}
    return dict(os.environ) | {f"{ENV_PREFIX}{name}": value for name, value in addresses.items() if value is not None}


def build_collect_options(order: CollectionOrder) -> list[str]:
    """An order of the page as options of `collect`."""
    values = {
        "--event": order.event,
        "--assets": ",".join(order.assets),
        "--from": None if order.start is None else format_time(order.start),
        "--to": None if order.end is None else format_time(order.end),
        "--venues": ",".join(order.venues),
    }
    parts = [part for option, value in values.items() if value for part in (option, value)]
    return [*parts, "--timeframe", order.timeframe.value]
