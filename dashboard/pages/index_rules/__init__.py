"""The Index page."""
