"""Answers requests from memory: after all guards of a request, and with what all functions made of the answer.

An answer is stored as it is sent, compressed and with its headers. So it is taken last, after the functions that Flask
calls on an answer; these are called in reverse, which is why `store_answers` comes before all others.
"""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, g
from werkzeug.datastructures import Headers

from dashboard.web.answers.memory import AnswerMemory, StoredAnswer


def store_answers(server: Flask, memory: AnswerMemory) -> None:
    """Store answers of requests for which `find_answers` found none; call it before any other function is added."""

    @server.after_request
    def store_answer(response: Response) -> Response:
        if (found := g.pop("found_answer", None)) is not None:
            # Exactly as it was stored, whatever the functions before this one have set.
            response.headers = Headers(found.headers)
        elif (key := g.pop("answer_key", None)) is not None:
            memory.finish(key, _read_answer(response))
        return response

    @server.teardown_request
    def give_up(_: BaseException | None) -> None:
        """Let those go on who wait for an answer that did not come about."""
        if (key := g.pop("answer_key", None)) is not None:
            memory.finish(key, None)


def find_answers(server: Flask, memory: AnswerMemory, name_request: Callable[[], bytes | None]) -> None:
    """Answer requests from memory; call it after all guards are added.

    Args:
        server: has `store_answers`.
        memory: of the answers.
        name_request: the key of the present request, which has all that the answer depends on; None where the answer
            is not to be stored.
    """

    @server.before_request
    def find_answer() -> Response | None:
        key = name_request()
        if key is None:
            return None
        found = memory.find(key)
        if found is None:
            g.answer_key = key
            return None
        g.found_answer = found
        return Response(found.body, headers=Headers(found.headers))


def leave_unstored() -> None:
    """Do not store the answer to the present request: what it says may be different at once, such as a failure."""
    g.is_answer_unstored = True


def _read_answer(response: Response) -> StoredAnswer | None:
    """The answer; None if it is no whole success, or for one reader alone."""
    is_lasting = (
        response.status_code == HTTPStatus.OK
        and not g.get("is_answer_unstored", False)
        and not response.is_streamed
        and "Set-Cookie" not in response.headers
    )
    return StoredAnswer(tuple(response.headers.items()), response.get_data()) if is_lasting else None
