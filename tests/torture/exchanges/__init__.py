"""What exchanges may answer."""
