"""Delta Lake tables: reads and writes, de-duplication, upserts, maintenance."""
