"""The headers of every answer, by which a browser keeps the page apart from other websites.

The policy allows scripts, styles and requests of this server alone. An inline script runs only if it is one of ours, by
its hash, so that no text of a file or an exchange can become a script.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256

from flask import Response, g

COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # A link of a view says what a reader looks at. Without any referrer a browser would call its own origin "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""The headers that are the same on all answers."""

POLICY_HEADER = "Content-Security-Policy"

CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""The policy of an answer that is plain text."""

UNFRAMED = "; frame-ancestors 'none'"


def build_policy(inline_scripts: Iterable[str]) -> str:
    """The policy of a page with these inline scripts, which says nothing yet of frames."""
    script_hashes = " ".join(f"'{hash_script(script)}'" for script in inline_scripts)
    directives = {
        "default-src": "'none'",
        "script-src": f"'self' {script_hashes}".strip(),
        # plotly.js, the grid and Mantine write style elements, and sizes of charts are style attributes.
        "style-src": "'self' 'unsafe-inline'",
        # plotly.js draws the downloaded picture from an SVG in memory.
        "img-src": "'self' blob: data:",
        # The symbols of the grid are a font within its style sheet.
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def hash_script(script: str) -> str:
    """The hash of an inline script as a policy writes it.

    >>> hash_script("alert('Hello, world.');")  # an example of the standard
    'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='
    """
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


def allow_frames() -> None:
    """Let every site frame the answer to the current request."""
    g.may_be_framed = True


def set_headers(policy: str) -> Callable[[Response], Response]:
    """A function that sets the headers of an answer; it may be framed only after `allow_frames`."""

    def set_response_headers(response: Response) -> Response:
        response.headers.update(COMMON_HEADERS)
        response.headers[POLICY_HEADER] = policy if g.get("may_be_framed", False) else policy + UNFRAMED
        return response

    return set_response_headers
