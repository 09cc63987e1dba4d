"""Garbage collection between answers.

The parts of a measurement refer to each other, so that only a full collection frees one that has left the cache. With a
full cache that takes as long as an answer, and Python would do it amid one of twenty.
"""

import gc

from flask import Flask, Response

DUE_COLLECTIONS = 10
"""Collections of the middle generation until a full one is due, as in Python: those of some twenty answers."""

FALLBACK_COLLECTIONS = 100
"""As many of them until Python does a full one wherever it is, should no answer end."""


def collect_between_answers(server: Flask) -> None:
    """Have full collections take place once an answer is sent, without what is permanent.

    Call it when all is loaded: modules and tables until then are never looked at again. Scanning them slowed every
    tenth answer by half.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FALLBACK_COLLECTIONS)

    @server.after_request
    def collect_when_closed(response: Response) -> Response:
        response.call_on_close(collect_if_due)
        return response


def collect_if_due() -> None:
    """Do a full collection if there have been enough smaller ones since the last."""
    if gc.get_count()[2] >= DUE_COLLECTIONS:
        gc.collect()
