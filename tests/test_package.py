"""The built wheel contains every package with its data, and the program runs from it."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("app.py", "pyproject.toml", "README.md", "LICENSE")
PACKAGES = ("analysis", "cli", "collectors", "dashboard", "data", "deviation", "evidence")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the sources, because building writes beside them."""
    folder = tmp_path_factory.mktemp("package")
    for name in SOURCES:
        shutil.copy(ROOT / name, folder / name)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("lake", "__pycache__"))
    arguments = ["-m", "pip", "wheel", ".", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "out"]
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True)  # noqa: S603 - our own arguments
    (wheel_path,) = (folder / "out").glob("*.whl")
    return wheel_path


@pytest.fixture(scope="session")
def site_packages(wheel: Path) -> Path:
    """A folder with the content of the wheel, as pip installs it."""
    folder = wheel.parent / "site-packages"
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def test_wheel_contains_modules_and_data(wheel: Path) -> None:
    """The wheel contains exactly the modules, TOML files and assets of the packages."""
    expected = {"app.py"} | {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and not {"lake", "__pycache__"} & set(path.parts)
    }
    names_in_wheel = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names_in_wheel == expected


def test_installed_program(site_packages: Path, tmp_path: Path) -> None:
    """Run from the wheel's content alone, outside of the checkout, the program finds its catalogue."""
    code = f"import sys; sys.path.insert(0, {str(site_packages)!r}); import app; app.main()"
    arguments = ["-c", code, "--store", str(tmp_path / "lake"), "collect", "--event", "nothing"]
    result = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    assert result.returncode == 2
    assert "no event 'nothing'; the catalogue has 2025-10-10" in result.stderr


def test_collection_of_the_installed_page(site_packages: Path, tmp_path: Path) -> None:
    """The command with which an installed page starts a collection runs from any folder."""
    code = (
        f"import json, sys; sys.path.insert(0, {str(site_packages)!r})\n"
        "from cli.commands.serve import build_collect_command, build_collect_environment\n"
        "from dashboard.jobs.actions import CollectionOrder\n"
        "from data.settings import Settings\n"
        f"settings = Settings(store={str(tmp_path / 'lake')!r}, mirror='http://user:word@127.0.0.1:9')\n"
        "order = CollectionOrder(event='nothing')\n"
        "print(json.dumps([build_collect_command(order), build_collect_environment(settings)]))"
    )
    built = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    command, environment = json.loads(built.stdout)
    assert command[1] == str(site_packages / "app.py")
    assert not any("word" in part or "lake" in part for part in command)
    assert environment["PLUMBLINE_STORE"] == str(tmp_path / "lake")
    assert environment["PLUMBLINE_MIRROR"] == "http://user:word@127.0.0.1:9"
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert result.returncode == 2
    assert "no event 'nothing'; the catalogue has 2025-10-10" in result.stderr
