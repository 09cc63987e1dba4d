"""The gaps of one exchange over all assets, day by day."""
