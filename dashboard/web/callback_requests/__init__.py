"""What the endpoint of callbacks accepts: JSON within limits, of a callback of the app, with values of its controls."""
