"""Entry points: `main` is the command line (``python app.py COMMAND``), `server` the page for another WSGI server."""

from typing import TYPE_CHECKING

from cli.commands.serve import build_flask_app
from cli.main import main

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["main", "server"]


def server() -> "Flask":
    """The page, configured by the settings alone: ``gunicorn --workers 1 --threads 8 "app:server()"``."""
    return build_flask_app()


if __name__ == "__main__":
    main(prog_name="plumbline")
