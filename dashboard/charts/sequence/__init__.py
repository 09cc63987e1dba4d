"""When each exchange had fallen by so much."""
