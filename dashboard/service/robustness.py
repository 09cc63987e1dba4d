"""Robustness checks, which take longer than a measurement: sensitivity to settings, and the placebo days before."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from analysis.event import measure_event, measure_question_sensitivity
from dashboard.service.turns import Turns
from data.reader import CandleReader
from deviation.placebo import PlaceboDay
from deviation.question import Question
from deviation.sensitivity import Sensitivity

CACHE_SIZE = 32
"""Checks in the cache; they are small, as they contain no series."""


@dataclass(frozen=True, slots=True)
class RobustnessChecks:
    """The sensitivity of each asset, and the placebo of the focus venue, nearest day first.

    Both are empty without a measurement.
    """

    sensitivities: Mapping[str, Sensitivity]
    placebo: tuple[PlaceboDay, ...]


class RobustnessChecker:
    """Runs checks, one at a time, and caches the latest; ``run_count`` is how many were run."""

    def __init__(self, source: CandleReader, turns: Turns) -> None:
        self._source = source
        self._turns = turns
        self._cache: OrderedDict[Hashable, RobustnessChecks] = OrderedDict()
        # A second request for the same checks waits for the first, and finds them in the cache.
        self._compute_lock = Lock()
        self._cache_lock = Lock()
        self.run_count = 0

    def get_cached(self, key: Hashable) -> RobustnessChecks | None:
        """The checks of a key; None if they are not in the cache."""
        with self._cache_lock:
            checks = self._cache.get(key)
            if checks is not None:
                self._cache.move_to_end(key)
            return checks

    def run_checks(self, key: Hashable, questions: Sequence[Question]) -> RobustnessChecks:
        """The checks of questions that differ in their asset alone; ``key`` identifies them and the stored candles.

        Raises:
            ServerBusy: They are not in the cache, and too much other work waits.
            StoreUnusable: The store cannot be read.
        """
        if (cached := self.get_cached(key)) is not None:
            return cached
        with self._turns.take(), self._compute_lock:
            checks = self.get_cached(key)
            if checks is None:
                checks = self._compute_checks(questions)
                with self._cache_lock:
                    self._cache[key] = checks
                    self.run_count += 1
                    if len(self._cache) > CACHE_SIZE:
                        self._cache.popitem(last=False)
            return checks

    def _compute_checks(self, questions: Sequence[Question]) -> RobustnessChecks:
        if not questions:
            return RobustnessChecks({}, ())
        sensitivities = {question.asset: measure_question_sensitivity(self._source, question) for question in questions}
        return RobustnessChecks(sensitivities, measure_event(self._source, questions).placebo)
