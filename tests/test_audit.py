"""The audit of the pins: an advisory is found, and no database is never taken for no advisory."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from requirements.audit import (
    CANARY,
    FILES,
    NoDatabaseError,
    Report,
    audit,
    divide_pins,
    list_pins,
    look_up,
    main,
    read_report,
)

FOLDER = Path(__file__).parent.parent / "requirements"
KNOWN_CANARY = Report(["jinja2 2.10: CVE-2019-10906, mended in 2.10.1"], [])

REASON = "Dependency not found on PyPI and could not be audited: jinja2 (2.10)"
SKIPPED = json.dumps({"dependencies": [{"name": "jinja2", "skip_reason": REASON}], "fixes": []})
"""What pip-audit printed, with exit code 0, where an index had packages but no advisories."""

FOUND = json.dumps(
    {
        "dependencies": [
            {"name": "a", "version": "1.0", "vulns": []},
            {
                "name": "jinja2",
                "version": "2.10",
                "vulns": [
                    {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": ["CVE-2019-10906"]},
                    {"id": "PYSEC-0", "fix_versions": [], "aliases": []},
                ],
            },
        ],
        "fixes": [],
    }
)


class Database:
    """Answers with the canary's advisory, then with reports in their order; keeps what it was asked."""

    def __init__(self, *reports: Report, canary: Report = KNOWN_CANARY) -> None:
        self.reports = [canary, *reports]
        self.asked: list[list[str]] = []

    def find(self, pins: Sequence[str]) -> Report:
        """The next report."""
        self.asked.append(list(pins))
        return self.reports[len(self.asked) - 1]


def run_audit(pins: Sequence[str], database: Database) -> tuple[int, str]:
    """The exit code and what was printed."""
    lines: list[str] = []
    return audit(pins, database.find, lines.append), "\n".join(lines)


def test_pins_without_advisories_are_counted() -> None:
    """Exit code 0, after the canary was found; two versions of a package are asked for one after the other."""
    database = Database(Report([], []), Report([], []))
    assert run_audit(["a==1", "b==1", "a==2", "b==1"], database) == (0, "3 pins were looked up; 0 advisories")
    assert database.asked == [[CANARY], ["a==1", "b==1"], ["a==2"]]


def test_an_advisory_is_named() -> None:
    """Exit code 1, also where other packages are not known."""
    database = Database(Report(["a 1: CVE-1, mended in 2"], ["b"]))
    code, text = run_audit(["a==1", "b==1"], database)
    assert code == 1
    assert text.splitlines() == [
        "a 1: CVE-1, mended in 2",
        "not checked, as the database does not know them: b",
        "1 pins were looked up; 1 advisories",
    ]


def test_a_package_that_is_not_known_is_not_checked() -> None:
    """Exit code 3 where everything else has no advisory."""
    code, text = run_audit(["a==1", "b==1"], Database(Report([], ["b"])))
    assert code == 3
    assert "not checked, as the database does not know them: b" in text


@pytest.mark.parametrize("canary", [Report([], []), read_report(SKIPPED)], ids=["no advisories", "unknown"])
def test_an_index_without_advisories_is_no_database(canary: Report) -> None:
    """It does not know an old advisory: exit code 3, without asking for anything else."""
    database = Database(canary=canary)
    code, text = run_audit(["a==1"], database)
    assert code == 3
    assert text.startswith("NOTHING WAS CHECKED, as no database of advisories could be had: it knows no advisory")
    assert database.asked == [[CANARY]]


def test_a_database_that_does_not_answer_is_named() -> None:
    """Exit code 3 with the reason."""

    def fail(_: Sequence[str]) -> Report:
        message = "no connection"
        raise NoDatabaseError(message)

    lines: list[str] = []
    assert audit(["a==1"], fail, lines.append) == 3
    assert lines == ["NOTHING WAS CHECKED, as no database of advisories could be had: no connection"]


def test_a_report_of_pip_audit_is_read() -> None:
    """Each advisory is a line with what mends it; a package that was skipped is unknown."""
    assert read_report(FOUND) == Report(
        ["jinja2 2.10: PYSEC-2019-217, mended in 2.10.1", "jinja2 2.10: PYSEC-0, not mended yet"], []
    )
    assert read_report(SKIPPED) == Report([], ["jinja2"])


@pytest.mark.parametrize("text", ["", "No known vulnerabilities found", "[]", '{"dependencies": [{}], "a": ', "{}"])
def test_what_is_no_report_is_no_answer(text: str) -> None:
    """It is never taken for a report without advisories."""
    with pytest.raises(NoDatabaseError):
        read_report(text)


def test_a_program_that_ends_without_a_report_is_no_answer(tmp_path: Path) -> None:
    """As pip-audit does without a connection, or where it is not installed; its last line is repeated."""
    (tmp_path / "python").write_text(
        f"#!{sys.executable}\nimport sys\nsys.exit('first\\nno connection')\n", encoding="utf-8"
    )
    (tmp_path / "python").chmod(0o755)
    with pytest.raises(NoDatabaseError, match="ended without a report: no connection"):
        look_up(["a==1"], "pypi", str(tmp_path / "python"))


def test_pip_audit_is_asked_for_every_pin(tmp_path: Path) -> None:
    """It gets a file with the pins, and its report is read whatever its exit code."""
    program = f"""#!{sys.executable}
import json, pathlib, sys
path = next(word for word in sys.argv if word.startswith("--requirement=")).partition("=")[2]
assert "--vulnerability-service=osv" in sys.argv and "--no-deps" in sys.argv
pins = [line.split("==") for line in pathlib.Path(path).read_text().splitlines()]
vulns = [{{"id": "CVE-1", "fix_versions": []}}]
print(json.dumps({{"dependencies": [{{"name": name, "version": version, "vulns": vulns}} for name, version in pins]}}))
sys.exit(1)
"""
    (tmp_path / "python").write_text(program, encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    report = look_up(["a==1", "b==2"], "osv", str(tmp_path / "python"))
    assert report == Report(["a 1: CVE-1, not mended yet", "b 2: CVE-1, not mended yet"], [])


def test_every_pin_of_the_project_is_asked_for() -> None:
    """Also those for other systems, which pip-audit would leave out, and both versions of a package that has two."""
    pins = [pin for name in FILES for pin in list_pins((FOLDER / name).read_text(encoding="utf-8"))]
    parts = divide_pins(pins)
    assert sorted(pin for part in parts for pin in part) == sorted(set(pins))
    names = {pin.partition("==")[0] for pin in pins}
    assert {"winloop", "colorama", "moto", "gunicorn", "uvloop"} <= names
    assert len([pin for pin in set(pins) if pin.startswith("numpy==")]) == 2


def test_another_service_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Bad usage, exit code 2, with those that there are."""
    assert main(["nothing"]) == 2
    assert "take pypi or osv" in capsys.readouterr().err
