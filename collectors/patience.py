"""Asking again: only after what can pass, a bounded number of times, a little later and a random bit apart."""

import stamina

from collectors.failures import CollectFailure, RateLimitedOut

MAX_RETRY_WAIT_S = 120.0
"""A venue that asks for a longer wait is left alone for this run."""


def decide_retry(error: Exception) -> bool | float:
    """Whether to ask again after the error, or the seconds to wait first where the venue said so."""
    if isinstance(error, RateLimitedOut) and error.retry_after_s is not None:
        return error.retry_after_s if error.retry_after_s <= MAX_RETRY_WAIT_S else False
    return isinstance(error, CollectFailure) and error.is_transient


RETRY = stamina.AsyncRetryingCaller(attempts=6, timeout=300.0, wait_initial=0.5, wait_max=30.0, wait_jitter=1.0).on(
    decide_retry
)
"""Calls a coroutine function until it answers."""
