"""The options that may stand before and after a command's name."""

from typing import Any

import click

GLOBAL_PREFIX = "plumbline."
"""Prefix of the global options in the context's ``meta``, which all contexts of a run share."""


def build_global_options() -> list[click.Option]:
    """The options that may stand before and after a command's name; read them with `get_global_option`.

    click parses what stands before the name first, so the later of two values replaces the earlier one.
    """

    def store_value(context: click.Context, option: click.Parameter, value: str | int | None) -> None:
        if value is not None:
            context.meta[GLOBAL_PREFIX + str(option.name)] = value

    verbosity_flags = (
        ("--verbose", 1, "Say more on the error stream."),
        ("--quiet", -1, "Say nothing but results and errors."),
    )
    return [
        click.Option(
            ["--store"],
            help="Where candles are kept: a folder or any URI that Delta Lake takes.",
            callback=store_value,
            expose_value=False,
            is_eager=True,  # names of venues are looked up in the store while options are parsed
        ),
        *(
            click.Option(
                [flag, "verbosity"], type=int, flag_value=verbosity, help=text, callback=store_value, expose_value=False
            )
            for flag, verbosity, text in verbosity_flags
        ),
    ]


def get_global_option(context: click.Context, name: str, default: Any = None) -> Any:  # noqa: ANN401 - a value of any option
    """The last given value of a global option: ``store`` as text, ``verbosity`` -1 or 1; else the default."""
    return context.meta.get(GLOBAL_PREFIX + name, default)
