"""Histograms of the gaps between lows."""
