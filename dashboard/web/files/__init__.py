"""Scripts and style sheets: their addresses, compression and caching."""
