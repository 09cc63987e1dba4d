"""What takes longer than a measurement: how far answers depend on choices, and the same window on the days before."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from dashboard.ask import CandleSource
from dashboard.fairness import fairness, sensitive
from deviation.placebo import PlaceboDay
from deviation.question import Question
from deviation.sensitivity import Sensitivity

KEPT = 32
"""Checks that are kept; one holds numbers over the window, no series."""


@dataclass(frozen=True, slots=True)
class Checks:
    """The sensitivity of each asset, and the placebo of the focus venue, nearest day first.

    Both are empty without a measurement.
    """

    sensitivities: Mapping[str, Sensitivity]
    placebo: tuple[PlaceboDay, ...]


class Checker:
    """Works checks out, one at a time, and keeps the latest."""

    def __init__(self, source: CandleSource) -> None:
        self._source = source
        self._kept: OrderedDict[Hashable, Checks] = OrderedDict()
        # The same page may ask twice before the first answer is there: the second waits for it.
        self._working = Lock()
        self._keeping = Lock()

    def known(self, key: Hashable) -> Checks | None:
        """What was worked out under a key, None where nothing was or is no longer kept."""
        with self._keeping:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def check(self, key: Hashable, questions: Sequence[Question]) -> Checks:
        """The checks of questions that differ in their asset alone; ``key`` stands for them and the candles.

        Raises:
            StoreUnusable: The store cannot be read.
        """
        with self._working:
            found = self.known(key)
            if found is None:
                found = self._work_out(questions)
                with self._keeping:
                    self._kept[key] = found
                    if len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
            return found

    def _work_out(self, questions: Sequence[Question]) -> Checks:
        if not questions:
            return Checks({}, ())
        ranges = {question.asset: sensitive(self._source, question) for question in questions}
        return Checks(ranges, fairness(self._source, questions).placebo)
