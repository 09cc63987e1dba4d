"""The measurement: pure functions of candles and parameters, as docs/method.md defines them."""
