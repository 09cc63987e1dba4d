"""Draws cases from strategies of hypothesis, the same for the same seed."""

from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

Case = TypeVar("Case")


def draw_cases(strategy: SearchStrategy[Case], count: int, number: int) -> list[Case]:
    """So many cases; ``number`` is the seed of chance: one number, one list of cases."""
    cases: list[Case] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def take_case(case: Case) -> None:
        cases.append(case)

    take_case()
    return cases
