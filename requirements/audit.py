"""Looks up advisories for every pin with pip-audit; ``make audit`` runs ``python -m requirements.audit``.

pip-audit by itself leaves out pins for other systems, takes a package that its database does not know for one without
advisories, and exits with 1 both for an advisory and for no connection. So every pin is asked for here, and first a
version that has had an advisory for years: a database that does not know that one is none.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

FILES = ("run.txt", "deploy.txt", "dev.txt")

CANARY = "jinja2==2.10"
"""A version with advisories, among them CVE-2019-10906."""

SERVICES = ("pypi", "osv")
"""Databases that pip-audit asks: that of PyPI, and OSV."""

FOUND, NO_DATABASE = 1, 3
"""Exit codes, beside 0: advisories were found; there is no database, or it does not know all pins."""

TIMEOUT_S = 900
"""Seconds for all pins; pip-audit waits 15 for each."""

PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.!+-]+)", re.MULTILINE)

Lookup = Callable[[Sequence[str]], "Report"]


class NoDatabaseError(Exception):
    """No database of advisories answered; the message says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a database says of some pins.

    Attributes:
        advisories: a line for each advisory.
        unknown: the pins that it does not know.
    """

    advisories: list[str]
    unknown: list[str]


def list_pins(text: str) -> list[str]:
    """The pins of a file of requirements, whatever system they are for, without extras and hashes.

    >>> list_pins("moto[s3]==5.2.5 ; sys_platform == 'win32'")
    ['moto==5.2.5']
    """
    return [f"{name}=={version}" for name, version in PIN.findall(text)]


def divide_pins(pins: Iterable[str]) -> list[list[str]]:
    """The pins, each once, in lists that have no package twice, as pip-audit takes one version of each.

    >>> divide_pins(["a==1", "b==1", "a==2", "a==1"])
    [['a==1', 'b==1'], ['a==2']]
    """
    lists: list[dict[str, str]] = []
    for pin in dict.fromkeys(pins):
        name = pin.partition("==")[0]
        free = next((pins_by_name for pins_by_name in lists if name not in pins_by_name), None)
        if free is None:
            free = {}
            lists.append(free)
        free[name] = pin
    return [list(pins_by_name.values()) for pins_by_name in lists]


def read_report(text: str) -> Report:
    """What pip-audit printed as JSON.

    Raises:
        NoDatabaseError: it is no such report.
    """
    try:
        packages = json.loads(text)["dependencies"]
        advisories = [
            f"{package['name']} {package['version']}: {advisory['id']}, {_describe_mended(advisory['fix_versions'])}"
            for package in packages
            for advisory in package.get("vulns", [])
        ]
        return Report(advisories, [package["name"] for package in packages if "skip_reason" in package])
    except (ValueError, KeyError, TypeError) as error:
        message = "pip-audit printed no report"
        raise NoDatabaseError(message) from error


def _describe_mended(versions: Sequence[str]) -> str:
    return f"mended in {' and '.join(versions)}" if versions else "not mended yet"


def look_up(pins: Sequence[str], service: str, python: str = sys.executable) -> Report:
    """What the database of a service says of these pins, none of which is of the same package as another.

    Raises:
        NoDatabaseError: pip-audit is not installed, or the database does not answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pins.txt"
        path.write_text("\n".join(pins), encoding="utf-8")
        options = ["--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json", "--desc=off"]
        command = [python, "-m", "pip_audit", f"--requirement={path}", f"--vulnerability-service={service}"]
        try:
            result = subprocess.run(  # noqa: S603 - our own arguments
                [*command, *options], capture_output=True, text=True, check=False, timeout=TIMEOUT_S
            )
        except subprocess.TimeoutExpired as error:
            message = f"the database did not answer within {TIMEOUT_S} s"
            raise NoDatabaseError(message) from error
    if not result.stdout.strip():
        last_line = (result.stderr.strip().splitlines() or ["it printed nothing"])[-1]
        message = f"pip-audit ended without a report: {last_line[:200]}"
        raise NoDatabaseError(message)
    return read_report(result.stdout)


def audit(pins: Sequence[str], find: Lookup, print_line: Callable[[str], None]) -> int:
    """Look up all pins and print what was found; the exit code."""
    try:
        if not find([CANARY]).advisories:
            message = f"it knows no advisory for {CANARY}, which has had some for years"
            raise NoDatabaseError(message)  # noqa: TRY301 - the same end as where no database answers
        reports = [find(part) for part in divide_pins(pins)]
    except NoDatabaseError as error:
        print_line(f"NOTHING WAS CHECKED, as no database of advisories could be had: {error}")
        return NO_DATABASE
    advisories = [line for report in reports for line in report.advisories]
    unknown = [name for report in reports for name in report.unknown]
    for line in advisories:
        print_line(line)
    if unknown:
        print_line(f"not checked, as the database does not know them: {', '.join(unknown)}")
    print_line(f"{len(set(pins)) - len(unknown)} pins were looked up; {len(advisories)} advisories")
    if advisories:
        return FOUND
    return NO_DATABASE if unknown else 0


def main(arguments: Sequence[str]) -> int:
    """Look up the pins of all files; an argument names the service."""
    service = arguments[0] if arguments else SERVICES[0]
    if service not in SERVICES:
        print(f"{service} is no database that pip-audit asks; take {' or '.join(SERVICES)}", file=sys.stderr)  # noqa: T201 - a script
        return 2
    texts = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in FILES]
    pins = [pin for text in texts for pin in list_pins(text)]
    return audit(pins, lambda part: look_up(part, service), print)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
