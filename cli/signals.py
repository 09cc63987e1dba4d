"""An end in good order, whoever asks for it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupt_on_sigterm() -> Iterator[None]:
    """SIGTERM, from the page or a service manager, ends the block as Ctrl-C does: nothing is left half done.

    In the main thread alone.
    """
    previous_handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous_handler)
