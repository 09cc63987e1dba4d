"""A local server that answers as the venues do, in their own formats and with their own limits, from given candles."""
