"""How messages repeat texts that others choose: short, in quotation marks, and with nothing hidden."""

import re

MAX_QUOTED_CHARS = 200
"""How much of an input a message repeats."""

HIDDEN_SIGNS = (
    "\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
)
"""Signs that a terminal obeys, that turn the direction of writing, or that cannot be seen: a class of a pattern."""

HIDDEN_SIGNS_NOUN = "a control, bidirectional or invisible sign"

HIDDEN_SIGN = re.compile(f"[{HIDDEN_SIGNS}\ud800-\udfff]")
"""One of `HIDDEN_SIGNS`, or half a sign, which has no place in text."""


def has_hidden_signs(text: str) -> bool:
    """Whether a text holds signs that are obeyed or not seen where it is shown."""
    return HIDDEN_SIGN.search(text) is not None


def escape_hidden_signs(text: str) -> str:
    r"""A text with escapes in place of signs that are obeyed or not seen; ends of lines stay.

    >>> escape_hidden_signs("A\u202eTOM")
    'A\\u202eTOM'
    """
    return HIDDEN_SIGN.sub(lambda match: match[0] if match[0] == "\n" else ascii(match[0])[1:-1], text)


def cut_text(text: str) -> str:
    """The beginning of a text, as much as a message repeats."""
    return text if len(text) <= MAX_QUOTED_CHARS else f"{text[: MAX_QUOTED_CHARS - 3]}..."


def quote_input(value: object) -> str:
    """A value as a message repeats it: in quotes if it is text, with escapes, and cut.

    >>> quote_input("no time")
    "'no time'"
    >>> len(quote_input("x" * 1_000_000))
    200
    """
    shown = value[: MAX_QUOTED_CHARS + 1] if isinstance(value, str) else value
    return cut_text(escape_hidden_signs(repr(shown)))
