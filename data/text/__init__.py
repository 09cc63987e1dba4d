"""Texts that others choose, made fit to be stored and shown."""
