"""What a view is, its controls and its URL."""
