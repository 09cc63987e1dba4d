"""Values as literals of the SQL in which deltalake takes predicates."""

from datetime import UTC, datetime


def quote_sql(text: str) -> str:
    """A text as an SQL literal.

    >>> quote_sql("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def quote_sql_time(time: datetime) -> str:
    """An aware time as an SQL literal."""
    return f"arrow_cast('{time.astimezone(UTC).isoformat()}', 'Timestamp(Microsecond, Some(\"UTC\"))')"
