"""Dash and Flask: the app, the document, pre-rendering, caching."""
