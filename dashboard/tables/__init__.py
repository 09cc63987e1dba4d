"""Rows and HTML of tables."""
