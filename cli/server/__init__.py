"""The web server of `serve`."""
