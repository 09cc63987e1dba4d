"""Daily archive files of exchanges: where they lie, their formats, download and reading."""
