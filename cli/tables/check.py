"""The findings of `collect --check`: a line each, then their number and what to do next."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from collectors.check.findings import Finding, FindingStatus
from dashboard.text.numbers import format_count
from deviation.wording import join_names

STATUS_WIDTH = max(map(len, FindingStatus))
"""Width of the verdict column, in characters."""

VENUES_FILE = "collectors/venues.toml"
"""Where the facts are."""


def format_finding_line(finding: Finding) -> str:
    """A finding on one line: verdict, place, assumption with its evidence mark, observation, and advice."""
    mark = f" [{finding.mark}]" if finding.mark else ""
    observed = "" if finding.came == finding.assumed else f"; observed: {finding.came}"
    advice = f" -> {finding.advice}" if finding.advice else ""
    place = f"{finding.venue} {finding.route} {finding.fact}{mark}"
    return f"{finding.verdict:<{STATUS_WIDTH}} | {place}: {finding.assumed}{observed}{advice}"


def format_finding_json(finding: Finding) -> str:
    """A finding as a line of JSON."""
    return json.dumps({"event": "finding", **asdict(finding), "advice": finding.advice})


def format_check_end(findings: Sequence[Finding]) -> list[str]:
    """The number of findings of each status, and a line on what to do about each status that needs something.

    >>> format_check_end([Finding("okx", "markets", "WBETH", "", "not listed", "not listed", FindingStatus.AS_ASSUMED)])
    ['1 fact of 1 exchange checked: 1 as assumed, 0 different, 0 unclear.']
    """
    counts = ", ".join(f"{sum(f.verdict is status for f in findings):,} {status}" for status in FindingStatus)
    venues = list(dict.fromkeys(finding.venue for finding in findings))
    places = f"{format_count(len(findings), 'fact')} of {format_count(len(venues), 'exchange')}"
    lines = [f"{places} checked: {counts}."]
    silent = [venue for venue in venues if all(_is_unanswered(f) for f in findings if f.venue == venue)]
    if len(silent) == len(venues) > 1:
        advice = "check the internet connection, or name a proxy with --proxy, then check again"
        return [*lines, f"None of the {len(venues)} exchanges answered: {advice}."]
    if any(finding.verdict is FindingStatus.DIFFERENT for finding in findings):
        lines.append(f"Different: correct the line in {VENUES_FILE} that is named after the arrow.")
    if silent:
        lines.append(f"No answer from {join_names(silent)}: check again later, or with --proxy or --host.")
    if any(f.verdict is FindingStatus.UNDECIDED and f.venue not in silent for f in findings):
        lines.append("Unclear: the answer neither confirms the fact nor contradicts it; check again another day.")
    if any("may become V" in finding.advice for finding in findings):
        lines.append(f"As assumed: the marks named after the arrow can be raised in {VENUES_FILE}.")
    return lines


def _is_unanswered(finding: Finding) -> bool:
    """Whether nothing is known of the fact."""
    return finding.verdict is FindingStatus.UNDECIDED
