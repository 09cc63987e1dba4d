"""The minute of the focus venue's lowest trade."""
