"""Runs commands, pages and exports over a store that cannot be written to.

Root may write to any folder, whatever its rights are. So the store is mounted read-only, in a namespace of its own that
ends with the process; where the system lets nobody do that, and this user is not root, the rights are taken from it.

``python -m tests.read_only_place REPORT STORE OUT`` runs everything, and writes what came out as JSON.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli.commands.serve import build_flask_app
from cli.main import main
from data.store import CandleStore
from tests.cli.test_verify import WINDOW
from tests.dashboard.web.test_app import AppClient
from tests.torture.server.endpoint_addresses import PAGE_PATHS
from tests.torture.store.command_process import list_patches

MOUNT = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
NAMESPACES = (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user"))
"""As root, and as another user where the system allows it."""

MEASURED = (*WINDOW, "--asset", "ATOM")
VIEW = "?asset=ATOM&from=2025-10-10T21:20Z&to=2025-10-10T21:23Z"

READING = {
    "measure": ("measure", *MEASURED, "--json"),
    "lows": ("lows", *MEASURED),
    "status": ("status", "--json"),
    "chart": ("chart", *MEASURED, "--out", "{out}/atom.png"),
    "export": ("export", *MEASURED, "--what", "deviation", "--out", "{out}/rows.csv"),
    "verify-store": ("verify-store",),
}
"""The words of commands that only read; ``{out}`` is a folder that can be written to."""

WRITING = {
    "import": ("import", "{out}/more.csv"),
    "forget": ("forget", "candles.csv"),
    "maintain": ("maintain",),
}

EXPORTS = ("/export/measurement.json", "/export/deviation.csv", "/export/coverage.csv", "/export/case.zip")


def find_barrier(folder: Path) -> list[str] | None:
    """The words before a command for which a folder is read-only; none if its rights do; None if this user can't."""
    for namespace in NAMESPACES if sys.platform == "linux" else ():
        words = [*namespace, "sh", "-c", MOUNT, "sh", str(folder)]
        if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603 - own words
            return words
    return None if os.name == "nt" or os.geteuid() == 0 else []


def run_on_read_only_store(barrier: list[str], store: Path, out: Path) -> dict[str, Any]:
    """What came out, by the names of commands (exit code, output), and paths of pages and exports (status, content)."""
    report = out / "report.json"
    rights = {path: path.stat().st_mode for path in (store, *store.rglob("*"))} if not barrier else {}
    for path, mode in rights.items():
        path.chmod(mode & ~0o222)
    words = [*barrier, sys.executable, "-m", __name__, str(report), str(store), str(out)]
    try:
        ended = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - own words
    finally:
        for path, mode in rights.items():
            path.chmod(mode)
    assert ended.returncode == 0, ended.stderr
    results: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return results


def _run(report: str, store: str, out: str) -> None:
    results: dict[str, Any] = {}
    for patcher in list_patches():
        patcher.start()
    for name, words in (READING | WRITING).items():
        filled = [word.format(out=out) for word in words]
        ended = CliRunner().invoke(main, ["--store", store, *filled], catch_exceptions=False)
        results[name] = (ended.exit_code, ended.output)
    os.environ["PLUMBLINE_STORE"] = store
    client = build_flask_app().test_client()
    for path in EXPORTS:
        answer = client.get(path + VIEW)
        results[path] = (answer.status_code, answer.get_data().decode("utf-8", "replace"))
    for path in PAGE_PATHS:
        # As in a browser: the first answer is an empty page, whose content is asked for then.
        opened = AppClient(CandleStore(store)).use_control("place.data", {"path": path, "search": VIEW})
        results[path] = (client.get(path + VIEW).status_code, json.dumps(opened["content"]))
    Path(report).write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    _run(*sys.argv[1:])
