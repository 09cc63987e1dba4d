"""The command line: its commands, their options, what a terminal shows, and the server that `serve` runs."""
