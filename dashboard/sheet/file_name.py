"""Names of files: what is in a file, and every choice behind it that differs from the defaults."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from dashboard.sheet.sizes import SheetSize
from dashboard.state.view import GapKind, PeerChoice, Theme, ViewState
from data.schema import Evidence, Timeframe
from deviation.measurement import Measurement
from deviation.question import USDT, Question
from deviation.report.choices import list_choices
from deviation.side import Side

UNSAFE_CHARACTERS = re.compile(r"[^\w.-]|_")
"""Characters that are replaced in the parts of a file's name, which are joined by underscores."""

ALL_ASSETS = "all"
"""Stands for the asset in the name of a file about several."""

MAX_NAMED_VENUES = 3
"""Venues that a file name gives; more are counted."""


def build_file_name(
    measurement: Measurement,
    content: str = "comparison",
    file_format: str = "png",
    *,
    asset: str | None = None,
    size: SheetSize = SheetSize.WIDE,
    theme: Theme = Theme.LIGHT,
    side: Side = Side.BELOW,
    second_window: tuple[datetime, datetime] | None = None,
    with_choices: bool = True,
) -> str:
    """Name of a file: asset, focus, windows and content, and all else that differs from the default.

    Args:
        measurement: the measurement in the file.
        content: kind of the content.
        file_format: extension.
        asset: name in place of the asset, for a file of several.
        size: shape of a picture.
        theme: paper of a picture.
        side: the one that a picture shows.
        second_window: edges of a second window with which the file compares the first.
        with_choices: whether the choices bear on the content.
    """
    question = measurement.question
    windows = [format_file_window(question.start, question.end)]
    if second_window is not None and second_window != (question.start, question.end):
        windows += ["vs", format_file_window(*second_window)]
    # The file's name also marks an illustration, as names are shown where contents are not.
    illustration_parts = ["illustration"] if question.origin is Evidence.RECONSTRUCTION else []
    timeframe_parts = [question.timeframe.value] * (question.timeframe is not Timeframe.M1)
    parts = [
        "plumbline",
        asset or question.asset,
        measurement.focus,
        *windows,
        *timeframe_parts,
        content,
        *[side.value] * (side is not Side.BELOW),
        *_list_style_parts(size, theme),
        *(abbreviate_choices(question) if with_choices else ()),
        *illustration_parts,
    ]
    return f"{_join_parts(parts)}.{file_format}"


def build_market_stem(
    view: ViewState, content: str, span: str, size: SheetSize | None, *, is_scan: bool = False
) -> str:
    """Name, without its ending, of a file about all assets of an exchange.

    A table has every quote and side. A picture shows some of them, and its name has what differs from the lows in USDT
    of any time against all exchanges.

    Args:
        view: what the file is of.
        content: kind of the content.
        span: what of time the file is of.
        size: shape of a picture; None for a table.
        is_scan: whether the file is of a scan, which the view may name, and whose picture follows its choice of peers.
    """
    parts = ["plumbline", ALL_ASSETS, view.focus, span, content, *[view.scan] * (is_scan and view.scan != "")]
    if size is not None:
        parts += [
            *[view.group] * (view.group != USDT),
            *[view.side.value] * (view.side is not Side.BELOW),
            *[view.peers.value] * (is_scan and view.peers is not PeerChoice.ALL),
            *[view.gap.value] * (view.gap is not GapKind.UNALIGNED),
            *_list_style_parts(size, view.theme),
        ]
    return _join_parts(parts)


def _list_style_parts(size: SheetSize, theme: Theme) -> list[str]:
    return [size.value] * (size is not SheetSize.WIDE) + [theme.value] * (theme is not Theme.LIGHT)


def _join_parts(parts: Iterable[str]) -> str:
    return "_".join(UNSAFE_CHARACTERS.sub("-", part) for part in parts)


def abbreviate_choices(question: Question) -> list[str]:
    """The choices that differ from the defaults, a short part each; window and origin have parts of their own.

    >>> from data.catalogue import load_catalogue
    >>> from datetime import UTC, datetime
    >>> from analysis.questions import build_question
    >>> from deviation.question import Parameters
    >>> day = datetime(2025, 10, 10, tzinfo=UTC), datetime(2025, 10, 11, tzinfo=UTC)
    >>> parameters = Parameters(enter=0.05, min_vote=1000.0)
    >>> question = build_question(load_catalogue(), "ATOM", *day, excluded=("bitstamp",), parameters=parameters)
    >>> abbreviate_choices(question)
    ['excl-bitstamp', 'thr-5pct', 'minvol-1000usd']
    """
    choices = list_choices(question)
    parts: dict[str, Callable[[Any], str]] = {
        "venues": lambda items: f"only-{_abbreviate_venues(items)}",
        "excluded": lambda items: f"excl-{_abbreviate_venues(items)}",
        "reference": str,
        "quote": lambda value: f"quote-{value}",
        "enter": lambda value: f"thr-{100 * value:g}pct",
        "exit": lambda value: f"exit-{100 * value:g}pct",
        "confirm": lambda value: f"confirm-{value}min",
        "min_vote": lambda value: f"minvol-{value:.15g}usd",
    }
    return [write_part(choices[name]) for name, write_part in parts.items() if name in choices]


def _abbreviate_venues(items: Sequence[str]) -> str:
    return "-".join(items) if len(items) <= MAX_NAMED_VENUES else f"{len(items)}-exchanges"


def format_file_window(start: datetime, end: datetime) -> str:
    """A window within the name of a file, with its day once.

    >>> format_file_window(datetime(2025, 10, 10, 21, 10), datetime(2025, 10, 10, 21, 40))
    '2025-10-10T2110Z-2140Z'
    """
    return f"{start:%Y-%m-%dT%H%MZ}-" + f"{end:%Y-%m-%dT%H%MZ}".removeprefix(f"{start:%Y-%m-%d}T")
