"""The program: its global options, its commands, and how errors end it.

Exit codes: 0 success; 1 done, but with parts missing; 2 bad usage; 3 no usable data.
"""

import tempfile
from typing import Any

import click

from cli.commands.chart import chart
from cli.commands.claims import claims
from cli.commands.collect import collect
from cli.commands.events import events
from cli.commands.follow import follow
from cli.commands.index import index
from cli.commands.losses import losses
from cli.commands.measure import export, lows, measure
from cli.commands.orders import orders
from cli.commands.sequence import sequence
from cli.commands.serve import serve
from cli.commands.verify import verify
from cli.global_options import build_global_options
from cli.scan.command import scan
from cli.session import open_session
from cli.store.audit import audit
from cli.store.forget import forget
from cli.store.import_files import import_
from cli.store.maintain import maintain
from cli.store.status import status
from cli.store.verify_store import verify_store
from data.disk.explain import explain_disk_error
from data.errors import PlumblineError, StoreUnusable
from data.version import VERSION


class CommandGroup(click.Group):
    """A group with the global options; a `PlumblineError` ends it with the error's message and exit code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's signature
        super().__init__(*args, **kwargs)
        self.params += build_global_options()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PlumblineError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            # Of temporary files, which are written in many places; what is asked for is translated where it is written.
            reason = explain_disk_error(error, None)
            if reason is None:
                raise
            place = error.filename or f"a file of the store, or a temporary one in {tempfile.gettempdir()},"
            click.echo(f"Error: {place} cannot be written: {reason}", err=True)
            ctx.exit(StoreUnusable.exit_code)


@click.group(
    cls=CommandGroup,
    commands=[
        audit,
        chart,
        claims,
        collect,
        events,
        export,
        follow,
        forget,
        import_,
        index,
        losses,
        lows,
        maintain,
        measure,
        orders,
        scan,
        sequence,
        serve,
        status,
        verify,
        verify_store,
    ],
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="plumbline")
@click.pass_context
def main(ctx: click.Context) -> None:
    """How far one exchange's price strayed from everyone else's, how deep and for how long.

    --store, --verbose and --quiet may also stand after the command; the later one counts.
    """
    if ctx.invoked_subcommand is None:
        ctx.obj = open_session(ctx)
        ctx.invoke(serve)
