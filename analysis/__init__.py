"""Questions put to a source of candles: one asset over one window, or every asset of an event."""
