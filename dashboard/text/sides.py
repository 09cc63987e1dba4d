"""The words for the two sides of a benchmark."""

from deviation.side import Side

SIDE_NOUNS = {Side.BELOW: "discount", Side.ABOVE: "premium"}
"""What a deviation on a side is called."""
