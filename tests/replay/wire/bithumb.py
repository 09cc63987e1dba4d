"""Bithumb, generation 2: the API of Upbit, but ``to`` is Korean local time and takes no zone.

Without ``to`` the newest candles come, whatever was meant; quiet minutes are omitted.
"""

from dataclasses import replace
from datetime import datetime

from tests.replay.format import Rows
from tests.replay.market import Bar, RecordedRequest, Refusal
from tests.replay.wire.upbit import FORMAT as UPBIT
from tests.replay.wire.upbit import KOREA_TIME, list_candles_before


def _list_rows(request: RecordedRequest, bars: list[Bar], now_ms: int) -> Rows:
    if "to" not in request.query:
        return list_candles_before(request, bars, now_ms + 1)
    time = datetime.fromisoformat(request.query["to"])
    if time.tzinfo is not None:
        raise Refusal(400, {"error": {"name": 400, "message": "Invalid parameter. Please check the given value!"}})
    return list_candles_before(request, bars, int(time.replace(tzinfo=KOREA_TIME).timestamp() * 1000))


FORMAT = replace(
    UPBIT,
    host="api.bithumb.com",
    known_parameters=frozenset({"market", "to", "count", "isDetails"}),
    list_rows=_list_rows,
)
