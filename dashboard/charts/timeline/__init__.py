"""Prices, deviation and states over time."""
