"""A person's orders below the deviation of an exchange: counts per minute by class, and the refusal rate."""
