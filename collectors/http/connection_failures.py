"""Why a connection failed, in words for a reader who knows no socket."""

import os

import aiohttp


def describe_connection_failure(error: Exception) -> str:
    """The reason in plain words, with the host; the error's own text, or its kind, where it is not a known one.

    >>> describe_connection_failure(aiohttp.ServerDisconnectedError())
    'the connection was closed without an answer'
    >>> describe_connection_failure(TimeoutError())
    'no answer in time'
    """
    match error:
        case aiohttp.ClientConnectorDNSError():
            reason = f"no address found for {error.host}"
        case aiohttp.ClientProxyConnectionError():
            reason = f"no connection to the proxy {error.host}:{error.port}: {_describe_cause(error.os_error)}"
        case aiohttp.ClientConnectorCertificateError():
            reason = f"the certificate of {error.host} is not valid: {error.certificate_error}"
        case aiohttp.ClientConnectorError():
            reason = f"no connection to {error.host}:{error.port}: {_describe_cause(error.os_error)}"
        case aiohttp.ServerDisconnectedError():
            reason = "the connection was closed without an answer"
        case TimeoutError():
            reason = "no answer in time"
        case _:
            reason = str(error) or type(error).__name__
    return reason


def _describe_cause(error: OSError) -> str:
    """The system's own words for the number of the error, such as "Connection refused"; without one its text."""
    return os.strerror(error.errno) if error.errno else str(error)
