"""The disk: waiting until it has a write, queueing for it, and what its refusals mean."""
