"""The pinned requirements are complete: whatever an installed package asks for is pinned with its extras."""

import re
from collections import defaultdict

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.pins import (
    ENVIRONMENTS,
    FILES,
    PYTHON_VERSIONS,
    ROOT,
    Environment,
    is_applicable,
    list_requirements,
    parse_pins,
    read_pins,
)


def find_unpinned(requirement: Requirement, pins: list[Requirement], environment: Environment) -> str | None:
    """What is wrong with the pins of a requirement in an environment, or None."""
    applicable_pins = [pin for pin in pins if is_applicable(pin, environment)]
    if not applicable_pins:
        return f"{requirement}: no pin for {environment['sys_platform']} on {environment['python_version']}"
    for pin in applicable_pins:
        if missing := requirement.extras - pin.extras:
            return f"{requirement}: the pin {pin} lacks the extra {', '.join(sorted(missing))}"
        (version,) = pin.specifier
        if not requirement.specifier.contains(version.version, prereleases=True):
            return f"{requirement}: pinned to {version.version}"
    return None


def find_faults(pins: list[Requirement], environments: list[Environment]) -> list[str]:
    """Everything that installed packages of these pins ask for and that is not pinned so, in any environment."""
    pins_by_name = defaultdict(list)
    for pin in pins:
        pins_by_name[canonicalize_name(pin.name)].append(pin)
    faults = set()
    for environment in environments:
        for pin in pins:
            if is_applicable(pin, environment):
                faults |= {
                    find_unpinned(requirement, pins_by_name[canonicalize_name(requirement.name)], environment)
                    for requirement in list_requirements(pin.name)
                    if any(is_applicable(requirement, environment, extra) for extra in ("", *pin.extras))
                }
    return sorted(fault for fault in faults if fault)


@pytest.mark.parametrize("files", [("run.txt",), ("dev.txt",), ("deploy.txt",), FILES])
def test_whatever_a_package_asks_for_is_pinned(files: tuple[str, ...]) -> None:
    """Each file alone, and all together, name every package, extra and platform that its packages ask for."""
    pins = read_pins(*files)
    assert len(pins) > 70
    assert find_faults(pins, ENVIRONMENTS) == []


def test_every_pin_is_exact_and_hashed() -> None:
    """One version each, and a hash right after it."""
    for file in FILES:
        text = (ROOT / file).read_text(encoding="utf-8")
        for pin in parse_pins(text):
            assert [specifier.operator for specifier in pin.specifier] == ["=="], f"{file}: {pin}"
        lines = text.splitlines()
        heads = [at for at, line in enumerate(lines) if not line.startswith(" ")]
        assert all(lines[at + 1].strip().startswith("--hash=sha256:") for at in heads), file
        assert "://" not in text


@pytest.mark.parametrize("file", ["dev.txt", "deploy.txt"])
def test_every_file_has_the_pins_of_the_runtime(file: str) -> None:
    """Tests and deployments run with the versions that users get."""
    runtime = {canonicalize_name(pin.name): pin.specifier for pin in read_pins("run.txt") if pin.marker is None}
    pins = {canonicalize_name(pin.name): pin.specifier for pin in read_pins(file) if pin.marker is None}
    assert runtime.items() <= pins.items()


@pytest.mark.parametrize(
    ("pattern", "replacement", "fault"),
    [
        (r"coverage\[toml\]==", "coverage==", r"coverage\[toml\].*: the pin coverage==.* lacks the extra toml"),
        (r"pluggy==", "other==", r"pluggy.*: no pin for linux on 3\.11"),
        (r"iniconfig==\S+", "iniconfig==0.9", r"iniconfig.*: pinned to 0\.9"),
        (r"(colorama==\S+ ; sys_platform) == 'win32'", r"\1 == 'linux'", r"colorama.*: no pin for win32 on 3\.11"),
    ],
    ids=["extra", "package", "version", "platform"],
)
def test_a_pin_that_is_not_as_asked_for_is_a_fault(pattern: str, replacement: str, fault: str) -> None:
    """Without the extra, the package, the version or the platform that another package asks for, the test fails."""
    text, count = re.subn(pattern, replacement, (ROOT / "dev.txt").read_text(encoding="utf-8"))
    assert count == 1
    faults = find_faults(parse_pins(text), [ENVIRONMENTS[0], ENVIRONMENTS[-len(PYTHON_VERSIONS)]])
    assert any(re.fullmatch(fault, line) for line in faults), faults
