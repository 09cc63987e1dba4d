"""The format of a replayed venue: paths, parameters, limits, order of rows, and how empty minutes are sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.replay.market import Bar, PublicTrade, RecordedRequest

Json = dict[str, object] | list[object]
Markets = Mapping[str, list[Bar]]
Rows = list[list[object]]


@dataclass(frozen=True, slots=True)
class Format:
    """How one venue responds.

    Attributes:
        host: the host that requests name.
        listing_path: the path of the list of markets.
        candle_paths: paths of candles; ``{id}`` stands for the id of a market.
        known_parameters: the query parameters that the venue documents.
        format_id: the id of a symbol.
        read_id: the id in a request.
        build_markets: the body of the list of markets.
        list_rows: the rows for a request, of the bars of a market at a time in ms.
        wrap_rows: the body with the rows.
        extra_lists: the bodies of further lists by path, such as currencies.
        trade_path: the path of public trades; ``{id}`` as above.
        list_trades: the body for a request for public trades; None where they are not replayed.
        serves: whether a request is for this format: spot and futures of a venue may share host and paths.
    """

    host: str
    listing_path: str
    candle_paths: tuple[str, ...]
    known_parameters: frozenset[str]
    format_id: Callable[[str], str]
    read_id: Callable[[RecordedRequest], str]
    build_markets: Callable[[Markets], Json]
    list_rows: Callable[[RecordedRequest, list[Bar], int], Rows]
    wrap_rows: Callable[[Rows, RecordedRequest], Json]
    extra_lists: Mapping[str, Callable[[Markets], Json]] = field(default_factory=dict)
    trade_path: str = ""
    list_trades: Callable[[RecordedRequest, list[PublicTrade], int], Json] | None = None
    serves: Callable[[RecordedRequest], bool] = lambda _: True


def limit_rows(request: RecordedRequest, default: int, max_rows: int, name: str = "limit") -> int:
    """The number of rows requested by the parameter ``name``, at most ``max_rows``."""
    return min(int(request.query.get(name, default)), max_rows)


def format_bar(bar: Bar) -> list[object]:
    """The bar as text: time in ms, open, high, low, close, volume."""
    return [str(bar.open_ms), *(repr(value) for value in bar[1:])]
