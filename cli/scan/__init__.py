"""The command `scan`: the whole market of a window."""
