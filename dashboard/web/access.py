"""Who may use the page: what is refused before any page, route or callback sees it."""

from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Flask, Response, request

from dashboard.web import accounts, origins
from dashboard.web.hosts import AllowedHosts, describe_foreign_host, parse_host


@dataclass(frozen=True, slots=True)
class Access:
    """What a request needs: one of the hosts, and the account, ``user:password``, if there is one."""

    hosts: AllowedHosts = field(default_factory=AllowedHosts)
    account: str | None = field(default=None, repr=False)


def guard_requests(server: Flask, access: Access) -> None:
    """Refuse requests under foreign names, without the account, or from other websites, with a sentence as the body."""

    @server.before_request
    def refuse_request() -> Response | None:
        host = request.headers.get("Host")
        if foreign_host := describe_foreign_host(host, access.hosts):
            is_malformed = parse_host(host) is None
            return refuse(HTTPStatus.BAD_REQUEST if is_malformed else HTTPStatus.MISDIRECTED_REQUEST, foreign_host)
        if access.account is not None and not accounts.is_authorized(request.authorization, access.account):
            response = refuse(HTTPStatus.UNAUTHORIZED, accounts.REFUSAL)
            response.headers["WWW-Authenticate"] = accounts.CHALLENGE
            return response
        if origins.is_foreign(request.method, request.headers):
            return refuse(HTTPStatus.FORBIDDEN, origins.REFUSAL)
        return None


def refuse(status: HTTPStatus, sentence: str) -> Response:
    """A refusal as plain text."""
    return Response(f"{sentence}\n", status, mimetype="text/plain")
