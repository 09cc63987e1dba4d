"""The table of venues: what each exchange gives, and how that is known."""
