"""Whole answers in memory: when many ask for the same, it is made once, and again when what it depends on changes."""
