"""The claims ledger: what each side said of an event, what decides it, and the verdict that the candles give."""
