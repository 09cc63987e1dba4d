"""The sample: candles reconstructed from published figures."""
