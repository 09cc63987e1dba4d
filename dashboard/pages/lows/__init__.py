"""The Lows page."""
