"""Another server finds the app by a name, over the store of the settings."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from dashboard import wsgi
from data.schema import Evidence
from data.store import CandleStore

ROOT = Path(__file__).parent.parent.parent


def test_the_app_over_the_store_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store that the environment names is served, with the sample in it."""
    monkeypatch.setenv("PLUMBLINE_STORE", str(tmp_path / "lake"))
    client = wsgi.server().test_client()
    answer = client.get("/export/measurement.json?asset=ATOM&window=crash&origin=reconstruction")
    assert answer.status_code == 200
    assert CandleStore(str(tmp_path / "lake")).has(Evidence.RECONSTRUCTION)


def test_a_collection_is_started_by_the_program() -> None:
    """The command line that it starts lies where the module says."""
    spec = find_spec("app")
    assert spec is not None
    assert str(wsgi.PROGRAM) == spec.origin


def test_the_docs_name_it() -> None:
    """What the docs tell gunicorn to serve is this module and its function."""
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    assert f'"{wsgi.__name__}:{wsgi.server.__name__}()"' in page
