"""The page for other servers than the program's own: ``gunicorn --threads 8 "dashboard.wsgi:server()"``.

Everything is taken from the settings: flags are the command line's. One process is meant: measurements that are kept,
the browser that draws pictures and a running collection are each process's own.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from dashboard.collecting import CollectProcess
from dashboard.web import create_app
from data.catalogue import load_catalogue
from data.sample import ensure_sample
from data.schema import Evidence
from data.settings import load_settings
from data.store import CandleStore

PROGRAM = Path(__file__).resolve().parent.parent / "app.py"
"""The command line, which lies beside the rooms, in a checkout as in an installation."""


def server() -> Flask:
    """The app over the store of the settings, with the sample in it where there are no real candles.

    Raises:
        UsageError: A setting is unknown or malformed.
        StoreUnusable: The store cannot be read or written.
    """
    settings = load_settings()
    store = CandleStore(settings.store)
    if not store.has(Evidence.REAL):
        ensure_sample(store, datetime.now(UTC))
    collect = [sys.executable, str(PROGRAM), "--store", settings.store, "--quiet", "collect", "--json", "--event"]
    app = create_app(store, load_catalogue(), CollectProcess(lambda event: [*collect, event]))
    found: Flask = app.server
    return found
