"""Why something was not had, told so that what failed alike can be named together."""

import re

FILE_PATTERN = r"\S*\d{4}-?\d{2}-?\d{2}\S*\.(?:zip|gz)"
"""The name of an archive's file: it holds the market and the day, which stand beside the reason."""


def remove_file_names(reason: str) -> str:
    """The reason, without the names of files in it.

    >>> remove_file_names("no archive file ATOM-USDT-candlesticks-2025-10-10.zip (HTTP 404)")
    'no archive file (HTTP 404)'
    """
    return re.sub(rf" ?{FILE_PATTERN}", "", reason)
