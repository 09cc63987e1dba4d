"""Manifests of files: what reproduces a picture or a table, and whether the data still say the same."""
