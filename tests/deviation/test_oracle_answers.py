"""The brute force, too, gives the hand-computed results of every answer file."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from deviation.question import Question, QuoteHandling, ReferenceKind
from tests.deviation.candles import read_answers
from tests.deviation.test_answers import FILES, NUMBER, assert_by_hand, get_field
from tests.oracle.brute import list_minutes, measure_json
from tests.oracle.minute import OracleCell
from tests.oracle.question import Candle, CoveredSpan, OracleQuestion

SENTENCES = ("headline", "why")
"""Fields that the brute force leaves out or gives without words."""

COLUMNS: dict[str, Callable[[OracleCell], float | None]] = {
    "reference": lambda cell: _average(cell.reference_low, cell.reference_high),
    "fx_mid": lambda cell: None if cell.factor is None else cell.factor.mid,
}
"""Columns of the minutes that are no fields of a cell."""


def _average(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else (low + high) / 2


def _to_seconds(time: datetime) -> int:
    return int(time.timestamp())


def revert_question(question: Question) -> OracleQuestion:
    """A question of the measurement as one of the brute force."""
    rules, parameters = question.rules, question.parameters
    calm = question.calm_span
    return OracleQuestion(
        asset=question.asset,
        start=_to_seconds(question.start),
        end=_to_seconds(question.end),
        calm=None if calm is None else (_to_seconds(calm[0]), _to_seconds(calm[1])),
        quotes=dict(rules.quotes),
        ratio_quotes=dict(rules.ratio_quotes),
        stablecoins=rules.stablecoins,
        families=dict(rules.families),
        underlying=question.underlying,
        ratio_market=question.ratio_market,
        venues=question.venues,
        excluded=question.excluded,
        as_is=parameters.quote is QuoteHandling.AS_IS,
        weighted=parameters.reference is ReferenceKind.WEIGHTED_MEDIAN,
        min_vote=parameters.min_vote,
        enter=parameters.enter,
        exit=parameters.exit,
        confirm=parameters.confirm,
        bar=question.timeframe.seconds,
        origin=question.origin.value,
        event=question.event,
        window_name=question.window,
    )


def revert_frames(candles: pl.DataFrame, covered_spans: pl.DataFrame) -> tuple[list[Candle], list[CoveredSpan]]:
    """The frames of a measurement as what the brute force takes."""
    prices = ("open", "high", "low", "close", "volume")
    return [
        Candle(row["venue"], row["symbol"], _to_seconds(row["open_time"]), *(row[name] for name in prices))
        for row in candles.iter_rows(named=True)
    ], [
        (venue, symbol, _to_seconds(start), _to_seconds(end)) for venue, symbol, start, end in covered_spans.iter_rows()
    ]


def _drop_sentences(by_hand: Any) -> Any:  # noqa: ANN401 - any field of the result
    if isinstance(by_hand, dict):
        return {name: _drop_sentences(value) for name, value in by_hand.items() if name not in SENTENCES}
    return [_drop_sentences(value) for value in by_hand] if isinstance(by_hand, list) else by_hand


def _is_sentence(field: str) -> bool:
    return any(name in SENTENCES for name in field.split("."))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_brute_force_gives_the_answers_by_hand(path: Path) -> None:
    """Each number of an answer file equals that of the brute force."""
    answers = read_answers(path)
    question = revert_question(answers.measurement.question)
    candles, covered = revert_frames(answers.candles, answers.covered_spans)
    json = measure_json(candles, covered, question)
    rows = {f"{row['venue']} {row['symbol']}": row for row in json["rows"]}
    for name, fields in answers.rows.items():
        if fields == {"row": False}:
            assert name not in rows, name
            continue
        for field, by_hand in fields.items():
            if not _is_sentence(field):
                assert_by_hand(get_field(rows[name], field), _drop_sentences(by_hand), f"{name} {field}")
    for field, by_hand in answers.expected_fields.items():
        if not _is_sentence(field) and field.split(".", maxsplit=1)[0] in json:
            assert_by_hand(get_field(json, field), _drop_sentences(by_hand), field)
    _assert_same_minutes(list_minutes(candles, covered, question), answers.minutes)


def _assert_same_minutes(
    minutes: list[tuple[str, str, str, str, OracleCell]], answers: dict[str, dict[str, list[str]]]
) -> None:
    for name, columns in answers.items():
        found = [(state, cell) for venue, symbol, group, state, cell in minutes if name == f"{venue} {symbol} {group}"]
        for column, by_hand in columns.items():
            numbers = [float(entry) if NUMBER.fullmatch(entry) else entry for entry in by_hand]
            if column == "state":
                assert_by_hand([state for state, _ in found], numbers, f"{name} state")
            elif column != "price":
                read = COLUMNS.get(column, lambda cell, column=column: getattr(cell, column))
                assert_by_hand([read(cell) for _, cell in found], numbers, f"{name} {column}")
