"""Collection of candles from exchanges: the venue table, a client per venue, routes to candles, and the follower.

Importing the package does not import ccxt, which takes over half a second and 100 MB.
"""
