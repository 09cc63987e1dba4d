"""Parts of the tables of the data page."""

from collections.abc import Container

from dash import html


def build_header(*names: str, numeric: Container[str] = ()) -> html.Thead:
    """The header row of a table; names in ``numeric`` are aligned to the right, as their numbers are."""
    return html.Thead(
        html.Tr([html.Th(name, scope="col", className="number" if name in numeric else "") for name in names])
    )
