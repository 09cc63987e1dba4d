"""Outputs of a measurement: lows, headline, JSON."""
