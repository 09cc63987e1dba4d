"""A local server that responds as the venues do, in their formats and with their limits, from given candles."""
