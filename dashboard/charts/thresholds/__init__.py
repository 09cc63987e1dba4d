"""Minutes at each depth."""
