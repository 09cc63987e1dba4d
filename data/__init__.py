"""The store of candles and coverage, the catalogue, the import of files, and the reconstruction of the event."""
