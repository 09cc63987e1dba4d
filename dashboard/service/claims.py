"""Judges the claims about an event over the store, which takes seconds, and keeps the latest results."""

from collections import OrderedDict
from threading import Lock

from dashboard.service.turns import Turns
from dashboard.state.view import OriginChoice, ViewState
from data.catalogue import Catalogue
from data.store import CandleStore
from evidence.claims.facts import ClaimFacts
from evidence.claims.judge import Basis, ClaimResult, judge_claims
from evidence.claims.schema import Ledger

CACHE_SIZE = 8
"""Ledgers in the cache."""

CacheKey = tuple[str, str, str, str]
"""The versions of the store's content, of its saved scans and of its history, and the event."""


class ClaimJudge:
    """The verdicts on the claims of a ledger, one ledger at a time; of every exchange, at the defaults.

    ``judged_count`` is how many ledgers were judged.
    """

    def __init__(self, store: CandleStore, catalogue: Catalogue, turns: Turns) -> None:
        self._store = store
        self._catalogue = catalogue
        self._turns = turns
        self._cache: OrderedDict[CacheKey, tuple[ClaimResult, ...]] = OrderedDict()
        # A second request for the same verdicts waits for the first, and finds them in the cache.
        self._compute_lock = Lock()
        self._cache_lock = Lock()
        self.judged_count = 0

    def find_basis(self, view: ViewState) -> Basis:
        """What verdicts rest on in a view: real candles unless it excludes exchanges or shows the sample.

        Raises:
            StoreUnusable: the store cannot be read.
        """
        if view.excluded:
            return Basis.BY_HAND
        if view.origin is OriginChoice.AUTO:
            facts = ClaimFacts(self._store, self._catalogue, view.event)
            return Basis.REAL if facts.has_candles() else Basis.SAMPLE
        return Basis.REAL if view.origin is OriginChoice.REAL else Basis.SAMPLE

    def get_cached(self, version: str, ledger: Ledger) -> tuple[ClaimResult, ...] | None:
        """The verdicts over real candles; None if they are not in the cache."""
        key = self._build_key(version, ledger)
        with self._cache_lock:
            return self._cache.get(key)

    def judge(self, version: str, ledger: Ledger) -> tuple[ClaimResult, ...]:
        """The verdicts over real candles.

        Args:
            version: that of the store's content.
            ledger: the claims.

        Raises:
            ServerBusy: they are not in the cache, and too much other work waits.
            StoreUnusable: the store cannot be read.
        """
        if (cached := self.get_cached(version, ledger)) is not None:
            return cached
        with self._turns.take(), self._compute_lock:
            results = self.get_cached(version, ledger)
            if results is None:
                key = self._build_key(version, ledger)
                facts = ClaimFacts(self._store, self._catalogue, ledger.event)
                results = judge_claims(ledger.claims, facts, Basis.REAL)
                with self._cache_lock:
                    self._cache[key] = results
                    self.judged_count += 1
                    if len(self._cache) > CACHE_SIZE:
                        self._cache.popitem(last=False)
        return results

    def _build_key(self, version: str, ledger: Ledger) -> CacheKey:
        return version, self._store.scans.read_version(), self._store.history.read_version(), ledger.event
