"""Long work is done in turns, and refused where too much waits."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from queue import SimpleQueue
from threading import Event

import pytest

from dashboard.service.turns import LONG_WINDOW, ServerBusy, Turns
from dashboard.state.view import build_default_view
from data.catalogue import load_catalogue

VIEW = build_default_view(load_catalogue(), "2025-10-10")


class Workers:
    """Threads that do long work, each until it is let go."""

    def __init__(self, turns: Turns, count: int) -> None:
        self._turns = turns
        self.started: SimpleQueue[int] = SimpleQueue()
        self.may_end = Event()
        self.executor = ThreadPoolExecutor(count)
        self.results = [self.executor.submit(self._work, number) for number in range(count)]

    def _work(self, number: int) -> str:
        try:
            with self._turns.take():
                self.started.put(number)
                self.may_end.wait()
        except ServerBusy:
            return "refused"
        return "done"

    def list_outcomes(self) -> list[str]:
        """What came of each, in alphabetical order."""
        self.may_end.set()
        return sorted(result.result() for result in self.results)


def test_more_than_may_wait_are_refused() -> None:
    """Of four one works, two wait and one is refused; with room again, the next one is not."""
    turns = Turns(at_once=1, max_waiting=2)
    workers = Workers(turns, 4)
    done, _ = wait(workers.results, return_when=FIRST_COMPLETED)
    assert [result.result() for result in done] == ["refused"]
    assert workers.list_outcomes() == ["done", "done", "done", "refused"]
    with turns.take():
        pass


def test_long_work_is_done_one_after_the_other() -> None:
    """While one works no other begins."""
    workers = Workers(Turns(at_once=1, max_waiting=5), 3)
    workers.started.get()
    assert workers.started.empty()
    assert workers.list_outcomes() == ["done"] * 3


def test_work_within_work_needs_no_turn() -> None:
    """An export that runs the checks has the turn already; after it the turn is free."""
    turns = Turns(at_once=1, max_waiting=0)
    for _ in range(2):
        with turns.take(), turns.take(), turns.take_for(replace(VIEW, end=VIEW.start + 2 * LONG_WINDOW)):
            pass


def test_a_turn_is_given_back_after_an_error() -> None:
    """Work that fails holds nothing up."""
    turns = Turns(at_once=1, max_waiting=0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.take():
            _ = 1 / 0


@pytest.mark.parametrize(("window", "is_refused"), [(LONG_WINDOW, False), (LONG_WINDOW + timedelta(minutes=1), True)])
def test_only_a_long_window_takes_a_turn(window: timedelta, is_refused: bool) -> None:  # noqa: FBT001 - a parameter
    """Two days are answered while the only turn is taken, a minute more is refused."""
    turns = Turns(at_once=1, max_waiting=0)
    workers = Workers(turns, 1)
    workers.started.get()
    view = replace(VIEW, end=VIEW.start + window)
    try:
        with turns.take_for(view):
            outcome = False
    except ServerBusy:
        outcome = True
    workers.list_outcomes()
    assert outcome is is_refused
