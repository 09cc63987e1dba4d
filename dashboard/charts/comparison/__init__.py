"""The comparison sheet."""
