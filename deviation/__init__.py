"""Align, convert, compare, measure: pure functions of candles and parameters, as docs/method.md defines them."""
