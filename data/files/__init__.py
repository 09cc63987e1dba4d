"""Candles from files and into files."""
