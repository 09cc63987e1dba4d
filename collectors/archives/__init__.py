"""Daily archive files of exchanges: paths, formats, download and reading."""
