"""Exports: downloadable pictures, rows and JSON, and the routes that serve them."""
