"""Caching of assets: a file requested by its modification time never changes under that address."""

from http import HTTPStatus

from flask import Response, request

MAX_AGE_S = 365 * 24 * 3600
"""Seconds in a year, as dash has for the scripts of its packages."""


def cache_assets(response: Response) -> Response:
    """Let a browser cache a style or script that is requested with its modification time (``?m=``) for a year."""
    if request.path.startswith("/assets/") and "m" in request.args and response.status_code == HTTPStatus.OK:
        response.cache_control.no_cache = None
        response.cache_control.max_age = MAX_AGE_S
        response.cache_control.immutable = True
    return response
