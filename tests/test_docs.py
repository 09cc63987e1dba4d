"""The docs name what the program has."""

import re
from pathlib import Path

import pytest

from bench.pictures import PAGES, PICTURE_NAME
from cli.main import main
from collectors.venues.table import Mark, Route
from dashboard.exports.kinds import KIND_FORMATS
from dashboard.pages.registry import PAGES as SERVED
from dashboard.sheet.renderer import PNG_SCALE
from dashboard.sheet.sizes import SHAPES, SheetSize
from data.schema import Outcome
from data.settings import ENV_PREFIX, Settings
from deviation.question import Parameters
from deviation.ranks import RankWord

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COLLECTING = (ROOT / "docs" / "collecting.md").read_text(encoding="utf-8")
EXPORTS = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
METHOD = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(main.commands))
def test_the_readme_shows_every_command(command: str) -> None:
    """Each command of the command line appears in the README."""
    assert f"app.py {command}" in README or command == "serve"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_the_readme_names_every_setting(name: str) -> None:
    """Each setting's environment variable appears in the README."""
    assert f"{ENV_PREFIX}{name.upper()}" in README


def test_the_method_names_every_parameter_and_rank() -> None:
    """The method page names each parameter and each word of a rank."""
    for name in Parameters.__dataclass_fields__:
        assert name.replace("_", "-") in METHOD or name in METHOD
    for word in RankWord:
        assert word.value in METHOD


def test_the_page_on_collecting_names_every_option_and_outcome() -> None:
    """Each option of `collect` and `follow`, each outcome, each route and each mark is explained."""
    options = {option for name in ("collect", "follow") for option in main.commands[name].params}
    option_names = {word for option in options for word in option.opts}
    words = {*option_names, *(f"`{outcome}`" for outcome in Outcome), *(f"`{route}`" for route in Route)}
    assert sorted(word for word in words if word not in COLLECTING) == []
    assert [mark for mark in Mark if f" {mark} " not in " ".join(COLLECTING.split())] == []


def test_the_page_on_exports_names_each_with_its_formats() -> None:
    """Each export stands in the table with its formats, each size with its pixels, each option of `chart` somewhere."""
    for export_name, formats in KIND_FORMATS.items():
        assert f"| `{export_name}` | {' '.join(f'`{file_format}`' for file_format in formats)} |" in EXPORTS
    for size in SheetSize:
        assert f"| `{size}` |" in EXPORTS
        assert f"| {PNG_SCALE * SHAPES[size].width} x {PNG_SCALE * SHAPES[size].height} |" in EXPORTS
    chart_options = {"asset", "assets", "size", "theme", "file_format", "out"}
    options = [option for option in main.commands["chart"].params if option.name in chart_options]
    assert len(options) == len(chart_options)
    assert [word for option in options for word in option.opts if word not in EXPORTS] == []


def test_every_picture_of_the_docs_is_there_and_is_made_by_the_program() -> None:
    """Each picture that a document shows exists, and the script that makes the pictures makes it."""
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


def test_there_is_a_picture_of_every_page() -> None:
    """Every page of the navigation has one."""
    assert set(PAGES) == {page.name for page in SERVED}


def test_every_link_of_the_docs_leads_somewhere() -> None:
    """Each file that a document links to exists."""
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for name in re.findall(r"(?<!!)\[[^\]]+\]\(([^)#:]+)\)", document.read_text(encoding="utf-8")):
            assert (document.parent / name).exists(), f"{document.name}: {name}"


def test_the_page_on_quality_names_every_benchmark() -> None:
    """Each module of `bench` that is run by name stands there."""
    benchmark_names = {
        path.stem for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")
    }
    quality = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    assert sorted(name for name in benchmark_names if f"python -m bench.{name}" not in quality) == []
