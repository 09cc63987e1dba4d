"""Tests of the room for evidence."""
