"""What requests may have: addresses within limits, and callbacks of the app with values of its controls."""
