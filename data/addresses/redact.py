"""Takes secrets out of addresses: accounts, and the values of query parameters that grant access.

Addresses of mirrors, proxies and stores reach messages, logs, rows and pages. This is the one place that decides what
of them may be shown; `data.errors.PlumblineError` applies it to every message.
"""

import re

MARK = "***"

CONTAINER_SCHEMES = ("abfs", "abfss", "wasb", "wasbs")
"""Schemes of Azure, of which the name before the ``@`` is that of a container, unless it has a colon."""

ACCOUNT_IN_ADDRESS = re.compile(r"""(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<account>[^\s?#'"<>]*)@""")
ACCOUNT_WITH_SIGNS = re.compile(r"""(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://[^\s:@/?#'"<>]*:[^\s'"<>]*@""")
"""An account whose password has signs that should have been encoded. An address with a port and an ``@`` in its path
looks the same, and loses its host: a secret that is shown is worse."""

ACCOUNT_ALONE = re.compile(r"""(?<![^\s'"(=,;])[^\s/?#'"<>@:]*:(?!//)[^\s'"<>@]+@(?=[A-Za-z0-9\[])""")
"""An account before a host without a scheme, as in a proxy that is no address."""

SECRET_PARAMETER = re.compile(
    r"""(?P<name>(?:[?&;]|\b)(?:[A-Za-z0-9_.%-]*(?:token|secret|passw(?:or)?d|pwd|signature|credential|api[_-]?key|"""
    r"""access[_-]?key|private[_-]?key|account[_-]?key)[A-Za-z0-9_.-]*|x-(?:amz|goog)-[A-Za-z0-9_-]+)=)"""
    r"""(?P<value>[^\s&;#'"<>]+)""",
    re.IGNORECASE,
)
"""A parameter whose name says that its value is a secret, in an address or in a list of settings."""

SHORT_PARAMETER = re.compile(
    r"""(?P<name>[?&;](?:key|sig|auth|authorization|code|sas)=)(?P<value>[^\s&;#'"<>]+)""", re.IGNORECASE
)
"""Names that are secrets only in a query."""


def redact_secrets(text: str) -> str:
    """The text with a mark in place of each account, password, key and signature in its addresses.

    >>> redact_secrets("no answer from https://user:word@mirror.example/a?limit=2&token=abc")
    'no answer from https://***@mirror.example/a?limit=2&token=***'
    >>> redact_secrets("proxy 'user:word@127.0.0.1:8080' is no address")
    "proxy '***@127.0.0.1:8080' is no address"
    """
    text = ACCOUNT_WITH_SIGNS.sub(rf"\g<scheme>://{MARK}@", text)
    text = ACCOUNT_IN_ADDRESS.sub(_redact_account, text)
    text = ACCOUNT_ALONE.sub(f"{MARK}@", text)
    for parameter in (SECRET_PARAMETER, SHORT_PARAMETER):
        text = parameter.sub(rf"\g<name>{MARK}", text)
    return text


def _redact_account(match: re.Match[str]) -> str:
    scheme, account = match["scheme"], match["account"]
    names_container = scheme.lower() in CONTAINER_SCHEMES and ":" not in account
    return match[0] if names_container else f"{scheme}://{MARK}@"
