"""Reading the JSON lines of a collection as its progress, as a whole and by venue."""

import json
import subprocess
from collections import defaultdict
from typing import Any

from dashboard.jobs.actions import ASKING, CollectionProgress, VenueProgress
from dashboard.text.numbers import format_count
from dashboard.text.store import describe_common_failure, format_outcome
from data.outstanding import ANY_MARKET_SUFFIXES, remove_file_names
from data.schema import SETTLED_OUTCOMES, Outcome

OUTCOME_ORDER = (
    *(Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.RATE_LIMITED_OUT, Outcome.BAD_DATA, Outcome.HISTORY_TOO_SHORT),
    *(Outcome.NO_EVIDENCE, Outcome.PARTLY, Outcome.COMPLETE, Outcome.NOT_LISTED, Outcome.NOT_OFFERED),
)
"""Outcomes from worst to best: the first one of its markets is the outcome of a venue."""


class ProgressReader:
    """The messages of a collection so far; one thread reads them, requests for the page read the progress.

    ``cancelled`` is set before a user's cancellation ends the process.
    """

    def __init__(self) -> None:
        self._markets: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._summary: dict[str, Any] | None = None
        self._last_text = ""
        self._ended = False
        self.cancelled = False

    @property
    def is_running(self) -> bool:
        """Whether the output of the process has not ended."""
        return not self._ended

    def read_output(self, process: "subprocess.Popen[str]") -> None:
        """Read the output of the process until it ends."""
        with process:
            for line in process.stdout or ():
                self.read_line(line)
        self._ended = True

    def read_line(self, line: str) -> None:
        """Read one line: a JSON object, or the text of an error."""
        try:
            message = json.loads(line)
        except json.JSONDecodeError:
            self._last_text = line.strip() or self._last_text
            return
        if message["event"] == "summary":
            self._summary = message
        else:
            # A new dict, so that other threads never read one while it changes.
            self._markets = {**self._markets, (message["venue"], message["symbol"], message["price"]): message}

    def build_progress(self) -> CollectionProgress:
        """The progress so far."""
        venues = self._list_venues()
        if self.is_running:
            return CollectionProgress(
                self._describe_progress(venues), _compute_fraction(venues), running=True, failed=False, venues=venues
            )
        if self._summary is None:
            text = f"Cancelled; stored so far: {_format_candle_count(venues)}."
            if not self.cancelled:
                text = f"Collection stopped: {self._last_text or 'it was ended'}"
            return CollectionProgress(text, None, running=False, failed=not self.cancelled, venues=venues)
        results = self._summary["results"]
        failed = [result for result in results if result["outcome"] not in SETTLED_OUTCOMES]
        text = f"Collected {self._summary['new']:,} new candles"
        outcomes, venue_count = {result["outcome"] for result in failed}, len({result["venue"] for result in results})
        if len(failed) == len(results) and len(outcomes) == 1 and venue_count > 1:
            text = " ".join(describe_common_failure(outcomes.pop(), venue_count)).removesuffix(".")
        elif failed:
            failed_venues = {f"{result['venue']} ({format_outcome(result['outcome'])})" for result in failed}
            text += f"; missing: {', '.join(sorted(failed_venues))}"
        notes = "".join(f" {note[0].upper()}{note[1:]}." for note in self._summary["notes"])
        return CollectionProgress(f"{text}.{notes}", 1.0, running=False, failed=bool(failed), venues=venues)

    def _describe_progress(self, venues: tuple[VenueProgress, ...]) -> str:
        if self.cancelled:
            return "Cancelling; the prices received so far are being stored"
        if not venues:
            return "Contacting the exchanges"
        asking_venues = ", ".join(sorted(venue.venue for venue in venues if venue.state == ASKING))
        return (
            f"{_format_candle_count(venues)} so far; waiting for {asking_venues}"
            if asking_venues
            else f"{_format_candle_count(venues)} so far"
        )

    def _list_venues(self) -> tuple[VenueProgress, ...]:
        markets: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for (venue, _, _), messages in self._markets.items():
            markets[venue].append(messages)
        return tuple(_build_venue_progress(venue, messages) for venue, messages in markets.items())


def _build_venue_progress(venue: str, markets: list[dict[str, Any]]) -> VenueProgress:
    """The progress of a venue from the latest message of each of its markets."""
    outcomes = {market["outcome"] for market in markets}
    state = ASKING if None in outcomes else min(outcomes, key=lambda outcome: OUTCOME_ORDER.index(Outcome(outcome)))
    failed = [market for market in markets if market["outcome"] not in {None, *SETTLED_OUTCOMES}]
    symbols_by_reason: dict[str, list[str]] = {}
    for market in failed:
        symbols_by_reason.setdefault(remove_file_names(market["message"]), []).append(market["symbol"])
    reasons = [
        # A failure that concerns every market of the exchange needs no list of them.
        reason if symbols[0].endswith(ANY_MARKET_SUFFIXES) else f"{', '.join(symbols)}: {reason}"
        for reason, symbols in symbols_by_reason.items()
    ]
    return VenueProgress(
        venue,
        sum(market["candles"] for market in markets),
        sum(market["done_min"] for market in markets),
        sum(market["total_min"] for market in markets),
        state,
        "; ".join(reasons),
    )


def _compute_fraction(venues: tuple[VenueProgress, ...]) -> float | None:
    total = sum(venue.total_min for venue in venues)
    return sum(venue.done_min for venue in venues) / total if total else None


def _format_candle_count(venues: tuple[VenueProgress, ...]) -> str:
    return format_count(sum(venue.candles for venue in venues), "candle")
