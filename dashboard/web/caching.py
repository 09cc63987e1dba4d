"""What a browser may keep of the program's own files: what is asked for by its age never changes under that name."""

from http import HTTPStatus

from flask import Response, request

MAX_AGE_S = 365 * 24 * 3600
"""As long as dash lets the scripts of its packages be kept."""


def cache_assets(response: Response) -> Response:
    """Let a style or script that is asked for with its age (``?m=``) be kept for a year, without asking again."""
    if request.path.startswith("/assets/") and "m" in request.args and response.status_code == HTTPStatus.OK:
        response.cache_control.no_cache = None
        response.cache_control.max_age = MAX_AGE_S
        response.cache_control.immutable = True
    return response
