"""The one account that may be required to use the page (HTTP Basic)."""

from hmac import compare_digest

from werkzeug.datastructures import Authorization

CHALLENGE = 'Basic realm="Plumbline", charset="UTF-8"'
"""By this header ``WWW-Authenticate`` a browser asks for user and password."""

REFUSAL = "This page needs a user and a password."


def is_authorized(authorization: Authorization | None, account: str) -> bool:
    """Whether a request names the account, ``user:password``, by a comparison in constant time."""
    if authorization is None or authorization.type != "basic":
        return False
    given = f"{authorization.username}:{authorization.password}"
    return compare_digest(given.encode(), account.encode())
