"""What runs outside of a request: collect, import, remove."""
