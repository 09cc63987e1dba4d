"""The built wheel holds every room with its data, and its command answers."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = ("app.py", "pyproject.toml", "README.md", "LICENSE")
PACKAGES = ("analysis", "cli", "collectors", "dashboard", "data", "deviation")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the sources, because building writes beside them."""
    folder = tmp_path_factory.mktemp("package")
    for name in SOURCES:
        shutil.copy(ROOT / name, folder / name)
    for room in PACKAGES:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("lake", "__pycache__"))
    arguments = ["-m", "pip", "wheel", ".", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "out"]
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True)  # noqa: S603 - our own words
    (wheel_path,) = (folder / "out").glob("*.whl")
    return wheel_path


def test_the_wheel_holds_modules_and_data(wheel: Path) -> None:
    """Every module, TOML file and asset of the rooms is in the wheel, and nothing else."""
    expected = {"app.py"} | {
        path.relative_to(ROOT).as_posix()
        for room in PACKAGES
        for path in (ROOT / room).rglob("*")
        if path.is_file() and not {"lake", "__pycache__"} & set(path.parts)
    }
    names_in_wheel = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names_in_wheel == expected


def test_the_installed_command_answers(wheel: Path, tmp_path: Path) -> None:
    """Run from the wheel alone, far from the checkout, the program finds its catalogue."""
    code = f"import sys; sys.path.insert(0, {str(wheel.parent / 'unpacked')!r}); import app; app.main()"
    zipfile.ZipFile(wheel).extractall(wheel.parent / "unpacked")
    arguments = ["-c", code, "--store", str(tmp_path / "lake"), "collect", "--event", "nothing"]
    result = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
    assert result.returncode == 2
    assert "no event 'nothing'; the catalogue has 2025-10-10" in result.stderr
