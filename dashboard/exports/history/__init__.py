"""The history of the History page as files."""
