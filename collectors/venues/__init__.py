"""The venue table: what each exchange offers, and the evidence for it."""
