"""The command line: commands, options, what is printed on a terminal, and the program's own server."""
