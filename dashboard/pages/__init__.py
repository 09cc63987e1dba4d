"""The pages of the app: a module each, alike in shape.

How to add one:

1. Write ``dashboard/pages/NAME.py`` with a constant ``PAGE = Page(...)`` (`dashboard.pages.base`) and list it in
   `dashboard.pages.registry.PAGES`; its place there is its place in the navigation. Nothing else has to know of it.
2. ``show(context, view)`` gives what ``main`` holds, for a view that was read from the address: plain dash components
   from pure functions. It starts with an ``h1``. ``context.answers`` answers views and keeps what it measured.
3. Controls (asset, window, focus, settings, clock, picture) stand in the shell, once for all pages; ``controls`` names
   those that the page shows. When one is used, the page is shown anew. A page that wants to keep what a reader did in
   it (a zoom, a sorted table) gives ``change(context, view)`` too: values by id and property of its own parts
   (`dashboard.components.updates.Updates`), sent in the same answer. No part of a page may be an ``Output`` or ``Input`` of the
   shell's callback.
4. ``measures`` tells whether the view's asset is measured before the page is shown: then its notices (illustration,
   left out by choice, replaced focus) and the offer of real candles stand above the page.
5. ``seen_first`` sends the page as HTML too, for the time before the app runs. Style rules of what stands in its first
   screen then go by class, not by id, and ``tests/browser/test_prerender.py`` gets its address.
6. ``register(app, context)`` adds callbacks of the page's own parts, thin ones: the view is ``State("view", "data")``,
   read by `dashboard.state.url.parse_query`. Ids begin with the name of the page. An ``Input`` that stands on the page alone
   never fires elsewhere.
7. Links to other pages carry the view along: ``Links(view.to_query(catalogue))`` of `dashboard.state.links`, with
   ``page("lows", "Lows")`` for a page and ``define("firm", Anchor.FIRM)`` for a word that the method page defines.
   Every number's label is one.

What is asked for lies in the address: `dashboard.shell.router` reads it, ``assets/page.js`` writes it (another event, asset,
window, focus or page is an entry of the browser's history, everything else replaces the current one).

Dash's own ``use_pages`` is not used: its registry is global to the process, and two apps in one process would share it.
"""
