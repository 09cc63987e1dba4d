"""Candles of many markets as matrices, a row per market and a column per bar."""
