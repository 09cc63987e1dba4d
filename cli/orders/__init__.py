"""Order logs on the command line: their options, and their picture."""
