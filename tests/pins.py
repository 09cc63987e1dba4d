"""The pinned requirements as data, and what installed packages ask for, on every platform."""

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent / "requirements"
FILES = ("run.txt", "dev.txt", "deploy.txt")
PLATFORMS = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
)
PYTHON_VERSIONS = ("3.11", "3.12", "3.13", "3.14")
ENVIRONMENTS = [
    {
        **system,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "python_version": version,
        "python_full_version": f"{version}.0",
        "implementation_version": f"{version}.0",
    }
    for system in PLATFORMS
    for version in PYTHON_VERSIONS
]
Environment = dict[str, str]


def parse_pins(text: str) -> list[Requirement]:
    """The requirements of a file, without the hashes."""
    lines = (line.removesuffix("\\").strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith(("--hash", "#"))]


def read_pins(*files: str) -> list[Requirement]:
    """The requirements of several files together, each once."""
    pins = {str(pin): pin for file in files for pin in parse_pins((ROOT / file).read_text(encoding="utf-8"))}
    return list(pins.values())


def is_applicable(requirement: Requirement, environment: Environment, extra: str = "") -> bool:
    """Whether a requirement counts in an environment, for one extra of the package that has it ('' for none)."""
    return requirement.marker is None or evaluate_marker(str(requirement.marker), extra, *environment.items())


@cache
def evaluate_marker(text: str, extra: str, *environment: tuple[str, str]) -> bool:
    """The value of a marker; kept, because every file is looked at in the same environments."""
    return Marker(text).evaluate({**dict(environment), "extra": extra})


@cache
def list_requirements(name: str) -> tuple[Requirement, ...]:
    """What the installed package of a name asks for; nothing if it is one for another platform."""
    try:
        return tuple(map(Requirement, distribution(name).requires or []))
    except PackageNotFoundError:
        return ()
