"""Failed connections in plain words."""

import errno
import ssl
from unittest.mock import Mock

import aiohttp
import pytest

from collectors.http.connection_failures import describe_connection_failure

KEY = Mock(host="api.example", port=443, ssl=True)
"""The key of a connection as aiohttp has it."""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "Name or service not known")),
            "no address found for api.example",
        ),
        (
            aiohttp.ClientConnectorError(KEY, OSError(errno.ECONNREFUSED, "Connect call failed ('10.0.0.1', 443)")),
            "no connection to api.example:443: Connection refused",
        ),
        (
            aiohttp.ClientProxyConnectionError(KEY, OSError("no route")),
            "no connection to the proxy api.example:443: no route",
        ),
        (
            aiohttp.ClientConnectorCertificateError(KEY, ssl.SSLCertVerificationError(1, "expired")),
            "the certificate of api.example is not valid: expired",
        ),
        (aiohttp.ServerTimeoutError(), "no answer in time"),
        (aiohttp.ClientPayloadError("cut off"), "cut off"),
        (aiohttp.ClientPayloadError(), "ClientPayloadError"),
    ],
)
def test_a_failed_connection_in_plain_words(error: Exception, text: str) -> None:
    """The reader learns which host, and why."""
    assert describe_connection_failure(error) == text
