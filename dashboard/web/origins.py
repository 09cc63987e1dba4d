"""Which site a request comes from: other websites may link here, and neither write nor read.

Browsers say it themselves, in headers that scripts cannot set: ``Sec-Fetch-Site`` to addresses that they trust (HTTPS,
and this machine), and ``Origin`` with every POST. A request with neither of them comes from another program, such as
curl. It is accepted: a program that can send it needs no browser to do harm.
"""

from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

READING_METHODS = frozenset({"GET", "HEAD"})
"""Methods that change nothing here."""

REFUSAL = "Another website sent this request; Plumbline answers its own pages, and links to them, only."


def is_foreign(method: str, headers: Headers) -> bool:
    """Whether another website sent the request, other than by a link or a frame.

    Args:
        method: of the request, in upper case.
        headers: of the request.
    """
    if method in READING_METHODS and headers.get("Sec-Fetch-Mode") == "navigate":
        return False
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is not None:
        # "same-site" includes other ports of this machine; "none" is what a reader typed, which is never a POST.
        return site != "same-origin" and not (site == "none" and method in READING_METHODS)
    return origin is not None and _read_authority(origin) != headers.get("Host", "").lower()


def _read_authority(origin: str) -> str | None:
    """Host and port of an origin; None for the origin ``null`` and for what is none."""
    try:
        return urlsplit(origin.lower()).netloc or None
    except ValueError:
        return None
