"""Takes secrets out of addresses: accounts, and the values of parameters that grant access.

Addresses of mirrors, proxies and stores reach messages, logs, rows and pages. This is the one place that decides what
of them may be shown; `data.errors.PlumblineError` applies it to every message. It takes time in proportion to the text,
as messages may quote what somebody sent.
"""

import re

MARK = "***"

CONTAINER_SCHEMES = ("abfs", "abfss", "wasb", "wasbs")
"""Schemes of Azure, of which the name before the ``@`` is that of a container, unless it has a colon."""

GAP = re.compile(r"""([\s'"<>]+)""")
"""What stands between words; no address has it."""

PARAMETER = re.compile(r"""(?P<before>[?&;]?)(?P<name>[A-Za-z0-9_.%-]{1,64})=(?P<value>[^\s&;#'"<>]+)""")

SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|signature|credential|(?:api|access|private|account)[_-]?key|^x-(?:amz|goog)-",
    re.IGNORECASE,
)
"""Names of parameters whose values are secrets, wherever they stand."""

SHORT_NAMES = frozenset({"key", "sig", "auth", "authorization", "code", "sas"})
"""Names of parameters whose values are secrets in the query of an address."""


def redact_secrets(text: str) -> str:
    """The text with a mark in place of each account, password, key and signature in its addresses.

    >>> redact_secrets("no answer from https://user:word@mirror.example/a?limit=2&token=abc")
    'no answer from https://***@mirror.example/a?limit=2&token=***'
    >>> redact_secrets("proxy 'user:word@127.0.0.1:8080' is no address")
    "proxy '***@127.0.0.1:8080' is no address"
    """
    words = (_redact_account(word) if "@" in word else word for word in GAP.split(text))
    return PARAMETER.sub(_redact_parameter, "".join(words))


def _redact_account(word: str) -> str:
    """A word with an ``@`` in it, without the account before it.

    A password may have signs that should have been encoded. An address with a port and an ``@`` in its path looks the
    same, and loses its host: a secret that is shown is worse.
    """
    head, separator, rest = word.partition("://")
    account, _, host = (rest or word).rpartition("@")
    has_password = ":" in account
    if not separator:
        user = account.partition(":")[0]
        is_account = has_password and "/" not in user and host[:1].isalnum() | host.startswith("[")
        return f"{MARK}@{host}" if is_account else word
    names_container = not has_password and head.lower().endswith(CONTAINER_SCHEMES)
    is_in_query = not has_password and ("?" in account or "#" in account)
    return word if names_container or is_in_query or not account else f"{head}://{MARK}@{host}"


def _redact_parameter(match: re.Match[str]) -> str:
    name = match["name"]
    is_secret = SECRET_NAME.search(name) or (match["before"] and name.lower() in SHORT_NAMES)
    return f"{match['before']}{name}={MARK}" if is_secret else match[0]
