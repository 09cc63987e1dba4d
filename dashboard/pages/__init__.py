"""The pages of the app: a module or a package each, all of the same shape.

How to add one:

1. Write ``dashboard/pages/NAME/page.py`` with a constant ``PAGE = Page(...)`` (`dashboard.pages.base`) and add it to a
   group of `dashboard.pages.registry.PAGE_GROUPS`, whose order is that of the navigation. Nothing else has to change.
2. ``build_content(context, view)`` returns the children of ``main`` for a view: dash components that begin with an
   ``h1``. ``context.measurements`` measures views and caches the results.
3. The controls (asset, window, focus, settings, clock, picture) are part of the shell; ``controls`` names those that
   the page uses. When a reader uses one, the whole page is built again. A page whose components must stay (a zoomed
   chart, a sorted table) has ``build_updates(context, view)`` too: values by id and property
   (`dashboard.components.updates`). Then ``build_content`` is a static layout with these values:
   ``apply_updates([_build_layout()], build_updates(context, view))``. No component of a page may be an ``Output`` or an
   ``Input`` of the shell's callback.
4. ``is_measured``: the view is measured before the page is shown, and notices (illustration, excluded venues, replaced
   focus) and the offer to collect real candles stand above it. ``build_notice_result`` returns the result that they
   are about, if that is not the measurement of the view's asset.
5. Every page is part of its HTML document, and is visible before the app has started. Style rules for its first screen
   select by class, not by id, and ``tests/browser/test_prerender.py`` gets its address. With ``begins_with_chart`` the
   first chart is drawn before the app starts.
6. ``register_callbacks(app, context)`` adds callbacks for the page's own components. They read the view from
   ``State("view", "data")`` with `dashboard.state.url.parse_query`. Ids begin with the name of the page. A callback
   whose ``Input`` exists on one page only is never called on others.
7. Links to other pages keep the view: ``ViewLinks(view.to_query(catalogue))`` of `dashboard.state.links` has
   ``build_page_link("lows", "Lows")`` for a page and ``build_definition_link("firm", MethodAnchor.FIRM)`` for a term
   that the method page defines. The label of every number is such a link.

The view is part of the address: `dashboard.shell.router` reads it, ``assets/page.js`` writes it. Another event, asset,
window, focus or page adds an entry to the browser's history; every other change replaces the current entry.

Dash's own ``use_pages`` is not used: its registry is global to the process, so that two apps would share it.
"""
