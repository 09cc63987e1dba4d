"""Which failed requests are sent again, how often, and after which wait."""

import stamina

from collectors.failures import CollectFailure, RateLimitedOut

MAX_RETRY_WAIT_S = 120.0
"""The longest Retry-After that is waited for; after a longer one the venue gets no further request in this run."""


def decide_retry(error: Exception) -> bool | float:
    """Whether to send the request again after the error, or the seconds to wait first where the venue named them."""
    if isinstance(error, RateLimitedOut) and error.retry_after_s is not None:
        return error.retry_after_s if error.retry_after_s <= MAX_RETRY_WAIT_S else False
    return isinstance(error, CollectFailure) and error.is_transient


call_with_retries = stamina.AsyncRetryingCaller(
    attempts=6, timeout=300.0, wait_initial=0.5, wait_max=30.0, wait_jitter=1.0
).on(decide_retry)
"""Calls a coroutine function, and again after a transient failure: 6 attempts in 300 s, with growing random waits."""
