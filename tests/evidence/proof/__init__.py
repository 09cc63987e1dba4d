"""Tests of manifests and their check."""
