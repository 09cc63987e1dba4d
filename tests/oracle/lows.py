"""The table of lows and highs (section 8 of docs/method.md)."""

from __future__ import annotations

from decimal import Decimal

from tests.oracle.minute import CellTable
from tests.oracle.question import SIDES, TOLERANCE, Json, OracleMarket, Side, find_extreme_price, format_time, get_sign

NAMES: dict[Side, tuple[str, str]] = {"below": ("low", "lowest"), "above": ("high", "highest")}


def count_digits(price: float) -> int:
    """Count the significant digits of the shortest text of a price; trailing zeros do not count."""
    return len(Decimal(repr(price)).normalize().as_tuple().digits)


def build_lows(table: CellTable) -> Json:
    """Give groups, focus and the gaps across."""
    run, question = table.run, table.run.question
    tables: Json = {}
    for group in run.list_groups():
        extremes = {side: _list_extremes(table, group, side) for side in SIDES}
        if extremes["below"]:
            tables[group] = {
                name: {end: rows[0], "second": rows[1] if len(rows) > 1 else None, "rows": rows}
                for side, rows in extremes.items()
                for name, end in (NAMES[side],)
            }
    focus = {row.group: row for row in run.rows if row.is_spot and row.venue == question.focus}
    groups = {
        group: _describe_focus(table, focus[group], tables[group]) if group in focus else None for group in tables
    }
    return {
        "groups": tables,
        "focus": {"venue": question.focus, "groups": groups},
        "usdt_usd_gap": {NAMES[side][0]: _compare_groups(table, tables, side) for side in SIDES},
    }


def _list_extremes(table: CellTable, group: str, side: Side) -> list[Json]:
    """List the lowest or highest price of each spot row, by price, equal ones by venue."""
    extremes = []
    for row in table.run.list_spot(group):
        traded = table.run.book.list_window_trades(row)
        price, at = _find_extreme(table, row, side)
        if price is None or at is None:
            continue
        digits = max(count_digits(p) for c in traded for p in (c.open, c.high, c.low, c.close))
        extremes.append(
            {
                "venue": row.venue,
                "symbol": row.symbol,
                "price": price,
                "at": format_time(at),
                "volume": table.run.book.candles[row][at].turnover,
                "round": count_digits(price) <= digits - 2,
            }
        )
    return sorted(extremes, key=lambda extreme: (get_sign(side) * extreme["price"], extreme["venue"]))


def _find_extreme(table: CellTable, row: OracleMarket, side: Side) -> tuple[float | None, int | None]:
    traded = table.run.book.list_window_trades(row)
    prices = [(candle.low if side == "below" else candle.high, candle.time) for candle in traded]
    return find_extreme_price(prices, side)


def _describe_focus(table: CellTable, row: OracleMarket, tables: Json) -> Json | None:
    """Give the gaps of the focus's row, unaligned and in the minute of its low or high."""
    result: Json = {}
    for side in SIDES:
        name = NAMES[side][0]
        own = next((extreme for extreme in tables[name]["rows"] if extreme["venue"] == row.venue), None)
        if own is None:
            return None
        cell = table.get_cell(row, row.group, _find_extreme(table, row, side)[1] or 0)
        least, most = cell.get_trade(side)
        result[name] = {
            "price": own["price"],
            "at": own["at"],
            "gap_to_second": _compute_gap(table, row, tables[name]["rows"], side),
            "next": cell.get_next(side),
            "least": least,
            "most": most,
        }
    return result


def _compute_gap(table: CellTable, row: OracleMarket, extremes: list[Json], side: Side) -> float | None:
    """Give the gap to the extreme of the other families, None where the row is not the extreme."""
    family, sign = table.run.question.family_of(row.venue), get_sign(side)
    others = [e["price"] for e in extremes if table.run.question.family_of(e["venue"]) != family]
    own: float = next(extreme["price"] for extreme in extremes if extreme["venue"] == row.venue)
    if not others:
        return None
    nearest: float = min(others) if side == "below" else max(others)
    gap = own / nearest - 1
    return gap if sign * gap <= TOLERANCE else None


def _compare_groups(table: CellTable, tables: Json, side: Side) -> float | None:
    """Give usdt_low x fx_mid / usd_low - 1."""
    name, end = NAMES[side]
    if "usdt" not in tables or "usd" not in tables:
        return None
    usdt, usd = tables["usdt"][name][end], tables["usd"][name][end]
    _, at = _find_extreme(table, OracleMarket(usdt["venue"], usdt["symbol"]), side)
    rate = None if at is None else table.run.rates.get_rate("USDT", at)
    gap: float | None = None if rate is None else usdt["price"] * rate.mid / usd["price"] - 1
    return gap
