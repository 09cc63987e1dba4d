"""Depth against duration, and against reported volume."""
