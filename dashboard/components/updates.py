"""What every part of a page holds: the first page and every change of it are made of the same values."""

from typing import Any

Updates = dict[tuple[str, str], Any]
"""Values by the id and the property of the component that shows them."""
