"""The method's text, which a case file carries so that its numbers can be understood without this program."""

from pathlib import Path

METHOD_PATH = Path(__file__).parents[2] / "docs" / "method.md"


def read_method() -> str | None:
    """The text of docs/method.md; None where the program is installed without its documents."""
    return METHOD_PATH.read_text(encoding="utf-8") if METHOD_PATH.is_file() else None
