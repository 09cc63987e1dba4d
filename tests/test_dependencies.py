"""docs/dependencies.md says what each package is for, who brings it, and under which licence it is."""

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.licences import ACCEPTABLE, ACCEPTABLE_IN_TESTS, is_acceptable, name_licence, read_licence
from tests.pins import ENVIRONMENTS, is_applicable, list_requirements, read_pins

ROOT = Path(__file__).parent.parent
PROGRAM = ("analysis", "cli", "collectors", "dashboard", "data", "deviation", "evidence")
CHECKS = ("bench", "requirements", "tests")
SEPARATE = frozenset({"atheris"})
"""Modules of packages that nothing installs with the tests: a script of the long form asks for them itself."""

VENDOR = ROOT / "dashboard" / "vendor"

IMPORT = re.compile(r"^ *(?:from (\w+)[\w.]* import [\w(]|import (\w+)[\w.]*(?: as \w+)?(?:  #.*)?$)", re.MULTILINE)
"""A line that imports a package of others; a sentence that begins like one ends in another way."""

HEADINGS = {
    "run": "At run time",
    "deploy": "With `deploy`",
    "xlsx": "With `xlsx`",
    "cluster": "With `cluster`",
    "dev": "With `dev`",
}
"""The heading of each group of direct dependencies."""

BROUGHT_HEADINGS = {"What these bring along": ("run.txt",), "What the others bring along": ("deploy.txt", "dev.txt")}
"""The headings of what other packages bring, with the pins that have them."""


def read_table(heading: str) -> dict[str, list[str]]:
    """The rows of the table under a heading, by the first cell, without the header."""
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line] for line in lines[2:]]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1:] for row in rows}


def read_declared() -> dict[str, set[str]]:
    """The names of the packages that pyproject.toml asks for, by group."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"run": project["dependencies"], **project["optional-dependencies"]}
    return {group: {canonicalize_name(Requirement(line).name) for line in lines} for group, lines in groups.items()}


@cache
def read_packages() -> Mapping[str, list[str]]:
    """The packages that have each module, by the first part of its name."""
    return packages_distributions()


@cache
def find_imports(path: Path) -> frozenset[str]:
    """The first part of each name that a module imports, wherever in it."""
    found = IMPORT.findall(path.read_text(encoding="utf-8"))
    return frozenset(name for names in found for name in names if name)


def list_imported_packages(*folders: str) -> set[str]:
    """The packages of others that modules of these folders, and app.py, import."""
    paths = [ROOT / "app.py", *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    names = {name for path in paths for name in find_imports(path)} - sys.stdlib_module_names
    packages = read_packages()
    own_names = {*PROGRAM, *CHECKS, *SEPARATE, "app", "_typeshed"}
    assert names - own_names - packages.keys() == set()
    return {canonicalize_name(package) for name in names - own_names for package in packages[name]}


def find_bringers(*files: str) -> dict[str, set[str]]:
    """By package, those that ask for it on a system and version that are tested."""
    pins = read_pins(*files)
    bringers: dict[str, set[str]] = defaultdict(set)
    for pin in pins:
        for requirement in list_requirements(pin.name):
            is_asked_for = any(
                is_applicable(requirement, environment, extra)
                for environment in ENVIRONMENTS
                for extra in ("", *pin.extras)
            )
            if is_asked_for:
                bringers[canonicalize_name(requirement.name)].add(canonicalize_name(pin.name))
    return bringers


@pytest.mark.parametrize("group", HEADINGS)
def test_every_dependency_has_a_row_and_no_row_is_of_another(group: str) -> None:
    """The page has what pyproject.toml has; each row says what for, and what would stand in."""
    rows = read_table(HEADINGS[group])
    assert rows.keys() == read_declared()[group]
    assert [name for name, (purpose, _, _, instead) in rows.items() if not purpose or not instead] == []


def test_every_group_has_a_table() -> None:
    """No group of pyproject.toml is without one."""
    assert read_declared().keys() == HEADINGS.keys()


@pytest.mark.parametrize("group", HEADINGS)
def test_the_module_of_a_row_imports_its_package(group: str) -> None:
    """Where a row names a module, it imports the package; where it names none, none does."""
    packages = read_packages()
    for name, (_, where, _, _) in read_table(HEADINGS[group]).items():
        modules = {
            module for module, owners in packages.items() if name in {canonicalize_name(owner) for owner in owners}
        }
        if where:
            assert modules & find_imports(ROOT / where.strip("`")), f"{name}: {where}"
        else:
            folders = CHECKS if group == "dev" else PROGRAM
            assert name not in list_imported_packages(*folders), f"{name} is imported; the row should say where"


def test_everything_that_is_imported_is_asked_for() -> None:
    """The program asks for what it imports, and does not rely on what its packages happen to bring."""
    declared = read_declared()
    at_run_time = declared["run"] | declared["xlsx"] | declared["cluster"]
    assert list_imported_packages(*PROGRAM) - at_run_time == set()
    assert list_imported_packages(*CHECKS) - declared["run"] - declared["dev"] == set()


@pytest.mark.parametrize(("heading", "files"), BROUGHT_HEADINGS.items())
def test_every_other_pin_has_a_row_with_those_that_bring_it(heading: str, files: tuple[str, ...]) -> None:
    """A pin that nobody here asks for has a row, with exactly the packages that ask for it."""
    rows = read_table(heading)
    direct = set().union(*read_declared().values())
    earlier = {canonicalize_name(pin.name) for pin in read_pins("run.txt")} if "run.txt" not in files else set()
    assert rows.keys() == {canonicalize_name(pin.name) for pin in read_pins(*files)} - direct - earlier
    bringers = find_bringers(*files)
    wrong = {name: bringers[name] for name, (cell, _) in rows.items() if set(cell.split(", ")) != bringers[name]}
    assert wrong == {"brotlicffi": set()} if "run.txt" in files else wrong == {}, "brotlicffi is for PyPy alone"


@pytest.mark.parametrize("heading", [*HEADINGS.values(), *BROUGHT_HEADINGS])
def test_licences_are_those_of_the_metadata(heading: str) -> None:
    """The page says what the installed packages say; what is not installed is for another system."""
    installed = {}
    for name, cells in read_table(heading).items():
        try:
            installed[name] = (cells[-2] if heading in HEADINGS.values() else cells[-1], read_licence(name))
        except PackageNotFoundError:
            assert name in {"brotlicffi", "colorama", "gunicorn", "tzdata", "uvloop", "winloop"}
    assert {name: pair for name, pair in installed.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize(
    ("files", "acceptable"),
    [(("run.txt", "deploy.txt"), ACCEPTABLE), (("dev.txt",), ACCEPTABLE_IN_TESTS)],
    ids=["run time", "tests"],
)
def test_every_installed_pin_has_an_acceptable_licence(files: tuple[str, ...], acceptable: frozenset[str]) -> None:
    """No package is under a licence that nobody has agreed to, or under none that its metadata tell."""
    licences = {}
    for pin in read_pins(*files):
        try:
            licences[pin.name] = read_licence(pin.name)
        except PackageNotFoundError:
            continue
    assert len(licences) > 70
    assert {name: licence for name, licence in licences.items() if not is_acceptable(licence, acceptable)} == {}


@pytest.mark.parametrize(
    ("field", "classifiers", "text", "licence"),
    [
        ("MIT License", [], "", "MIT"),
        ("Copyright (c) 2025 Somebody\nand more", ["License :: OSI Approved :: MIT License"], "", "MIT"),
        ("BSD", [], "Redistribution ... to endorse or promote", "BSD-3-Clause"),
        ("BSD", [], "Redistribution", "BSD-2-Clause"),
        (
            "",
            [f"License :: OSI Approved :: {name}" for name in ("BSD License", "MIT License")],
            "",
            "BSD-2-Clause AND MIT",
        ),
        ("", [], "MIT License\n\nCopyright", "MIT"),
        ("", [], "", ""),
        ("Proprietary", [], "All rights reserved", ""),
        ("", [f"License :: OSI Approved :: {name}" for name in ("MIT License", "GNU Affero GPL")], "", ""),
    ],
)
def test_a_licence_is_named_by_field_classifiers_or_file(
    field: str, classifiers: list[str], text: str, licence: str
) -> None:
    """The first of them that says anything known; a name that is not known is none."""
    assert name_licence(field, classifiers, [text]) == licence


@pytest.mark.parametrize(
    ("expression", "is_accepted"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("LGPL-2.1-or-later", False),
        ("Artistic-1.0-Perl", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT AND BSD-3-Clause", True),
        ("(GPL-3.0-only OR MIT) AND AGPL-3.0-only", False),
        ("GPL-3.0-only WITH Classpath-exception-2.0", False),
        ("MIT MIT", False),
        ("(MIT", False),
        ("", False),
    ],
)
def test_an_unknown_licence_is_not_acceptable(expression: str, *, is_accepted: bool) -> None:
    """One part of an OR is enough, an AND needs all; what is no expression is refused."""
    assert is_acceptable(expression) == is_accepted


def test_scripts_of_others_are_the_official_ones() -> None:
    """Every file has a row with its digest, which is that of the npm package, and the version that it has."""
    rows = {name.strip("`"): cells for name, cells in read_table("Scripts of others in the project").items()}
    digests = {path.name: sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir()}
    assert {name: digest.strip("`") for name, (_, digest) in rows.items()} == digests
    (version,) = re.findall(r"v([\d.]+)\n", (VENDOR / "plotly-basic.min.js").read_text(encoding="utf-8")[:100])
    assert rows["plotly-basic.min.js"][0] == f"plotly.js-basic-dist-min {version}"


def test_no_page_loads_what_needs_a_licence_for_money() -> None:
    """Neither the grid's modules for enterprises nor a key for them is anywhere in the program."""
    texts = [
        path.read_text(encoding="utf-8") for suffix in ("py", "js") for path in ROOT.glob(f"dashboard/**/*.{suffix}")
    ]
    assert len(texts) > 150
    assert not any(
        "enableEnterpriseModules" in text or "licenseKey" in text for text in texts if "ag-grid" not in text[:99]
    )
