"""The scripts of the app: those that a page needs, and when the browser loads them.

A page that begins with a chart needs plotly.js first. The scripts of the app are larger, and would share the connection
with it: the chart would come only with the last of them. So they are within a template, where the browser does not see
them, until the chart is drawn.
"""

GRID_SCRIPT = "/dash_ag_grid/dash_ag_grid."
"""What the address of the grid's script contains."""

UNUSED_SCRIPTS = ("/dash/dash_table/", "/dash/deps/polyfill@")
"""What the addresses of scripts contain that no page uses: of dash's old table, and a polyfill.

The polyfill is for browsers that run none of our scripts. In others it replaces methods by slow ones, and delays the
app by a twentieth of a second. What dash's scripts take from it is in ``dashboard/vendor/regenerator-runtime.js``.
"""

TEMPLATE_ID = "app-scripts"
"""The id of the template."""

START_SCRIPT = f"""{{
  // The scripts of a template are inert; copies are loaded, and run in their order.
  const scripts = [...document.getElementById("{TEMPLATE_ID}").content.children].map((inert) => {{
    const script = document.createElement("script");
    [...inert.attributes].forEach(({{ name, value }}) => script.setAttribute(name, value));
    [script.textContent, script.async] = [inert.textContent, false];
    return script;
  }});
  // It has no address, so that it would run at once.
  const renderer = scripts.pop();
  scripts.at(-1).onload = scripts.at(-1).onerror = () => document.body.append(renderer);
  document.querySelector("footer").append(...scripts);
}}"""
"""The script that starts the app on such a page, after the one that draws the chart."""


def select_scripts(scripts: str, *, needs_grid: bool) -> tuple[str, str]:
    """The script elements that a page needs, of those of dash, and the address of the grid's script.

    >>> select_scripts('<script src="/dash_ag_grid/dash_ag_grid.js"></script>', needs_grid=False)
    ('', '/dash_ag_grid/dash_ag_grid.js')
    """
    elements = [line for line in scripts.split("\n") if not any(part in line for part in UNUSED_SCRIPTS)]
    (grid_element,) = (element for element in elements if GRID_SCRIPT in element)
    if not needs_grid:
        elements.remove(grid_element)
    return "\n".join(elements), grid_element.split('"')[1]


def hold_back_scripts(scripts: str, renderer: str) -> str:
    """The script elements of the app within a template, and the script that starts them.

    Args:
        scripts: elements with addresses.
        renderer: the element that runs once these have loaded.
    """
    return f'<template id="{TEMPLATE_ID}">{scripts}{renderer}</template><script>{START_SCRIPT}</script>'
