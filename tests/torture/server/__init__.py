"""Readers of the page: many, slow and hostile ones."""
