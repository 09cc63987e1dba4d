"""Trades, and the candles that are built from them."""
