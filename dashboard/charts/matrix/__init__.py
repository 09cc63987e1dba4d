"""Every venue on every asset under the same test."""
