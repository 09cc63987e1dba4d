"""The theme of a document: the link's, else that of the reader's system, which the browser sends as a cookie."""

import pytest

from dashboard.web.app import create_app
from data.catalogue import load_catalogue
from tests.dashboard.memory_store import MemoryStore, RecordedActions

APP = create_app(MemoryStore(), load_catalogue(), RecordedActions()).server
DARK_PAPER = "#15181c"
LIGHT_PAPER = "#ffffff"


@pytest.mark.parametrize(
    ("cookie", "search", "attributes", "paper"),
    [
        (None, "", 'data-drawn="light" lang', LIGHT_PAPER),
        ("dark", "", 'data-drawn="dark" lang', DARK_PAPER),
        ("mauve", "", 'data-drawn="light" lang', LIGHT_PAPER),
        ("dark", "?theme=light", 'data-drawn="light" data-theme="light" lang', LIGHT_PAPER),
        (None, "?theme=dark", 'data-drawn="dark" data-theme="dark" lang', DARK_PAPER),
        ("dark", "?theme=auto", 'data-drawn="dark" lang', DARK_PAPER),
    ],
)
def test_a_document_is_drawn_in_the_theme(cookie: str | None, search: str, attributes: str, paper: str) -> None:
    """The figures in the document have the theme's paper, and its element says which theme it is."""
    client = APP.test_client()
    if cookie is not None:
        client.set_cookie("system-theme", cookie)
    response = client.get(f"/explorer{search}")
    assert f"<html {attributes}" in response.text
    figures = response.text.split('id="first-figures"')[1]
    assert f'"paper_bgcolor":"{paper}"' in figures
    assert "Cookie" in response.headers["Vary"]
