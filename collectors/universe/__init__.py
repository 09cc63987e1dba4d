"""Which markets a whole market has, what collecting them costs, and the request for them."""
