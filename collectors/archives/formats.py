"""The layouts of archive files, by name: which columns a file of each venue has, and what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec

from collectors.limits import (
    CANDLE_FILE,
    CANDLE_FILE_UNPACKED,
    SECONDS_FILE_UNPACKED,
    TRADE_FILE,
    TRADE_FILE_UNPACKED,
    Limit,
)
from data.schema import Timeframe

SAME_NAME, ANY_CSV, ANY_SHEET = "{name}.csv", "*.csv", "*.xlsx"
"""The one member of a zip: a table of the same name, or any table or sheet where the names are not on record."""

VALUE_COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class ArchiveFormat:
    """The columns of a file in their order, by the names in its header, in lower case.

    ``column_names`` maps our names to those of the file where they differ, ``other_headings`` further names that a
    header may have to those in ``columns``. The file must have a header where ``requires_header``, and may have one
    otherwise. ``required_values`` are values that every row must have, as patterns of ``{base}`` and ``{quote}``.
    ``time_pattern`` (strptime, UTC) is that of times that are no numbers. Rows are trades where ``holds_trades``, and
    candles otherwise.
    ``member`` is the pattern of the name of a zip's one member; a sheet needs a reader of its own.
    """

    columns: tuple[str, ...]
    column_names: Mapping[str, str] = field(default_factory=dict)
    other_headings: Mapping[str, str] = field(default_factory=dict)
    requires_header: bool = False
    required_values: Mapping[str, str] = field(default_factory=dict)
    time_pattern: str | None = None
    holds_trades: bool = False
    member: str = SAME_NAME

    @property
    def packed_limit(self) -> Limit:
        """The limit of a file as it comes."""
        return TRADE_FILE if self.holds_trades else CANDLE_FILE

    def find_unpacked_limit(self, timeframe: Timeframe) -> Limit:
        """The limit of an unpacked file with candles of the timeframe, or with trades."""
        if self.holds_trades:
            return TRADE_FILE_UNPACKED
        return SECONDS_FILE_UNPACKED if timeframe is Timeframe.S1 else CANDLE_FILE_UNPACKED

    @property
    def source_columns(self) -> dict[str, str]:
        """The columns that are read: our name to that of the file."""
        own_names = ("time", "id", "price", "amount") if self.holds_trades else ("open_time", *VALUE_COLUMNS)
        return {name: self.column_names.get(name, name) for name in own_names}


ARCHIVE_FORMATS: Mapping[str, ArchiveFormat] = {
    "binance-klines": ArchiveFormat(
        ("open_time", *VALUE_COLUMNS, "close_time", "quote_volume", "count", "taker_base", "taker_quote", "ignore")
    ),
    "gate-candles": ArchiveFormat(("open_time", "volume", "close", "high", "low", "open")),
    "kucoin-klines": ArchiveFormat(
        ("time", "open", "close", "high", "low", "volume", "turnover"), column_names={"open_time": "time"}
    ),
    "okx-candles": ArchiveFormat(
        ("instrument_name", *VALUE_COLUMNS[:4], "vol", "vol_ccy", "vol_quote", "open_time", "confirm"),
        column_names={"volume": "vol"},
        requires_header=True,
        required_values={"instrument_name": "{base}-{quote}", "confirm": "1"},
    ),
    "okx-trades": ArchiveFormat(
        ("instrument_name", "trade_id", "side", "price", "size", "created_time"),
        column_names={"time": "created_time", "id": "trade_id", "amount": "size"},
        requires_header=True,
        required_values={"instrument_name": "{base}-{quote}"},
        member=ANY_CSV,
        holds_trades=True,
    ),
    "bybit-trades": ArchiveFormat(
        ("id", "timestamp", "price", "volume", "side", "rpi"),
        column_names={"time": "timestamp", "amount": "volume"},
        requires_header=True,
        holds_trades=True,
    ),
    # The volume in base units is `amount` in the old tree, where `vol` is in the quote, and `vol` in the new one.
    "htx-klines": ArchiveFormat(
        ("id", "open", "close", "high", "low", "vol", "amount"),
        column_names={"open_time": "id", "volume": "amount"},
        other_headings={"timestamp": "id"},
        member=ANY_CSV,
    ),
    "htx-klines-2026": ArchiveFormat(
        ("instid", "open", "high", "low", "close", "vol", "volccy", "volccyquote", "ts"),
        column_names={"open_time": "ts", "volume": "vol"},
        requires_header=True,
        required_values={"instid": "{base}-{quote}"},
        member=ANY_CSV,
    ),
    "upbit-candles": ArchiveFormat(
        ("date_time_utc", *VALUE_COLUMNS[:4], "acc_trade_price", "acc_trade_volume"),
        column_names={"open_time": "date_time_utc", "volume": "acc_trade_volume"},
        requires_header=True,
        time_pattern="%Y-%m-%dT%H:%M:%S",
        member=ANY_CSV,
    ),
    "bitget-klines": ArchiveFormat(
        ("timestamp", *VALUE_COLUMNS[:4], "basevolume", "usdtvolume"),
        column_names={"open_time": "timestamp", "volume": "basevolume"},
        requires_header=True,
        member=ANY_SHEET,
    ),
}


def has_reader(archive_format: ArchiveFormat) -> bool:
    """Whether files of the format can be read here: that of sheets is optional."""
    return archive_format.member != ANY_SHEET or find_spec("fastexcel") is not None
