"""Measuring views: the choice of candles and focus, and a cache of measurements."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial

import polars as pl

from analysis.questions import build_question, measure_question, sort_venues
from dashboard.service.claims import ClaimJudge
from dashboard.service.history import HistoryReader
from dashboard.service.market import ScanReader, ScanResult
from dashboard.service.robustness import RobustnessChecker, RobustnessChecks
from dashboard.service.store_info import StoreInfo
from dashboard.service.turns import Turns
from dashboard.state.view import OriginChoice, ViewState
from data.catalogue import Catalogue
from data.errors import NoUsableCandles
from data.reader import PriceReader
from data.schema import Evidence, Timeframe
from data.store import CandleStore
from deviation.measurement import Measurement
from evidence.proof.inputs import InputRead, InputRecord, describe_reads, list_reads

CACHE_SIZE = 64
"""Measurements in the cache; one takes a few megabytes."""

RECORD_CACHE_SIZE = 16
"""Descriptions of inputs in the cache; one takes some ten kilobytes."""

EVIDENCE_ORDER = {
    OriginChoice.AUTO: (Evidence.REAL, Evidence.RECONSTRUCTION),
    OriginChoice.REAL: (Evidence.REAL,),
    OriginChoice.RECONSTRUCTION: (Evidence.RECONSTRUCTION,),
}
"""The kinds of candles to try for each choice, in order; they never mix."""


@dataclass(frozen=True, slots=True)
class ViewResult:
    """The measurement of a view, None if its asset has no candle in its window.

    Attributes:
        view: the view that is shown.
        measurement: the measurement; of several results the first that there is.
        present_venues: the venues with candles in the window, excluded ones too, in the catalogue's order.
        parts: the results that this one combines, for a page with several panels.
    """

    view: ViewState
    measurement: Measurement | None
    present_venues: tuple[str, ...] = ()
    parts: tuple["ViewResult", ...] = ()

    @property
    def panels(self) -> tuple["ViewResult", ...]:
        """The combined results, or this result alone."""
        return self.parts or (self,)

    @property
    def excluded_venues(self) -> tuple[str, ...]:
        """The present venues that the view excludes."""
        return tuple(venue for venue in self.present_venues if venue in self.view.excluded and venue != self.view.focus)

    @property
    def is_illustration(self) -> bool:
        """Whether the measurement is of the reconstruction."""
        return self.measurement is not None and self.measurement.question.origin is Evidence.RECONSTRUCTION


def combine_results(view: ViewState, results: Sequence[ViewResult], catalogue: Catalogue) -> ViewResult:
    """One result for a page with several panels; its measurement is the first one that there is."""
    first_measurement = next((result.measurement for result in results if result.measurement is not None), None)
    present_venues = sort_venues(catalogue, {venue for result in results for venue in result.present_venues})
    return ViewResult(view, first_measurement, present_venues, parts=tuple(results))


class Measurements:
    """Measures views from a store, and caches measurements for the version of its content.

    ``store_info`` reads what the store holds and lacks, ``claims`` judges what was said of an event, ``turns`` are for
    work that takes long.
    """

    def __init__(self, store: CandleStore, catalogue: Catalogue) -> None:
        self._store = store
        self._pinned_version: ContextVar[list[str] | None] = ContextVar("version of the store", default=None)
        self.store_info = StoreInfo(store)
        self.turns = Turns()
        self.claims = ClaimJudge(store, catalogue, self.turns)
        self._scans = ScanReader(store)
        self._history = HistoryReader(store)
        self.catalogue = catalogue
        self._cached_measure = lru_cache(maxsize=CACHE_SIZE)(self._measure)
        self._cached_has_seconds = lru_cache(maxsize=CACHE_SIZE)(self._read_has_seconds)
        self._cached_inputs = lru_cache(maxsize=RECORD_CACHE_SIZE)(self._describe_reads)
        self._cached_other_assets = lru_cache(maxsize=1)(self._read_other_assets)
        self._checker = RobustnessChecker(store, self.turns)

    @property
    def reader(self) -> PriceReader:
        """The candles that measurements are made of."""
        return self._store

    def measure_view(self, view: ViewState) -> ViewResult:
        """The result for a view; nothing stands in for a focus venue without candles.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        version = self.read_version()
        for evidence in EVIDENCE_ORDER[view.origin]:
            measurement = self._cached_measure(version, replace(view.measured_view, excluded=frozenset()), evidence)
            if measurement is not None:
                return self._exclude_venues(version, view, evidence, measurement)
        return ViewResult(view, None)

    def measure_assets(self, view: ViewState) -> tuple[ViewResult, ...]:
        """The results for all assets of the event that have candles, all of one kind of candles.

        It is the kind of the view's measurement, or without one the first of which any asset has a candle.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        measurement = self.measure_view(view).measurement
        for evidence in EVIDENCE_ORDER[view.origin] if measurement is None else (measurement.question.origin,):
            evidence_view = replace(view, origin=OriginChoice(evidence.value))
            results = [
                self.measure_view(replace(evidence_view, asset=asset)) for asset in self._list_event_assets(view)
            ]
            present_results = tuple(result for result in results if result.measurement is not None)
            if present_results:
                return present_results
        return ()

    def list_measurements(self, view: ViewState) -> tuple[Measurement, ...]:
        """The measurements of `measure_assets`.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return tuple(result.measurement for result in self.measure_assets(view) if result.measurement is not None)

    def measure_event(self, view: ViewState) -> tuple[Measurement, ...]:
        """The measurements of all assets of the event that have candles, all of one kind of candles.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        version, excluded_venues = self.read_version(), view.excluded - {view.focus}
        for evidence in EVIDENCE_ORDER[view.origin]:
            measurements = [
                self._cached_measure(
                    version, replace(view.measured_view, asset=asset, excluded=excluded_venues), evidence
                )
                for asset in self._list_event_assets(view)
            ]
            present = tuple(measurement for measurement in measurements if measurement is not None)
            if present:
                return present
        return ()

    def run_checks(self, view: ViewState) -> RobustnessChecks:
        """The robustness checks of `measure_event`, from the cache if they are there.

        Raises:
            ServerBusy: They are not, and too much other work waits.
            StoreUnusable: The store cannot be read.
        """
        key = self._build_checks_key(view)
        return self._checker.run_checks(key, [measurement.question for measurement in self.measure_event(view)])

    def get_cached_checks(self, view: ViewState) -> RobustnessChecks | None:
        """The robustness checks of `measure_event` if they are in the cache, else None.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return self._checker.get_cached(self._build_checks_key(view))

    def count_later_parts(self) -> tuple[int, int]:
        """How many robustness checks and verdicts were worked out so far, after which a page has more to show."""
        return self._checker.run_count, self.claims.judged_count

    def read_candles(self, measurement: Measurement) -> pl.DataFrame:
        """The candles of the measured asset in its window, of the measurement's kind.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        question = measurement.question
        return self._store.read_candles(
            [question.asset], question.start, question.end, origin=question.origin, timeframe=question.timeframe
        )

    def read_low_trades(self, measurements: Sequence[Measurement]) -> pl.DataFrame:
        """The lowest trades of bars made from trades: a frame of `data.schema.LOW_TRADE` over the measurements' window.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        question = measurements[0].question
        assets = [measurement.question.asset for measurement in measurements]
        return self._store.read_low_trades(assets, question.start, question.end, timeframe=question.timeframe)

    def read_scan(self, view: ViewState) -> ScanResult:
        """The saved scan of the whole market in the view's window, and what else is saved.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return self._scans.read(view, self.read_version())

    def read_history(self, view: ViewState) -> pl.DataFrame:
        """The stored history of the assets of the view's focus, else of those of its event's default focus.

        A frame of `data.tables.history.HISTORY_ROW`.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return self._history.read((view.focus, self.catalogue.get_event(view.event).default_focus))

    def describe_inputs(self, measurements: Sequence[Measurement]) -> InputRecord:
        """Hashes and sources of the rows behind measurements, from the cache if they are there.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        reads = tuple(list_reads(measurement.question for measurement in measurements))
        return self._cached_inputs(self.read_version(), reads)

    def has_seconds(self, view: ViewState) -> bool:
        """Whether the store holds candles of a second of the view's asset in its window, of a kind that it shows.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return self._cached_has_seconds(self.read_version(), view.asset, view.start, view.end, view.origin)

    def read_version(self) -> str:
        """A text that changes whenever the content of the store changes.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        pinned = self._pinned_version.get()
        if pinned is None:
            return self._store.read_version()
        if not pinned:
            pinned.append(self._store.read_version())
        return pinned[0]

    def read_full_version(self) -> tuple[str, str, str]:
        """As `read_version`, with the versions of what was saved of the whole market: its scans, and its history.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return self.read_version(), self._store.scans.read_version(), self._store.history.read_version()

    @property
    def first_seen(self) -> bool:
        """Whether candles are read as they first came."""
        return self._store.first_seen

    @contextmanager
    def pin_version(self) -> Iterator[None]:
        """A context in which the version of the store is read at most once, so that a page is of one version."""
        token = self._pinned_version.set([])
        try:
            with self._store.hold_versions():
                yield
        finally:
            self._pinned_version.reset(token)

    def list_other_assets(self) -> tuple[str, ...]:
        """The assets that the store holds candles of and that the catalogue does not list."""
        return self._cached_other_assets(self.read_version())

    def _list_event_assets(self, view: ViewState) -> tuple[str, ...]:
        """The assets of the event, followed by the view's own if it is another."""
        return tuple(dict.fromkeys((*self.catalogue.get_event(view.event).assets, view.asset)))

    def _build_checks_key(self, view: ViewState) -> tuple[object, ...]:
        """What the checks depend on; they are the same for views of any asset of the event."""
        return self.read_version(), replace(view.measured_view, asset=""), self._list_event_assets(view)

    def _exclude_venues(
        self, version: str, view: ViewState, evidence: Evidence, full_measurement: Measurement
    ) -> ViewResult:
        present_venues = sort_venues(self.catalogue, {row.market.venue for row in full_measurement.rows})
        excluded = view.excluded & frozenset(present_venues) - {view.focus}
        shown_view = replace(view, excluded=excluded)
        return ViewResult(shown_view, self._cached_measure(version, shown_view.measured_view, evidence), present_venues)

    def _measure(
        self,
        version: str,  # noqa: ARG002 - the version is the key
        view: ViewState,
        evidence: Evidence,
    ) -> Measurement | None:
        start, end = view.whole_bars
        if start >= end:
            return None
        question = build_question(
            self.catalogue,
            view.asset,
            start,
            end,
            event=view.event if self._is_about_event(view) else None,
            parameters=view.parameters,
            excluded=tuple(sorted(view.excluded)),
            focus=view.focus,
            origin=evidence,
            timeframe=view.timeframe,
        )
        try:
            return measure_question(self._store, question)
        except NoUsableCandles:
            return None

    def _is_about_event(self, view: ViewState) -> bool:
        """Whether the window overlaps the event's collected span; a window far from it must not use its calm span."""
        collect_start, collect_end = self.catalogue.get_event(view.event).collect_span
        return view.start < collect_end and collect_start < view.end

    def _read_has_seconds(
        self,
        version: str,  # noqa: ARG002 - the version is the key
        asset: str,
        start: datetime,
        end: datetime,
        origin: OriginChoice,
    ) -> bool:
        read_candles = partial(
            self._store.read_candles, [asset], start, end, columns=("venue",), timeframe=Timeframe.S1
        )
        return any(read_candles(origin=evidence, in_order=False).height > 0 for evidence in EVIDENCE_ORDER[origin])

    def _describe_reads(
        self,
        version: str,  # noqa: ARG002 - the version is the key
        reads: tuple[InputRead, ...],
    ) -> InputRecord:
        return describe_reads(self._store, reads)

    def _read_other_assets(self, version: str) -> tuple[str, ...]:  # noqa: ARG002 - the version is the key
        return tuple(sorted({*self.store_info.get_holdings()["asset"]} - {*self.catalogue.assets}))
