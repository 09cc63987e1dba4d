"""Routes to candles: an exchange's own candles, and its public trades."""
