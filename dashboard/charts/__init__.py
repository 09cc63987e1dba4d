"""Charts, a package each: rows, figure for the screen, sheet for print."""
