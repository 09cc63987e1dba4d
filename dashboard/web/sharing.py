"""What stands for a page where its link is shared: title, description and picture (Open Graph, Twitter cards)."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from dash.development.base_component import Component

from dashboard.components.static_html import split_component
from dashboard.components.updates import Updates
from dashboard.sheet.renderer import PNG_SCALE
from dashboard.sheet.sizes import SHAPES, SheetSize

MAX_DESCRIPTION_CHARS = 300
"""Longer descriptions are cut at a word; previews show less than this."""

HEADLINE_CLASS = "second"
"""The class of the sentences below the heading of a page."""


@dataclass(frozen=True, slots=True)
class PageSummary:
    """A page in a few words.

    Attributes:
        title: the title of the window.
        subject: asset, exchange and window, or what else the page is about.
        headline: the heading of the page.
        sentences: the sentences below the heading.
        address: path and query of the page in its view; None if no page has the address.
        picture: path and query of the picture that stands for the page; None if there is none.
    """

    title: str
    subject: str
    headline: str
    sentences: str
    address: str | None
    picture: str | None


def summarize_page(updates: Updates) -> PageSummary | None:
    """The summary of a page by the values of the shell and of the page; None if they are not those of a page."""
    page = updates.get(("page", "data"), {})
    if "title" not in page:
        return None
    elements = list(_iterate_elements(updates.get(("content", "children"))))
    return PageSummary(
        title=page["title"],
        subject=page["subject"],
        headline=" ".join(_collect_text(part) for name, _, part in elements if name == "H1"),
        sentences=" ".join(_collect_text(part) for _, classes, part in elements if HEADLINE_CLASS in classes),
        address=page["address"],
        picture=page["picture"],
    )


def write_preview_tags(summary: PageSummary, root: str) -> str:
    """The elements of the document's head for previews; ``root`` is the address of the server, without a path."""
    description = _shorten(f"{_end_sentence(summary.headline)} {summary.sentences}".strip())
    properties = {
        "og:site_name": "Plumbline",
        "og:type": "website",
        "og:title": summary.subject,
        "og:description": description,
    }
    names = {
        "description": description,
        "twitter:card": "summary" if summary.picture is None else "summary_large_image",
    }
    if summary.address is not None:
        properties["og:url"] = root + summary.address
    if summary.picture is not None:
        shape = SHAPES[SheetSize.WIDE]
        properties |= {
            "og:image": root + summary.picture,
            "og:image:type": "image/png",
            "og:image:width": str(PNG_SCALE * shape.width),
            "og:image:height": str(PNG_SCALE * shape.height),
            "og:image:alt": summary.headline,
        }
    tags = [f'<meta property="{name}" content="{escape(text)}">' for name, text in properties.items()]
    tags += [f'<meta name="{name}" content="{escape(text)}">' for name, text in names.items()]
    if summary.address is not None:
        tags.append(f'<link rel="canonical" href="{escape(root + summary.address)}">')
    return "".join(tags)


def _iterate_elements(part: Any) -> Iterator[tuple[str, list[str], Component]]:  # noqa: ANN401 - a child in dash
    """Every component with its type and its classes."""
    if isinstance(part, list | tuple):
        for child in part:
            yield from _iterate_elements(child)
    elif isinstance(part, Component):
        props, name, _ = split_component(part)
        yield name, str(props.get("className") or "").split(), part
        yield from _iterate_elements(props.get("children"))


def _collect_text(part: Any) -> str:  # noqa: ANN401 - as above
    if isinstance(part, list | tuple):
        return "".join(map(_collect_text, part))
    if isinstance(part, Component):
        return _collect_text(split_component(part)[0].get("children"))
    return "" if part is None else str(part)


def _end_sentence(text: str) -> str:
    """The text with a full stop, unless it ends with a mark.

    >>> _end_sentence("Every asset"), _end_sentence("How far?"), _end_sentence("")
    ('Every asset.', 'How far?', '')
    """
    return text if not text or text.endswith((".", "?", "!", ".)")) else f"{text}."


def _shorten(text: str) -> str:
    """The text, cut at a word if it is too long.

    >>> len(_shorten("word " * 100)), _shorten("word " * 100)[-6:]
    (300, ' word…')
    """
    if len(text) <= MAX_DESCRIPTION_CHARS:
        return text
    return text[:MAX_DESCRIPTION_CHARS].rsplit(" ", 1)[0] + "\N{HORIZONTAL ELLIPSIS}"
