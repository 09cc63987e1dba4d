"""Comparison of the venue table with what exchanges send."""
