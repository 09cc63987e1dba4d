"""Reads candles and measures them: one asset over one window, or every asset of an event."""
