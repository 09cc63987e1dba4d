"""The documents cover all commands, settings, options and formats, and their links and pictures exist."""

import dataclasses
import re
from pathlib import Path

import pytest

from bench.pictures import PAGES, PICTURE_NAME
from cli.main import main
from collectors.venues.row import Mark, Route
from dashboard.exports.registry import EXPORTS
from dashboard.pages.registry import PAGES as SERVED
from dashboard.sheet.renderer import PNG_SCALE
from dashboard.sheet.sizes import SHAPES, SheetSize
from data.catalogue import Event, parse_catalogue
from data.schema import Outcome
from data.settings import ENV_PREFIX, Settings
from deviation.question import Parameters
from deviation.ranks import RankWord

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COLLECTING = (ROOT / "docs" / "collecting.md").read_text(encoding="utf-8")
EXPORT_PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
EVENT_PAGE = (ROOT / "docs" / "add-an-event.md").read_text(encoding="utf-8")
METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(main.commands))
def test_readme_shows_every_command(command: str) -> None:
    """Each command has an example in the README, except `serve`, the default."""
    assert f"app.py {command}" in README or command == "serve"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_readme_names_every_setting(name: str) -> None:
    """Each setting's environment variable appears in the README."""
    assert f"{ENV_PREFIX}{name.upper()}" in README


def test_method_names_parameters_and_ranks() -> None:
    """docs/method.md names each parameter and each word of a rank."""
    for name in Parameters.__dataclass_fields__:
        assert name.replace("_", "-") in METHOD or name in METHOD
    for word in RankWord:
        assert word.value in METHOD


def test_collecting_names_options_and_outcomes() -> None:
    """docs/collecting.md names each option of `collect` and `follow`, each outcome, route and mark."""
    options = {option for name in ("collect", "follow") for option in main.commands[name].params}
    option_names = {word for option in options for word in option.opts}
    words = {*option_names, *(f"`{outcome}`" for outcome in Outcome), *(f"`{route}`" for route in Route)}
    assert sorted(word for word in words if word not in COLLECTING) == []
    assert [mark for mark in Mark if f" {mark} " not in " ".join(COLLECTING.split())] == []


def test_exports_names_kinds_and_formats() -> None:
    """docs/exports.md lists each export with its formats, each size in pixels, and each option of `chart`."""
    for export_name, export in EXPORTS.items():
        formats = " ".join(f"`{file_format}`" for file_format in export.formats)
        assert f"| `{export_name}` | {formats} |" in EXPORT_PAGE
    for size in SheetSize:
        assert f"| `{size}` |" in EXPORT_PAGE
        assert f"| {PNG_SCALE * SHAPES[size].width} x {PNG_SCALE * SHAPES[size].height} |" in EXPORT_PAGE
    chart_options = {"asset", "assets", "size", "theme", "file_format", "out"}
    options = [option for option in main.commands["chart"].params if option.name in chart_options]
    assert len(options) == len(chart_options)
    assert [word for option in options for word in option.opts if word not in EXPORT_PAGE] == []


def test_the_example_of_an_event_is_one() -> None:
    """docs/add-an-event.md names each key of an event, and its example is read as it stands."""
    fields = {field.name for field in dataclasses.fields(Event)} - {"id", "extra_assets"} | {"also"}
    fields |= {"label", "times", "start", "end", "note", "at", "text", "mark", "source_url"}
    fields = fields - {"windows"} | {"windows.NAME"}
    assert sorted(name for name in fields if f"`{name}`" not in EVENT_PAGE) == []
    (example,) = re.findall(r"```toml\n(.*?)```", EVENT_PAGE, re.DOTALL)
    assets, venues, quotes = (
        (ROOT / "data" / "catalogue" / f"{name}.toml").read_text(encoding="utf-8")
        for name in ("assets", "venues", "quotes")
    )
    event = parse_catalogue(assets, venues, quotes, {"e": example}).get_event("e")
    assert (event.assets[0], event.default_focus, len(event.windows)) == ("ETH", "kraken", 1)


def test_pictures_of_the_docs_are_generated() -> None:
    """Each picture in a document exists, and `bench.pictures` draws it."""
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    shown_pictures = {
        (document.parent / name).resolve()
        for document in documents
        for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", document.read_text(encoding="utf-8"))
    }
    generated = {ROOT / "docs" / f"{name}.png" for name in (PICTURE_NAME, *PAGES)}
    assert shown_pictures
    assert sorted(path for path in shown_pictures if not path.is_file()) == []
    assert shown_pictures <= generated
    assert set((ROOT / "docs").rglob("*.png")) <= generated


def test_every_page_has_a_picture() -> None:
    """`bench.pictures` takes a picture of every page in the navigation."""
    assert set(PAGES) == {page.name for page in SERVED}


def test_links_of_the_docs_exist() -> None:
    """Each file that a document links to exists."""
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for name in re.findall(r"(?<!!)\[[^\]]+\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / name).exists(), f"{document.name}: {name}"


def test_quality_names_every_benchmark() -> None:
    """docs/quality.md names each module of `bench` that can be run."""
    benchmark_names = {
        path.stem for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")
    }
    quality = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert sorted(name for name in benchmark_names if f"python -m bench.{name}" not in quality) == []
