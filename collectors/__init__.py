"""Collecting candles from exchanges: what each venue can give, one client per venue, and the job that runs them.

This package imports no ccxt by itself: that costs over half a second and 100 MB, and most commands never collect.
"""
