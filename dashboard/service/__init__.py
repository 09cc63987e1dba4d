"""Measurements and facts of the store for a view, cached by the store's version."""
