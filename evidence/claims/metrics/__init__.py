"""How each metric is read: of markets, of groups and assets, and of what the store keeps beside candles."""
