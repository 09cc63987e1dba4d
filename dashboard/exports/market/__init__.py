"""The scan of the Market page as files."""
