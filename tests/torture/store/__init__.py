"""Faults of the disk, and many writers and readers of one store."""
