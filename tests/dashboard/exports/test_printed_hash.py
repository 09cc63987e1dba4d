"""Every picture prints the hash of the manifest that it carries."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard.exports.registry import EXPORTS
from dashboard.exports.routes import build_export
from dashboard.service.measurements import Measurements
from dashboard.sheet.renderer import FileFormat, Renderer
from evidence.proof.manifest import is_intact
from tests.dashboard.exports.test_routes import build_crash_scan
from tests.dashboard.memory_store import MemoryStore
from tests.dashboard.pages.test_history import build_history
from tests.dashboard.scenarios import CATALOGUE

PICTURES = [(export.kind, size) for export in EXPORTS.values() if "png" in export.formats for size in export.sizes]


class TextRenderer(Renderer):
    """Notes the texts of a picture and its manifest."""

    def draw(self, figure: go.Figure, file_format: FileFormat, manifest: Mapping[str, Any] | None = None) -> bytes:
        """No bytes."""
        del file_format
        self.texts = " ".join(annotation.text for annotation in figure.layout.annotations)
        self.manifest = manifest
        return b""


@pytest.mark.parametrize(("kind", "size"), PICTURES)
def test_the_hash_stands_in_the_picture(kind: str, size: str) -> None:
    """The foot has the first twelve digits of a manifest that is whole, in every shape of every export."""
    renderer = TextRenderer()
    query = {"window": "crash", "size": size} | ({"asset": "WBETH"} if kind == "index" else {})
    store = MemoryStore(saved_scans=[build_crash_scan()], history_rows=build_history())
    build_export(Measurements(store, CATALOGUE), renderer, kind, "png", query)
    assert renderer.manifest is not None
    assert is_intact(renderer.manifest)
    assert renderer.manifest["kind"] == kind
    text = renderer.texts.replace("<br>", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert f"manifest {renderer.manifest['sha256'][:12]}" in text
