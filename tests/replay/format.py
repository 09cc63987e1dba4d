"""What a replayed venue is made of: paths, parameters, limits, order, and its way with empty minutes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.replay.market import Bar, PublicTrade, RecordedRequest

Json = dict[str, object] | list[object]
Markets = Mapping[str, list[Bar]]
Rows = list[list[object]]


@dataclass(frozen=True, slots=True)
class Format:
    """How one venue answers.

    ``listing`` and ``candle_paths`` are paths; ``{id}`` in a path stands for a market's id. ``known`` are the query
    parameters that the venue documents. ``id_of`` gives a symbol its id, ``asked_id`` finds the id in a request.
    ``markets`` is the body of the list of markets, ``rows`` the rows that answer a request at a time, and ``wrap``
    puts rows into a body. ``also`` are further lists by path, such as currencies. ``trades`` is the body that answers
    a request for public trades at ``trade_path``; None where the replay has no such page. ``serves`` says whether a
    request is for this format at all: spot and futures of a venue may share a host, and the path of their lists.
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
    """The number of rows asked for in the parameter ``name``, as far as the venue gives that many."""
    return min(int(request.query.get(name, default)), max_rows)


def format_bar(bar: Bar) -> list[object]:
    """The bar as text: time in ms, open, high, low, close, volume."""
    return [str(bar.open_ms), *(repr(value) for value in bar[1:])]
