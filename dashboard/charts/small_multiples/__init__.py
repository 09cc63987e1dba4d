"""The deviation of every asset in a panel of its own."""
