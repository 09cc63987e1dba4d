"""Sizes of the explorer's figure, and where its three panels lie."""

FIGURE_HEIGHT = 760
"""Height of the figure in pixels; its width is the page's."""

FIGURE_MARGIN = {"l": 68, "r": 138, "t": 46, "b": 52, "pad": 0, "autoexpand": False}
"""Pixels around the panels: tick labels left, line labels right, titles above, clock times below."""

INNER_HEIGHT = FIGURE_HEIGHT - FIGURE_MARGIN["t"] - FIGURE_MARGIN["b"]
"""Height of the plot area in pixels."""

PRICE_DOMAIN, DEVIATION_DOMAIN, STRIP_DOMAIN = (0.585, 1.0), (0.155, 0.525), (0.0, 0.095)
"""Lower and upper edge of each panel, as shares of the inner height from below."""
