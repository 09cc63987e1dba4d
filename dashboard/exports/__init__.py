"""Files by link: a module for each export, with its rows and maker."""
