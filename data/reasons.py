"""Reasons of failed requests, normalized so that equal failures can be grouped."""

import re

FILE_PATTERN = r"\S*\d{4}-?\d{2}-?\d{2}\S*\.(?:zip|gz)"
"""The name of an archive's file, which contains market and day."""


def remove_file_names(reason: str) -> str:
    """The reason without names of archive files.

    >>> remove_file_names("no archive file ATOM-USDT-candlesticks-2025-10-10.zip (HTTP 404)")
    'no archive file (HTTP 404)'
    """
    return re.sub(rf" ?{FILE_PATTERN}", "", reason)
