"""Terms as links to their definitions, for the headers of tables."""

from dashboard.components.static_html import StaticElement, build_element
from dashboard.state.links import MethodAnchor, ViewLinks


def link_to_definition(text: str, anchor: MethodAnchor | None, links: ViewLinks) -> str | StaticElement:
    """A label, as a link to its definition where it has one."""
    return text if anchor is None else build_element("a", text, **links.build_definition_attributes(anchor))
