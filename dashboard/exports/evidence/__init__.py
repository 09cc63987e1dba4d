"""Exports of what the room for evidence says."""
