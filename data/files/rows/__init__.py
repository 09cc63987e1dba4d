"""Rows of a file as candles or trades, each with what is wrong with it."""
