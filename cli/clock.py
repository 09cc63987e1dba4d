"""The clock of the command line: call it as ``clock.now()``, so that a test replaces it in one place."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current time in UTC."""
    return datetime.now(UTC)
