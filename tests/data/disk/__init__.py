"""Tests of the disk."""
