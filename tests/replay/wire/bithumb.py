"""Bithumb, generation 2: the API of Upbit, but ``to`` is Korean local time and takes no zone.

Without ``to`` the newest candles come, whatever was meant; quiet minutes are omitted.
"""

from dataclasses import replace
from datetime import datetime

from tests.replay.format import Rows
from tests.replay.market import Asked, Bar, Refusal
from tests.replay.wire.upbit import FORMAT as UPBIT
from tests.replay.wire.upbit import KOREA, candles_before


def _rows(asked: Asked, bars: list[Bar], now_ms: int) -> Rows:
    if "to" not in asked.query:
        return candles_before(asked, bars, now_ms + 1)
    time = datetime.fromisoformat(asked.query["to"])
    if time.tzinfo is not None:
        raise Refusal(400, {"error": {"name": 400, "message": "Invalid parameter. Please check the given value!"}})
    return candles_before(asked, bars, int(time.replace(tzinfo=KOREA).timestamp() * 1000))


FORMAT = replace(UPBIT, host="api.bithumb.com", known=frozenset({"market", "to", "count", "isDetails"}), rows=_rows)
