"""From a view to its answer: which candles, which focus, and what the reader has to be told of either."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Protocol

import polars as pl

from dashboard.ask import answer, ask, in_order
from dashboard.checks import Checker, Checks
from dashboard.data_books import Books, Ledger
from dashboard.view import OriginChoice, ViewState
from data.catalogue import Catalogue
from data.errors import NothingUsable
from data.schema import Evidence, Timeframe
from deviation.result import Measurement

KEPT = 64
"""Measurements that are kept; one takes a few megabytes."""

EVIDENCE = {
    OriginChoice.AUTO: (Evidence.REAL, Evidence.RECONSTRUCTION),
    OriginChoice.REAL: (Evidence.REAL,),
    OriginChoice.RECONSTRUCTION: (Evidence.RECONSTRUCTION,),
}
"""The kinds of candles to try for each choice, in order; they never mix."""


class Store(Ledger, Protocol):
    """A source of candles that tells when its content has changed, and what else it knows of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is to show for a view: ``measurement`` is None where no candle of the asset lies in its window.

    ``present`` are the venues with a candle in it, those left out of the vote included, in the catalogue's order.
    ``replaced`` is the venue that was asked for as focus where another one had to be shown. ``shown`` are the answers
    of a page of several panels; the answer itself then speaks of all of them.
    """

    view: ViewState
    measurement: Measurement | None
    present: tuple[str, ...] = ()
    replaced: str | None = None
    shown: tuple["Answer", ...] = ()

    @property
    def panels(self) -> tuple["Answer", ...]:
        """Every answer on the page, itself where it is alone."""
        return self.shown or (self,)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The present venues that neither vote nor are measured, by choice."""
        return tuple(venue for venue in self.present if venue in self.view.out and venue != self.view.focus)

    @property
    def illustrated(self) -> bool:
        """Whether this rests on the reconstruction."""
        return self.measurement is not None and self.measurement.question.origin is Evidence.RECONSTRUCTION


def together(view: ViewState, panels: Sequence[Answer], catalogue: Catalogue) -> Answer:
    """The answer of a page of several panels: its measurement is the first one that there is."""
    measured = next((one.measurement for one in panels if one.measurement is not None), None)
    present = in_order(catalogue, {venue for one in panels for venue in one.present})
    return Answer(view, measured, present, shown=tuple(panels))


class Answers:
    """Answers views from a store, and keeps what was measured as long as the store's content stays as it is.

    ``books`` are what the store tells of itself.
    """

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._settled: ContextVar[list[str] | None] = ContextVar("version of the store", default=None)
        self.books = Books(store)
        self.catalogue = catalogue
        self._kept = lru_cache(maxsize=KEPT)(self._measure)
        self._seconds = lru_cache(maxsize=KEPT)(self._held_seconds)
        self._assets = lru_cache(maxsize=1)(self._held_assets)
        self._checker = Checker(store)

    def answer(self, view: ViewState) -> Answer:
        """The answer to a view; a focus venue without candles gives way to the catalogue's first present one.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        version = self.version()
        for evidence in EVIDENCE[view.origin]:
            whole = self._kept(version, replace(view.measured, out=frozenset()), evidence)
            if whole is not None:
                return self._focused(version, view, evidence, whole)
        return Answer(view, None)

    def every(self, view: ViewState) -> tuple[Answer, ...]:
        """The answer on each asset of the event that has a candle, all of one kind of candles.

        It is the kind that the view shows, or where its own asset has no candle, the first one of which any asset has.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        shown = self.answer(view).measurement
        for evidence in EVIDENCE[view.origin] if shown is None else (shown.question.origin,):
            alike = replace(view, origin=OriginChoice(evidence.value))
            answers = [self.answer(replace(alike, asset=asset)) for asset in self._event_assets(view)]
            found = tuple(answer for answer in answers if answer.measurement is not None)
            if found:
                return found
        return ()

    def lows(self, view: ViewState) -> tuple[Measurement, ...]:
        """The measurements of `every`.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return tuple(one.measurement for one in self.every(view) if one.measurement is not None)

    def event(self, view: ViewState) -> tuple[Measurement, ...]:
        """The measurement of each asset of the event, all of one kind of candles; empty where there are none.

        Unlike in `every`, the focus venue is the asked one on every asset, also where it has no candle.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        version, out = self.version(), view.out - {view.focus}
        for evidence in EVIDENCE[view.origin]:
            found = [
                self._kept(version, replace(view.measured, asset=asset, out=out), evidence)
                for asset in self._event_assets(view)
            ]
            staying = tuple(one for one in found if one is not None)
            if staying:
                return staying
        return ()

    def checks(self, view: ViewState) -> Checks:
        """How far the answers of `event` depend on the choices behind them, and the days before; kept once worked out.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        key = self._checked(view)
        return self._checker.check(key, [measurement.question for measurement in self.event(view)])

    def known_checks(self, view: ViewState) -> Checks | None:
        """`checks` where they have been worked out already, None where they would take their time.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return self._checker.known(self._checked(view))

    def candles(self, measurement: Measurement) -> pl.DataFrame:
        """The candles of the measured asset in its window, of the kind that it rests on.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        question = measurement.question
        return self._store.candles(
            [question.asset], question.start, question.end, origin=question.origin, timeframe=question.timeframe
        )

    def low_trades(self, measurements: Sequence[Measurement]) -> pl.DataFrame:
        """The lowest trades of bars made of trades: a frame of `data.schema.LOW_TRADE` over the measurements' window.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        question = measurements[0].question
        assets = [measurement.question.asset for measurement in measurements]
        return self._store.low_trades(assets, question.start, question.end, timeframe=question.timeframe)

    def has_seconds(self, view: ViewState) -> bool:
        """Whether the store holds candles of a second of the view's asset in its window, of the kind that is shown.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        return self._seconds(self.version(), view.asset, view.start, view.end, view.origin)

    def version(self) -> str:
        """A text that changes whenever the content of the store changes.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        seen = self._settled.get()
        if seen is None:
            return self._store.version()
        if not seen:
            seen.append(self._store.version())
        return seen[0]

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Within, the store is asked for its version at most once: all parts of a page are of one."""
        token = self._settled.set([])
        try:
            yield
        finally:
            self._settled.reset(token)

    def other_assets(self) -> tuple[str, ...]:
        """The assets of which the store holds candles and the catalogue knows nothing."""
        return self._assets(self.version())

    def _event_assets(self, view: ViewState) -> tuple[str, ...]:
        """The assets of the event, and the view's own one behind them where it is another."""
        return tuple(dict.fromkeys((*self.catalogue.event(view.event).assets, view.asset)))

    def _checked(self, view: ViewState) -> tuple[object, ...]:
        """What checks depend on: which of the event's assets the view is of does not matter."""
        return self.version(), replace(view.measured, asset=""), self._event_assets(view)

    def _focused(self, version: str, view: ViewState, evidence: Evidence, whole: Measurement) -> Answer:
        present = in_order(self.catalogue, {row.market.venue for row in whole.rows})
        focus = view.focus if view.focus in present else present[0]
        shown = replace(view, focus=focus, out=view.out & frozenset(present) - {focus})
        measurement = self._kept(version, shown.measured, evidence)
        return Answer(shown, measurement, present, None if focus == view.focus else view.focus)

    def _measure(self, version: str, view: ViewState, evidence: Evidence) -> Measurement | None:
        start, end = view.whole
        if start >= end:
            return None
        venues = self._staying(version, view, evidence) if view.out else ()
        if view.out and not venues:
            return None  # a question that names no venue is one about everyone
        question = ask(
            self.catalogue,
            view.asset,
            start,
            end,
            event=view.event if self._about(view) else None,
            parameters=view.parameters,
            venues=venues,
            focus=view.focus,
            origin=evidence,
            timeframe=view.bar,
        )
        try:
            return answer(self._store, question)
        except NothingUsable:
            return None

    def _staying(self, version: str, view: ViewState, evidence: Evidence) -> tuple[str, ...]:
        """The present venues that are measured and vote, named one by one; none where all of them are left out."""
        whole = self._kept(version, replace(view, out=frozenset()), evidence)
        rows = () if whole is None else whole.rows
        return in_order(self.catalogue, {row.market.venue for row in rows} - view.out)

    def _about(self, view: ViewState) -> bool:
        """Whether the window has to do with the event: one far from it must not borrow its calm span."""
        first, last = self.catalogue.event(view.event).collect
        return view.start < last and first < view.end

    def _held_seconds(
        self,
        version: str,  # noqa: ARG002 - the version is the key
        asset: str,
        start: datetime,
        end: datetime,
        origin: OriginChoice,
    ) -> bool:
        read = partial(self._store.candles, [asset], start, end, columns=("venue",), timeframe=Timeframe.S1)
        return any(read(origin=evidence, in_order=False).height > 0 for evidence in EVIDENCE[origin])

    def _held_assets(self, version: str) -> tuple[str, ...]:  # noqa: ARG002 - the version is the key
        return tuple(sorted({*self.books.holdings()["asset"]} - {*self.catalogue.assets}))
