"""A local S3 server, for stores in object storage: ``python -m tests.object_storage`` serves until its input ends."""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
    "AWS_ALLOW_HTTP": "true",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What a client needs besides ``AWS_ENDPOINT_URL``."""


class AtomicPuts:
    """moto's S3, with one request that writes at a time.

    moto looks whether there is an object and puts it in two steps, between which another thread may put one; a real
    server does both in one. ``requests`` has method and path of each request. Of ``before_commit`` one function is
    called before each object that is to be put only where there is none. With ``ignores_conditions`` the server
    overwrites such objects.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.before_commit: list[Callable[[], object]] = []
        self.ignores_conditions = False
        self._application = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        self.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if "HTTP_IF_NONE_MATCH" in environ and self.before_commit:
            self.before_commit.pop()()
        if self.ignores_conditions:
            environ.pop("HTTP_IF_NONE_MATCH", None)
        if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            return self._answer(environ, start_response)
        with self._lock:
            return self._answer(environ, start_response)

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        response: Iterable[bytes] = self._application(environ, start_response)
        return response


class _QuietHandler(WSGIRequestHandler):
    def log_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - werkzeug's signature
        """Print nothing."""


@contextmanager
def serve_object_storage() -> Iterator[tuple[str, AtomicPuts]]:
    """A server in a thread: its address, and its application."""
    application = AtomicPuts()
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", application
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def empty_bucket(name: str) -> None:
    """Delete all objects of a bucket."""
    s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[name].keys.clear()


def create_bucket(address: str, name: str) -> None:
    """Make a bucket on the server at an address."""
    with urlopen(Request(f"{address}/{name}", method="PUT")):  # noqa: S310 - an address of this machine
        pass


if __name__ == "__main__":
    with serve_object_storage() as (own_address, _):
        print(own_address, flush=True)  # noqa: T201 - read by the process that started this one
        sys.stdin.read()
