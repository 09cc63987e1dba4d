"""Small HTML parts."""
