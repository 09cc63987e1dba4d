"""What the store says of an event: real candles measured at the defaults of the method, each question once."""

from datetime import datetime, timedelta
from functools import cached_property

import polars as pl

from analysis.candle_audit import CandleAudit, audit_candles
from analysis.event import measure_question_sensitivity
from analysis.questions import build_question, measure_question
from data.catalogue import Catalogue
from data.errors import NoUsableCandles
from data.schema import Evidence, Origin, Timeframe
from data.store import CandleStore
from data.tables.scans import MarketScan, ScanRun, order_scans
from deviation.measurement import Measurement
from deviation.question import Parameters, Question
from deviation.sensitivity import Sensitivity
from deviation.side import Side
from evidence.claims.schema import Metric, Subject
from evidence.index_rules.index_replay import IndexParameters, IndexReplay, RuleReplay, replay_rules
from evidence.index_rules.rules import IndexRule

QuestionKey = tuple[str, datetime, datetime, float]
"""Asset, window and threshold: all in which the questions of a ledger differ."""


class ClaimFacts:
    """Measurements over one version of a store, at the defaults and of every exchange.

    Args:
        store: where candles, lowest trades and revisions are read from; one that does not change meanwhile.
        catalogue: the assets, exchanges and windows.
        event: the id of the event that the claims are about.
    """

    def __init__(self, store: CandleStore, catalogue: Catalogue, event: str) -> None:
        self.store = store
        self.catalogue = catalogue
        self.event = catalogue.get_event(event)
        self._measurements: dict[QuestionKey, Measurement | None] = {}
        self._sensitivities: dict[QuestionKey, Sensitivity] = {}
        self._replays: dict[QuestionKey, IndexReplay] = {}
        self._scans: dict[str, MarketScan] = {}

    def find_span(self, subject: Subject) -> tuple[datetime, datetime]:
        """The window of a subject."""
        if subject.span is not None:
            return subject.span.start, subject.span.end
        window = self.event.get_window(subject.window)
        return window.start, window.end

    def has_candles(self) -> bool:
        """Whether the store has a real one-minute candle of the event's collected span.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        start, end = self.event.collect_span
        return not self._holdings.filter((pl.col("first") < end) & (pl.col("last") >= start)).is_empty()

    def _is_stored(self, asset: str, subject: Subject) -> bool:
        """Whether the store may have a real candle of an asset in the subject's window; reads of others take time."""
        start, end = self.find_span(subject)
        return any(first < end and last >= start for first, last in self._stored_spans.get(asset, ()))

    @cached_property
    def _stored_spans(self) -> dict[str, list[tuple[datetime, datetime]]]:
        """First and last open time of each stored market, by asset."""
        spans: dict[str, list[tuple[datetime, datetime]]] = {}
        for asset, first, last in self._holdings.select("asset", "first", "last").iter_rows():
            spans.setdefault(asset, []).append((first, last))
        return spans

    def list_assets(self, subject: Subject) -> tuple[str, ...]:
        """The assets of a subject."""
        if subject.assets == "event":
            return self.event.assets
        if subject.assets == "stored":
            start, end = self.find_span(subject)
            is_inside = (pl.col("first") < end) & (pl.col("last") >= start)
            return tuple(self._stored_spot.filter(is_inside)["asset"].unique().sort())
        if subject.assets == "history":
            return tuple(self.read_history(subject)["gap_most_asset"].drop_nulls().unique().sort())
        if subject.assets == "scanned":
            scan = self.find_scan(subject)
            return () if scan is None else tuple(scan.rows["asset"].unique().sort())
        return subject.assets

    @cached_property
    def _holdings(self) -> pl.DataFrame:
        """What the store has of real one-minute candles."""
        return self.store.candles.read_holdings().filter(
            pl.col("origin") != Origin.RECONSTRUCTION.value, pl.col("timeframe") == Timeframe.M1.value
        )

    @cached_property
    def _stored_spot(self) -> pl.DataFrame:
        """Those of spot markets, without those of stablecoins and of assets that wrap others."""
        assets = self.catalogue.assets.values()
        left_out = {*self.catalogue.row_quotes, *(asset.ticker for asset in assets if asset.underlying is not None)}
        return self._holdings.filter(
            ~pl.col("symbol").str.contains(":", literal=True), ~pl.col("asset").is_in(sorted(left_out))
        )

    def find_scan(self, subject: Subject) -> MarketScan | None:
        """A saved scan of the subject's window for its exchange, of every exchange and at the defaults.

        It is the latest one of all listed coins or, without one, the latest of those that the store had.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        span = self.find_span(subject)
        runs = [
            run
            for run in self._scan_runs
            if (run.start, run.end) == span and run.focus in subject.venues and not run.choices
        ]
        run = next(iter(order_scans(runs, subject.venues[0])), None)
        if run is None:
            return None
        if run.scan_id not in self._scans:
            self._scans[run.scan_id] = self.store.scans.read(run)
        return self._scans[run.scan_id]

    def read_history(self, subject: Subject) -> pl.DataFrame:
        """The saved days of the subject's span for its exchange, of every exchange and at the defaults.

        Returns:
            A frame of `data.tables.history.HISTORY_ROW`: its lows in the subject's quote, a row for each day.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        start, end = self.find_span(subject)
        (venue,), (group,) = subject.venues, subject.groups
        rows = self.store.history.read(start.date(), end.date() - timedelta(days=1), venue, choices={})
        return rows.filter(venue=venue, group=group, side=Side.BELOW.value)

    @cached_property
    def _scan_runs(self) -> tuple[ScanRun, ...]:
        return self.store.scans.list_runs()

    def measure(self, asset: str, subject: Subject) -> Measurement | None:
        """The measurement of an asset in the subject's window; None without a real candle of it.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        if not self._is_stored(asset, subject):
            return None
        question = self._build_question(asset, subject)
        key = _build_key(question)
        if key not in self._measurements:
            try:
                self._measurements[key] = measure_question(self.store, question)
            except NoUsableCandles:
                self._measurements[key] = None
        return self._measurements[key]

    def measure_sensitivity(self, measurement: Measurement) -> Sensitivity:
        """How far a measurement depends on its parameters and on each exchange.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        key = _build_key(measurement.question)
        if key not in self._sensitivities:
            self._sensitivities[key] = measure_question_sensitivity(self.store, measurement.question)
        return self._sensitivities[key]

    def audit(self, asset: str, subject: Subject) -> CandleAudit:
        """What the store says twice about the bars of an asset in the subject's window.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        return audit_candles(self.store, [asset], *self.find_span(subject), venues=subject.venues or None)

    def read_low_trades(self, asset: str, subject: Subject) -> pl.DataFrame:
        """The lowest trades of the bars of an asset that were built from trades: `data.schema.LOW_TRADE`.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        return self.store.read_low_trades([asset], *self.find_span(subject))

    def read_price_candles(self, asset: str, subject: Subject, price: str) -> pl.DataFrame:
        """Mark or index candles (``price``) of an asset in the window: venue, symbol, open time and low.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        candles = self.store.read_derived_candles([asset], *self.find_span(subject), price)
        return candles.select("venue", "symbol", "open_time", "low")

    def replay_rule(self, rule: IndexRule, subject: Subject) -> tuple[IndexReplay, RuleReplay] | None:
        """An index rule over the subject's window, beside all others of its asset; None without a real candle of it.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        measurement = self.measure(rule.asset, subject)
        if measurement is None:
            return None
        key = _build_key(measurement.question)
        if key not in self._replays:
            self._replays[key] = replay_rules(self.store, measurement, IndexParameters())
        replay = self._replays[key]
        return replay, next(entry for entry in replay.replays if entry.rule == rule)

    def _build_question(self, asset: str, subject: Subject) -> Question:
        start, end = self.find_span(subject)
        collect_start, collect_end = self.event.collect_span
        defaults = Parameters()
        enter = (subject.size if subject.metric is Metric.MINUTES else None) or defaults.enter
        return build_question(
            self.catalogue,
            asset,
            start,
            end,
            event=self.event.id if start < collect_end and collect_start < end else None,
            parameters=Parameters(enter=enter, exit=min(defaults.exit, enter)),
            origin=Evidence.REAL,
        )


def _build_key(question: Question) -> QuestionKey:
    return question.asset, question.start, question.end, question.parameters.enter
