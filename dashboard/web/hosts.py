"""The names under which the page may be opened, by the header ``Host`` of a request.

A website can have its own name resolve to 127.0.0.1 (DNS rebinding). The browser then takes this server for that site,
and lets the site's scripts read every answer. What gives it away is the name, which the browser writes into every
request.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
"""The names of this machine that no other machine can have."""

HOST_PATTERN = re.compile(
    r"(?:\[(?P<v6>[0-9a-f]*:[0-9a-f:.]*)\]|(?P<name>[0-9a-z_-]+(?:\.[0-9a-z_-]+)*)\.?)(?::[0-9]{0,5})?"
)
"""A host in lower case with an optional port. A user name, a path or a space make it malformed."""

SETTING_HINT = (
    "If this is its name in your network or at your proxy, add the name to PLUMBLINE_ALLOWED_HOSTS "
    "(or to allowed_hosts in plumbline.toml) and start Plumbline again."
)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The hosts of a server.

    Attributes:
        names: names and addresses as `parse_host` returns them.
        any_address: whether every IP address is allowed. A website cannot borrow one, unlike a name.
    """

    names: frozenset[str] = LOOPBACK_NAMES
    any_address: bool = False

    def __contains__(self, name: str) -> bool:
        """Whether a request may name this host."""
        return name in self.names or (self.any_address and _is_address(name))


def allow_hosts(bound_host: str, names: Iterable[str] = ()) -> AllowedHosts:
    """This machine's own names, the address that the server listens on, and further names such as a proxy's."""
    is_wildcard = _is_address(bound_host) and ip_address(bound_host).is_unspecified
    return AllowedHosts(LOOPBACK_NAMES | {_normalize(bound_host), *map(_normalize, names)}, any_address=is_wildcard)


def is_loopback(bound_host: str) -> bool:
    """Whether only programs of this machine reach a server that listens there."""
    name = _normalize(bound_host)
    return ip_address(name).is_loopback if _is_address(name) else name == "localhost"


def parse_host(header: str | None) -> str | None:
    """The name or address of a header ``Host``, without port and brackets; None if it is missing or malformed.

    >>> parse_host("LocalHost.:8050"), parse_host("[0:0::1]:80"), parse_host("me@localhost"), parse_host(None)
    ('localhost', '::1', None, None)
    """
    match = HOST_PATTERN.fullmatch((header or "").lower())
    if match is None:
        return None
    if match["v6"] is None:
        return match["name"]
    return _normalize(match["v6"]) if _is_address(match["v6"]) else None


def describe_foreign_host(header: str | None, allowed: AllowedHosts) -> str:
    """Why a request with this header is not answered; "" if it is."""
    name = parse_host(header)
    if name is None:
        return "This request does not say, in its header Host, under which name it was sent."
    return "" if name in allowed else f"Plumbline does not answer under the name {name}. {SETTING_HINT}"


def _normalize(name: str) -> str:
    """A name in lower case without its last dot, an address in its short form."""
    return str(ip_address(name)) if _is_address(name) else name.lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
