"""How notices repeat values of a link that are not valid."""

from data.text.quoting import quote_input

MAX_QUOTED_CHARS = 40
"""Characters of a value that a notice repeats."""


def quote_value(text: str) -> str:
    """The value in quotation marks, shortened if it is long, with escapes for what is not seen.

    >>> quote_value("x"), quote_value("y" * 41)
    ("'x'", "'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...'")
    """
    return quote_input(text if len(text) <= MAX_QUOTED_CHARS else f"{text[:MAX_QUOTED_CHARS]}...")
