"""Upkeep of tables: files are merged, moved to another layout, compared with what was written, and removed."""
