"""Index rules, replayed from spot candles (docs/index-rules.md)."""
