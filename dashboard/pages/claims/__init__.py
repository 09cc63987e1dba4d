"""What each side said of an event, with verdicts."""
