"""Tests of order logs."""
