"""Lines of the whole market's gaps day by day: one exchange against the range of all others."""
