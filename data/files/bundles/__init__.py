"""Zip files of many markets, read member by member."""
