"""Refuses what is no request of a callback, and files of dash that do not exist, before dash fails on them."""

from http import HTTPStatus

from dash import Dash
from dash.exceptions import DependencyException
from flask import Flask, Response, g, request

from dashboard.web.access import refuse
from dashboard.web.requests.json_body import parse_json
from dashboard.web.requests.schema import check_request
from data.errors import UsageError

CALLBACK_PATH = "/_dash-update-component"
"""The address of the endpoint."""

JSON_TYPE = "application/json"
"""The required type of a body."""


def guard_callbacks(app: Dash) -> None:
    """Answer requests that no browser sends by 400, 404, 413 or 415 with a sentence, and without a traceback.

    The parsed body of one that passes is ``g.callback_body``.
    """
    server: Flask = app.server

    @server.before_request
    def refuse_callback_request() -> Response | None:
        if request.path != CALLBACK_PATH or request.method != "POST":
            return None
        if request.mimetype != JSON_TYPE:
            return refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A callback is requested by {JSON_TYPE}.")
        try:
            body = parse_json(request.get_data())
            check_request(body, app.callback_map)
        except UsageError as error:
            return refuse(HTTPStatus.BAD_REQUEST, f"This is no request of the page: {error}.")
        g.callback_body = body
        return None

    @server.errorhandler(DependencyException)
    def answer_missing_file(_: DependencyException) -> Response:
        return refuse(HTTPStatus.NOT_FOUND, "There is no such file.")
