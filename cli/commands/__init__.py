"""The commands, grouped by subject; `cli.main` collects them."""
